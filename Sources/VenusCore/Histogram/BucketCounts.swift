/// The counts of consecutive buckets: in 8 bits each as long as none can need more, then in 32, and in 64 from then on.
///
/// Whoever adds says how many values there are in all: no bucket has more. Bound: ``BucketIndex/count`` buckets.
struct BucketCounts: Sendable {
    private enum Counts {
        case bytes([UInt8])
        case narrow([UInt32])
        case wide([UInt64])
    }

    /// Index of the first bucket.
    private(set) var first = 0
    private var counts = Counts.bytes([])

    init() {}

    init(first: Int, narrow: [UInt32]) {
        self.first = first
        counts = .narrow(narrow)
    }

    /// - Parameter total: what the counts add up to.
    init(first: Int, _ counts: UnsafeBufferPointer<some FixedWidthInteger>, total: UInt64) {
        self.first = first
        self.counts =
            switch total {
            case ...UInt64(UInt8.max): .bytes(Self.array(counts))
            case ...UInt64(UInt32.max): .narrow(Self.array(counts))
            default: .wide(Self.array(counts))
            }
    }

    private static func array<Ours: FixedWidthInteger>(_ theirs: UnsafeBufferPointer<some FixedWidthInteger>) -> [Ours]
    {
        Array(unsafeUninitializedCapacity: theirs.count) { ours, length in
            for place in theirs.indices {
                ours.initializeElement(at: place, to: Ours(truncatingIfNeeded: theirs[place]))
            }
            length = theirs.count
        }
    }

    var count: Int {
        switch counts {
        case .bytes(let counts): counts.count
        case .narrow(let counts): counts.count
        case .wide(let counts): counts.count
        }
    }

    /// The used buckets as (index, count), ascending, without empty ones.
    var filled: [(index: Int, count: UInt64)] {
        switch counts {
        case .bytes(let counts): filled(of: counts)
        case .narrow(let counts): filled(of: counts)
        case .wide(let counts): filled(of: counts)
        }
    }

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
        switch counts {
        case .bytes(let counts): indices(ofRanks: ranks, in: counts)
        case .narrow(let counts): indices(ofRanks: ranks, in: counts)
        case .wide(let counts): indices(ofRanks: ranks, in: counts)
        }
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
        withUnsafePointer(to: value) { value in
            let counts = UnsafeBufferPointer(start: value, count: 1)
            make(roomFor: index...index, total: total)
            combine(counts, from: index, subtracting: false)
        }
    }

    /// - Parameter total: how many values there are then, in all buckets.
    mutating func add(_ other: BucketCounts, total: UInt64) {
        guard other.count > 0 else { return }
        make(roomFor: other.first...(other.first + other.count - 1), total: total)
        combine(other, subtracting: false)
    }

    /// - Precondition: `other` is part of these.
    mutating func subtract(_ other: BucketCounts) {
        guard other.count > 0 else { return }
        make(roomFor: other.first...(other.first + other.count - 1), total: 0)
        combine(other, subtracting: true)
    }

    private mutating func combine(_ other: BucketCounts, subtracting: Bool) {
        switch other.counts {
        case .bytes(let theirs):
            theirs.withUnsafeBufferPointer { combine($0, from: other.first, subtracting: subtracting) }
        case .narrow(let theirs):
            theirs.withUnsafeBufferPointer { combine($0, from: other.first, subtracting: subtracting) }
        case .wide(let theirs):
            theirs.withUnsafeBufferPointer { combine($0, from: other.first, subtracting: subtracting) }
        }
    }

    private mutating func combine(
        _ theirs: UnsafeBufferPointer<some FixedWidthInteger>, from index: Int, subtracting: Bool
    ) {
        // Each is taken out while it is changed, so that nothing else holds it and it is not copied.
        switch counts {
        case .bytes(var ours):
            counts = .bytes([])
            Self.combine(&ours, theirs, at: index - first, subtracting)
            counts = .bytes(ours)
        case .narrow(var ours):
            counts = .bytes([])
            Self.combine(&ours, theirs, at: index - first, subtracting)
            counts = .narrow(ours)
        case .wide(var ours):
            counts = .bytes([])
            Self.combine(&ours, theirs, at: index - first, subtracting)
            counts = .wide(ours)
        }
    }

    /// Adds or subtracts aligned counts, in loops that become vector code. They fit, for all of them together do.
    private static func combine<Ours: FixedWidthInteger>(
        _ ours: inout [Ours], _ theirs: UnsafeBufferPointer<some FixedWidthInteger>, at shift: Int, _ subtracting: Bool
    ) {
        precondition(shift >= 0 && shift + theirs.count <= ours.count, "the buckets were made to hold the other's")
        ours.withUnsafeMutableBufferPointer { ours in
            let ours = UnsafeMutableBufferPointer(rebasing: ours[shift...])
            if subtracting {
                for place in theirs.indices { ours[place] &-= Ours(truncatingIfNeeded: theirs[place]) }
            } else {
                for place in theirs.indices { ours[place] &+= Ours(truncatingIfNeeded: theirs[place]) }
            }
        }
    }

    /// Has buckets of the range, each wide enough for `total`. Takes exactly the room that is needed: what windows hold
    /// would double otherwise.
    private mutating func make(roomFor range: ClosedRange<Int>, total: UInt64) {
        let count = count
        let lower = count == 0 ? range.lowerBound : min(first, range.lowerBound)
        let upper = count == 0 ? range.upperBound : max(first + count - 1, range.upperBound)
        let length = upper - lower + 1
        let before = count == 0 ? 0 : first - lower
        switch counts {
        case .bytes(let counts) where total > UInt64(UInt32.max):
            self.counts = .wide(Self.extended(counts, before: before, to: length))
        case .narrow(let counts) where total > UInt64(UInt32.max):
            self.counts = .wide(Self.extended(counts, before: before, to: length))
        case .bytes(let counts) where total > UInt64(UInt8.max):
            self.counts = .narrow(Self.extended(counts, before: before, to: length))
        case _ where length == count: break
        case .bytes(let counts): self.counts = .bytes(Self.extended(counts, before: before, to: length))
        case .narrow(let counts): self.counts = .narrow(Self.extended(counts, before: before, to: length))
        case .wide(let counts): self.counts = .wide(Self.extended(counts, before: before, to: length))
        }
        first = lower
    }

    private static func extended<Ours: FixedWidthInteger>(
        _ counts: [some FixedWidthInteger], before: Int, to length: Int
    ) -> [Ours] {
        var extended = [Ours](repeating: 0, count: length)
        for (place, count) in counts.enumerated() { extended[before + place] = Ours(truncatingIfNeeded: count) }
        return extended
    }
}
