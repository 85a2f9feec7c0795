/// The counts of consecutive buckets: in 32 bits each as long as none can need more, in 64 from then on.
///
/// Whoever adds says how many values there are in all: no bucket has more. Bound: ``BucketIndex/count`` buckets.
struct BucketCounts: Sendable {
    /// Index of the first bucket.
    private(set) var first = 0
    /// The counts; one of the two is empty.
    private var narrow: [UInt32] = []
    private var wide: [UInt64] = []

    init() {}

    init(first: Int, narrow: [UInt32]) {
        self.first = first
        self.narrow = narrow
    }

    /// - Parameter total: what the counts add up to.
    init(first: Int, _ counts: [UInt64], total: UInt64) {
        self = counts.withUnsafeBufferPointer { BucketCounts(first: first, $0, total: total) }
    }

    init(first: Int, _ counts: UnsafeBufferPointer<UInt64>, total: UInt64) {
        self.first = first
        guard total <= UInt64(UInt32.max) else {
            wide = Array(counts)
            return
        }
        narrow = Array(unsafeUninitializedCapacity: counts.count) { narrow, length in
            for place in counts.indices {
                narrow.initializeElement(at: place, to: UInt32(truncatingIfNeeded: counts[place]))
            }
            length = counts.count
        }
    }

    var isWide: Bool { !wide.isEmpty }
    var count: Int { isWide ? wide.count : narrow.count }

    /// The used buckets as (index, count), ascending, without empty ones.
    var filled: [(index: Int, count: UInt64)] { isWide ? filled(of: wide) : filled(of: narrow) }

    private func filled(of counts: [some FixedWidthInteger]) -> [(index: Int, count: UInt64)] {
        var filled: [(index: Int, count: UInt64)] = []
        filled.reserveCapacity(counts.count)
        for (place, count) in counts.enumerated() where count != 0 { filled.append((first + place, UInt64(count))) }
        return filled
    }

    /// For each rank the index of the first bucket with which the counts reach it; `nil` where they do not.
    ///
    /// - Parameter ranks: ascending.
    func indices(ofRanks ranks: [UInt64]) -> [Int?] {
        isWide ? indices(ofRanks: ranks, in: wide) : indices(ofRanks: ranks, in: narrow)
    }

    private func indices(ofRanks ranks: [UInt64], in counts: [some FixedWidthInteger]) -> [Int?] {
        var seen: UInt64 = 0
        var place = 0
        return ranks.map { rank in
            while seen < rank, place < counts.count {
                seen += UInt64(counts[place])
                place += 1
            }
            return seen < rank ? nil : first + place - 1
        }
    }

    /// - Parameter total: how many values there are then, in all buckets.
    mutating func add(_ value: UInt64, to index: Int, total: UInt64) {
        if count == 0 { first = index }
        widen(ifNeededFor: total)
        extend(toHold: index...index)
        if isWide { wide[index - first] += value } else { narrow[index - first] += UInt32(value) }
    }

    /// - Parameter total: how many values there are then, in all buckets.
    mutating func add(_ other: BucketCounts, total: UInt64) {
        guard other.count > 0 else { return }
        if count == 0 { first = other.first }
        widen(ifNeededFor: total)
        extend(toHold: other.first...(other.first + other.count - 1))
        combine(other, subtracting: false)
    }

    /// - Precondition: `other` is part of these.
    mutating func subtract(_ other: BucketCounts) {
        guard other.count > 0 else { return }
        extend(toHold: other.first...(other.first + other.count - 1))
        combine(other, subtracting: true)
    }

    private mutating func combine(_ other: BucketCounts, subtracting: Bool) {
        let shift = other.first - first
        switch (isWide, other.isWide) {
        case (false, false): Self.combine(&narrow, other.narrow, at: shift, subtracting)
        case (false, true): Self.combine(&narrow, other.wide, at: shift, subtracting)
        case (true, false): Self.combine(&wide, other.narrow, at: shift, subtracting)
        case (true, true): Self.combine(&wide, other.wide, at: shift, subtracting)
        }
    }

    /// Adds or subtracts aligned counts, in loops that become vector code. They fit, for all of them together do.
    private static func combine<Ours: FixedWidthInteger, Theirs: FixedWidthInteger>(
        _ ours: inout [Ours], _ theirs: [Theirs], at shift: Int, _ subtracting: Bool
    ) {
        precondition(shift >= 0 && shift + theirs.count <= ours.count, "the buckets were made to hold the other's")
        ours.withUnsafeMutableBufferPointer { ours in
            theirs.withUnsafeBufferPointer { theirs in
                let ours = UnsafeMutableBufferPointer(rebasing: ours[shift...])
                if subtracting {
                    for place in theirs.indices { ours[place] &-= Ours(truncatingIfNeeded: theirs[place]) }
                } else {
                    for place in theirs.indices { ours[place] &+= Ours(truncatingIfNeeded: theirs[place]) }
                }
            }
        }
    }

    private mutating func widen(ifNeededFor total: UInt64) {
        guard total > UInt64(UInt32.max), !isWide else { return }
        // Nothing at all becomes one bucket: that of the first index, which is then extended.
        wide = narrow.isEmpty ? [0] : narrow.map { UInt64($0) }
        narrow = []
    }

    /// Takes exactly the room that is needed: what windows hold would double otherwise.
    private mutating func extend(toHold range: ClosedRange<Int>) {
        if count == 0 {
            first = range.lowerBound
            narrow = Array(repeating: 0, count: range.count)
            return
        }
        let lower = min(first, range.lowerBound)
        let upper = max(first + count - 1, range.upperBound)
        guard upper - lower + 1 > count else { return }
        let before = first - lower
        if isWide {
            wide = Self.extended(wide, before: before, to: upper - lower + 1)
        } else {
            narrow = Self.extended(narrow, before: before, to: upper - lower + 1)
        }
        first = lower
    }

    private static func extended<Count: FixedWidthInteger>(_ counts: [Count], before: Int, to length: Int) -> [Count] {
        var extended = [Count](repeating: 0, count: length)
        for (place, count) in counts.enumerated() { extended[before + place] = count }
        return extended
    }
}
