import VenusCore

/// The latency histograms of a step's cells once it is over: of each the counts of all buckets between its lowest and
/// its highest, in eight bits where the cell has so few calls, and in 32 where it has more.
///
/// Bound: 2,032 bytes a cell, or four times as much where it has 256 calls or more; most take a tenth of that.
struct CellHistograms: Sendable {
    /// What is known of a cell's times beside the buckets, in microseconds; the extremes are meaningless where there is
    /// no time.
    struct Summary: Sendable {
        var sum: UInt64 = 0
        var minimum: UInt32 = 0
        var maximum: UInt32 = 0
        var count: UInt32 = 0
        /// Where the counts of its buckets begin, in one of the arrays.
        fileprivate var start: UInt32 = 0
        /// Places of its lowest and highest bucket.
        fileprivate var first: UInt16 = 0
        fileprivate var last: UInt16 = 0

        fileprivate var isWide: Bool { count > UInt32(UInt8.max) }
        fileprivate var buckets: Range<Int> { Int(start)..<Int(start) + Int(last - first) + 1 }
    }

    private let table = BucketTable.shared
    private var summaries: [Summary] = []
    /// Counts of cells in which none can be larger than eight bits hold.
    private var narrow = Counts<UInt8>()
    private var wide = Counts<UInt32>()

    /// Counts of many cells, one behind the other, each from a multiple of eight on, with zeros in between.
    private struct Counts<Count: FixedWidthInteger & Sendable>: Sendable {
        var counts: [Count] = []
        /// What is behind it is zero.
        var used = 0

        /// Makes room for the counts of so many buckets, and returns where they begin.
        @inline(__always)
        mutating func add(_ buckets: Int) -> Int {
            let start = used
            used = start &+ (buckets &+ 7) & ~7
            if counts.count < used { extend() }
            return start
        }

        @inline(never)
        private mutating func extend() {
            let more = max(used, 2 * counts.count) - counts.count
            counts.append(contentsOf: repeatElement(0, count: more))
        }

        mutating func removeAll() {
            counts.withUnsafeMutableBufferPointer { $0[..<used].update(repeating: 0) }
            used = 0
        }
    }

    mutating func removeAll() {
        summaries.removeAll(keepingCapacity: true)
        narrow.removeAll()
        wide.removeAll()
    }

    mutating func appendEmpty() { summaries.append(Summary()) }

    /// Counts the times of the next cell, in microseconds; there is one at least.
    ///
    /// - Parameter room: of the times, and of what fills their last group (``DurationColumn``).
    mutating func append(_ room: UnsafeMutableBufferPointer<UInt32>, count: Int) {
        let column = DurationColumn(room, count: count, table)
        var summary = Summary(
            sum: column.sum, minimum: column.minimum, maximum: column.maximum, count: UInt32(count),
            first: column.first, last: column.last)
        let length = Int(column.last) - Int(column.first) + 1
        if summary.isWide {
            let start = wide.add(length)
            summary.start = UInt32(start)
            wide.counts.withUnsafeMutableBufferPointer {
                table.count(column, first: column.first, in: .init(rebasing: $0[start..<start + length]))
            }
        } else {
            let start = narrow.add(length)
            summary.start = UInt32(start)
            narrow.counts.withUnsafeMutableBufferPointer {
                table.count(column, first: column.first, in: .init(rebasing: $0[start..<start + length]))
            }
        }
        summaries.append(summary)
    }

    // MARK: Reading

    subscript(_ cell: Int) -> Summary { summaries[cell] }

    func histogram(of cell: Int) -> LatencyHistogram {
        let summary = summaries[cell]
        guard summary.count > 0 else { return LatencyHistogram() }
        guard summary.isWide else {
            return LatencyHistogram(
                counts: narrow.counts.span.extracting(summary.buckets), from: summary.first, sum: summary.sum,
                minimum: summary.minimum, maximum: summary.maximum)
        }
        return LatencyHistogram(
            counts: wide.counts.span.extracting(summary.buckets), from: summary.first, sum: summary.sum,
            minimum: summary.minimum, maximum: summary.maximum)
    }

