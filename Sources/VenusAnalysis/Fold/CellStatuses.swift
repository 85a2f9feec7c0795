import VenusCore

/// Counts the statuses of failed calls by cell: a table of our own with open addressing, as of most calls nothing is
/// counted here, and of a call that failed one entry is changed.
///
/// Bound: an entry for each cell and status of a step, of which there are no more than calls.
struct CellStatuses: Sendable {
    /// Cell and status, 0 where the place is free.
    private var keys: [UInt32] = []
    private var counts: [UInt32] = []
    private var count = 0
    /// After ``close()``: by cell, then by status.
    private var closed: [(key: UInt32, count: UInt32)] = []

    private static let smallest = 64
    /// A table that was larger is given up when it is emptied.
    private static let largestKept = 1 << 14
    private static let statusBits: UInt32 = 8

    /// Counts one call; nothing for the cell 0, which is nobody's.
    ///
    /// - Parameters:
    ///   - status: of ``ErrorStatuses/range``.
    ///   - cell: below ``CellDirectory/maximumCells``.
    mutating func add(_ status: UInt16, to cell: UInt32) {
        guard cell > 0 else { return }
        if 2 * (count + 1) > keys.count { makeRoom() }
        // Its lowest bits are from 1 to 200.
        let key = cell << Self.statusBits | UInt32(status - ErrorStatuses.range.lowerBound + 1)
        let place = place(of: key)
        if keys[place] == 0 {
            keys[place] = key
            count += 1
        }
        counts[place] += 1
    }

    /// Where the key is, or the free place where it belongs.
    private func place(of key: UInt32) -> Int {
        let mask = keys.count - 1
        // Multiplied by 2^64 over the golden ratio, of which the upper bits are well mixed.
        var place = Int(truncatingIfNeeded: UInt64(key) &* 0x9E37_79B9_7F4A_7C15 >> 32) & mask
        while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
        return place
    }

    private mutating func makeRoom() {
        let (oldKeys, oldCounts) = (keys, counts)
        let room = max(Self.smallest, 2 * keys.count)
        keys = Array(repeating: 0, count: room)
        counts = Array(repeating: 0, count: room)
        for (old, key) in oldKeys.enumerated() where key != 0 {
            let place = place(of: key)
            keys[place] = key
            counts[place] = oldCounts[old]
        }
    }

    /// Puts the counts in order, so that ``statuses(of:)`` finds them.
    mutating func close() {
        guard count > 0 else { return }
        for (place, key) in keys.enumerated() where key != 0 { closed.append((key, counts[place])) }
        closed.sort { $0.key < $1.key }
    }

    /// Those of a cell, once closed.
    func statuses(of cell: Int) -> ErrorStatuses {
        var statuses = ErrorStatuses()
        guard !closed.isEmpty else { return statuses }
        let first = UInt32(cell) << Self.statusBits
        var (low, high) = (0, closed.count)
        while low < high {
            let middle = (low + high) / 2
            if closed[middle].key < first { low = middle + 1 } else { high = middle }
        }
        while low < closed.count, closed[low].key >> Self.statusBits == UInt32(cell) {
            let status = UInt16(closed[low].key - first) - 1 + ErrorStatuses.range.lowerBound
            statuses.add(status, count: UInt64(closed[low].count))
            low += 1
        }
        return statuses
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        if keys.count > Self.largestKept {
            self = CellStatuses()
            return
        }
        for place in keys.indices {
            keys[place] = 0
            counts[place] = 0
        }
        count = 0
        closed.removeAll(keepingCapacity: true)
    }
}
