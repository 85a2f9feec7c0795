/// The operations that one loop has met, each with its line for the call log, found by the bytes of that line.
///
/// Open addressing over a table of fixed size. Beyond the bound an operation counts as `_overflow` of its dependency,
/// and beyond ``maximumOverflowingDependencies`` of these as `_overflow` of all, until ``forget(except:)`` has made
/// room. A line is shorter than 1 KB, so a full table of the default size stays below 10 MB, and usually far below.
package struct OperationTable {
    package static let maximumOverflowingDependencies = 512
    package static let overflow: StaticString = "_overflow"

    private let maximumOperations: Int
    private var slots: [Slot]
    private let seed: UInt64
    private var lines: [UInt8] = []
    /// Where each operation's line is in `lines`; empty at a free place.
    private var ranges: [Range<Int>] = []
    /// Places of operations that were forgotten.
    private var free: [UInt32] = []
    /// The line that is looked for.
    private let wanted = OperationLine()
    /// Operations by the bytes that named them last, so that a path that comes again need not be templated again.
    private var recent = [Recent](repeating: Recent(), count: recentCount)
    private static let recentCount = 256

    private struct Recent {
        /// A keyed hash of what named the operation, 0 where free: 64 bits that nobody outside can aim at.
        var key: UInt64 = 0
        var place: UInt32 = 0
    }

    private struct Slot {
        /// 1 + the place of the operation, 0 where free.
        var place: UInt32 = 0
        /// The upper half of the line's hash.
        var tag: UInt32 = 0
    }

    package init(maximumOperations: Int, seed: UInt64 = .random(in: 0 ... .max)) {
        self.maximumOperations = max(1, min(maximumOperations, 1 << 20))
        self.seed = seed
        var capacity = 1
        while capacity < 2 * (self.maximumOperations + Self.maximumOverflowingDependencies + 1) { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
    }

    package var count: Int { ranges.count - free.count }
    /// Every place is below.
    package var places: Int { ranges.count }
    /// Whether a new operation counts as `_overflow`.
    package var isFull: Bool { count >= maximumOperations }

    /// The place of the operation's line; with a known operation it allocates nothing.
    package mutating func intern(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, method: UnsafeBufferPointer<UInt8>,
        path: UnsafeBufferPointer<UInt8>, networkProtocol: NetworkProtocol
    ) -> UInt32 {
        let kind = UInt64(scheme.rawValue) << 32 | UInt64(networkProtocol.rawValue) << 24 | UInt64(port)
        var key = Self.hash(UnsafeRawBufferPointer(host), seed ^ kind)
        key = Self.hash(UnsafeRawBufferPointer(method), key)
        key = Self.hash(UnsafeRawBufferPointer(path), key) | 1
        let index = Int(truncatingIfNeeded: key >> 32) & (Self.recentCount - 1)
        if recent[index].key == key { return recent[index].place }
        let place = find(scheme, host, port, method, path, networkProtocol)
        recent[index] = Recent(key: key, place: place)
        return place
    }

    private mutating func find(
        _ scheme: Scheme, _ host: UnsafeBufferPointer<UInt8>, _ port: UInt16, _ method: UnsafeBufferPointer<UInt8>,
        _ path: UnsafeBufferPointer<UInt8>, _ networkProtocol: NetworkProtocol
    ) -> UInt32 {
        wanted.begin(scheme, host, port)
        wanted.end(RequestMethod.name(method), path: scheme == .tcp ? nil : path, networkProtocol)
        return place(scheme, host, port, networkProtocol)
    }

    /// The place of what is seen of a dependency through a tunnel: the tunnel itself (``Scheme/tcp``), with the name
    /// that it asks its server for if that is another, or an exchange inside (``Scheme/https``).
    package mutating func internTunnel(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, serverName: UnsafeBufferPointer<UInt8>,
        networkProtocol: NetworkProtocol
    ) -> UInt32 {
        wanted.begin(scheme, host, port)
        wanted.end(scheme == .tcp ? "CONNECT" : RequestMethod.other, name: serverName, networkProtocol)
        return place(scheme, host, port, networkProtocol)
    }

    /// The place of the line that is wanted, or of what stands for it.
    private mutating func place(
        _ scheme: Scheme, _ host: UnsafeBufferPointer<UInt8>, _ port: UInt16, _ networkProtocol: NetworkProtocol
    ) -> UInt32 {
        if let place = findOrAdd(upTo: maximumOperations) { return place }

        wanted.begin(scheme, host, port)
        wanted.endOverflow(networkProtocol)
        if let place = findOrAdd(upTo: maximumOperations + Self.maximumOverflowingDependencies) { return place }

        wanted.beginOverflow(scheme)
        wanted.endOverflow(networkProtocol)
        // All pairs of scheme and protocol find room: half of the slots are free.
        return findOrAdd(upTo: .max)!
    }

    /// Appends the line of the operation at `place`, without a newline.
    package func append(line place: Int, to output: inout [UInt8]) {
        output += lines[ranges[place]]
    }

    /// Forgets the operations whose places are not to be kept; those of the others stay the same.
    package mutating func forget(except isKept: (Int) -> Bool) {
        let (old, oldRanges) = (lines, ranges)
        lines = []
        free = []
        for index in slots.indices { slots[index] = Slot() }
        for index in recent.indices { recent[index] = Recent() }
        for (place, range) in oldRanges.enumerated() {
            guard !range.isEmpty, isKept(place) else {
                ranges[place] = 0..<0
                free.append(UInt32(place))
                continue
            }
            let hash = old[range].withUnsafeBytes { Self.hash($0, seed) }
            var position = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[position].place != 0 { position = (position + 1) & (slots.count - 1) }
            slots[position] = Slot(place: UInt32(place + 1), tag: UInt32(truncatingIfNeeded: hash >> 32))
            ranges[place] = lines.count..<lines.count + range.count
            lines += old[range]
        }
    }

    /// The place of the line that is wanted, which is added if there are fewer than `limit`.
    private mutating func findOrAdd(upTo limit: Int) -> UInt32? {
        let hash = Self.hash(UnsafeRawBufferPointer(wanted.bytes), seed)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].place != 0 {
            if slots[position].tag == tag, isWanted(Int(slots[position].place - 1)) { return slots[position].place - 1 }
            position = (position + 1) & mask
        }
        guard count < limit else { return nil }
        let range = lines.count..<lines.count + wanted.count
        lines += wanted.bytes
        let place = free.popLast() ?? UInt32(ranges.count)
        if Int(place) == ranges.count { ranges.append(range) } else { ranges[Int(place)] = range }
        slots[position] = Slot(place: place + 1, tag: tag)
        return place
    }

    private func isWanted(_ place: Int) -> Bool {
        lines.withUnsafeBufferPointer { lines in
            // A line is never empty, so there is a base address.
            wanted.equals(lines.baseAddress! + ranges[place].lowerBound, count: ranges[place].count)
        }
    }

    /// Multiply and fold, eight bytes at a time, from a random seed, so that nobody can choose names that collide.
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return fold(hash ^ rest)
    }

    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