    /// The values of nearest rank, as ``LatencyHistogram/quantiles(_:)`` has them, in microseconds.
    ///
    /// - Parameter qs: each 0 … 1, ascending.
    func quantiles(_ qs: SIMD3<Double>, of cell: Int) -> SIMD3<Double>? {
        let summary = summaries[cell]
        guard summary.count > 0 else { return nil }
        // One by one: vectors that are written by lane and then read as a whole wait for themselves.
        let ranks = (summary.rank(qs[0]), summary.rank(qs[1]), summary.rank(qs[2]))
        guard !summary.isWide else {
            let counts = wide.counts.span.extracting(summary.buckets)
            return SIMD3(
                value(ranks.0, summary) { Self.bucket(of: $0, in: counts) },
                value(ranks.1, summary) { Self.bucket(of: $0, in: counts) },
                value(ranks.2, summary) { Self.bucket(of: $0, in: counts) })
        }
        let room = Int(summary.start)..<(Int(summary.start) + summary.buckets.count + 7) & ~7
        return narrow.counts.span.extracting(room).withUnsafeBytes { counts in
            var walk = NarrowWalk(counts)
            return SIMD3(
                value(ranks.0, summary) { walk.bucket(of: $0) }, value(ranks.1, summary) { walk.bucket(of: $0) },
                value(ranks.2, summary) { walk.bucket(of: $0) })
        }
    }

    /// The value of a rank; the highest is known without looking for its bucket.
    @inline(__always)
    private func value(_ rank: UInt32, _ summary: Summary, bucket: (UInt32) -> Int) -> Double {
        guard rank < summary.count else { return Double(summary.maximum) }
        let estimate = table.microseconds(place: summary.first &+ UInt16(truncatingIfNeeded: bucket(rank)))
        return min(max(estimate, Double(summary.minimum)), Double(summary.maximum))
    }

    /// The first bucket with which the counts reach a rank; the last where they do not.
    private static func bucket(of rank: UInt32, in counts: Span<UInt32>) -> Int {
        var seen: UInt32 = 0
        var bucket = 0
        // Eight at a time up to that in which it is.
        while bucket + 8 <= counts.count {
            var more: UInt32 = 0
            for place in bucket..<bucket + 8 { more &+= counts[place] }
            if seen &+ more >= rank { break }
            seen &+= more
            bucket += 8
        }
        while bucket < counts.count - 1 {
            seen &+= counts[bucket]
            if seen >= rank { break }
            bucket += 1
        }
        return bucket
    }
}

extension CellHistograms.Summary {
    /// The nearest rank of a quantile, from 1 on.
    @inline(__always)
    fileprivate func rank(_ q: Double) -> UInt32 {
        // The nearest integer that is not below.
        let product = q * Double(count)
        let rank = UInt32(product)
        return min(max(Double(rank) < product ? rank + 1 : rank, 1), count)
    }
}

/// Finds ranks, ascending, in counts of eight bits that add up to less than 256, of which there is a multiple of eight:
/// a multiplication makes eight of them what they add up to from the first on.
private struct NarrowWalk {
    private let counts: UnsafeRawBufferPointer
    /// Where the eight begin that are looked at.
    private var place = 0
    /// What all before them add up to.
    private var before: UInt64 = 0

    @inline(__always)
    init(_ counts: UnsafeRawBufferPointer) {
        precondition(counts.count >= 8 && counts.count % 8 == 0, "eight at a time")
        self.counts = counts
    }

    /// The first bucket with which the counts reach a rank; they do.
    @inline(__always)
    mutating func bucket(of rank: UInt32) -> Int {
        let rank = UInt64(rank)
        // All counts of a cell add up to less than 256, so that bytes of several words can be added: none overflows.
        while place &+ 32 <= counts.count {
            let pairs = (word(at: place) &+ word(at: place &+ 8), word(at: place &+ 16) &+ word(at: place &+ 24))
            let more = ((pairs.0 &+ pairs.1) &* Self.ones) >> 56
            guard before &+ more < rank else { break }
            before &+= more
            place &+= 32
        }
        var sums = word(at: place) &* Self.ones
        while before &+ sums >> 56 < rank, place &+ 16 <= counts.count {
            before &+= sums >> 56
            place &+= 8
            sums = word(at: place) &* Self.ones
        }
        return place &+ Self.countBelow(rank &- before, in: sums)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Eight counts, of which there are so many from `place` on.
    @inline(__always)
    private func word(at place: Int) -> UInt64 {
        UInt64(littleEndian: counts.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// How many of eight bytes are below a limit of at most 255.
    @inline(__always)
    private static func countBelow(_ limit: UInt64, in bytes: UInt64) -> Int {
        let lower: UInt64 = 0x00FF_00FF_00FF_00FF
        let one: UInt64 = 0x0001_0001_0001_0001
        // In sixteen bits each, so that those that reach the limit set the ninth.
        let missing = (256 &- limit) &* one
        let reached = (((bytes & lower) &+ missing) >> 8 & one) &+ (((bytes >> 8 & lower) &+ missing) >> 8 & one)
        return 8 &- Int(truncatingIfNeeded: (reached &* one) >> 48)
    }
}
