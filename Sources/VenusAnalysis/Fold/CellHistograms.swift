import VenusCore

/// The latency histograms of a step's cells once it is over: of each the counts of all buckets between its lowest and its
/// highest, in eight bits where the cell has so few calls, and in 32 where it has more.
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

    private var summaries: [Summary] = []
    /// Counts of cells in which none can be larger than eight bits hold.
    private var narrow = Counts<UInt8>()
    private var wide = Counts<UInt32>()
    /// Places of a cell's times; kept so that nothing is allocated.
    private var places: [UInt16] = []

    private struct Counts<Count: FixedWidthInteger & Sendable>: Sendable {
        var counts: [Count] = []
        var used = 0

        /// Counts places of which none is outside `first ... last`; returns where its counts begin.
        @inline(__always)
        mutating func append(_ places: UnsafeBufferPointer<UInt16>, first: UInt16, last: UInt16) -> Int {
            let start = used
            let length = Int(last - first) + 1
            used += length
            if counts.count < used {
                let more = max(used, 2 * counts.count) - counts.count
                counts.append(contentsOf: repeatElement(0, count: more))
            }
            counts.withUnsafeMutableBufferPointer { counts in
                let counts = UnsafeMutableBufferPointer(rebasing: counts[start..<start + length])
                counts.update(repeating: 0)
                for place in places {
                    let bucket = Int(place &- first)
                    precondition(bucket < length, "a place between the first and the last")
                    counts[bucket] &+= 1
                }
            }
            return start
        }
    }

    mutating func removeAll() {
        summaries.removeAll(keepingCapacity: true)
        narrow.used = 0
        wide.used = 0
    }

    mutating func appendEmpty() { summaries.append(Summary()) }

    /// Counts the times of the next cell, in microseconds; there is one at least.
    mutating func append(_ times: UnsafeBufferPointer<UInt32>) {
        var summary = Self.summary(of: times)
        if places.count < times.count {
            places = Array(repeating: 0, count: max(times.count, 2 * places.count))
        }
        places.withUnsafeMutableBufferPointer { places in
            let places = UnsafeMutableBufferPointer(rebasing: places[..<times.count])
            BucketIndex.writePlaces(of: times, to: places)
            (summary.first, summary.last) = Self.extremes(of: places)
            let found = UnsafeBufferPointer(places)
            let start =
                summary.isWide
                ? wide.append(found, first: summary.first, last: summary.last)
                : narrow.append(found, first: summary.first, last: summary.last)
            summary.start = UInt32(start)
        }
        summaries.append(summary)
    }

    private static func summary(of times: UnsafeBufferPointer<UInt32>) -> Summary {
        var sum: UInt64 = 0
        var minimum = UInt32.max
        var maximum: UInt32 = 0
        for time in times {
            sum &+= UInt64(time)
            minimum = min(minimum, time)
            maximum = max(maximum, time)
        }
        return Summary(sum: sum, minimum: minimum, maximum: maximum, count: UInt32(times.count))
    }

    private static func extremes(of places: UnsafeMutableBufferPointer<UInt16>) -> (first: UInt16, last: UInt16) {
        var first = UInt16.max
        var last: UInt16 = 0
        for place in places {
            first = min(first, place)
            last = max(last, place)
        }
        return (first, last)
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

    /// The value of nearest rank, as ``LatencyHistogram/quantile(_:)`` has it, in microseconds.
    func quantile(_ q: Double, of cell: Int) -> Double? {
        let summary = summaries[cell]
        guard summary.count > 0 else { return nil }
        let rank = max(1, Int((q * Double(summary.count)).rounded(.up)))
        if rank >= Int(summary.count) { return Double(summary.maximum) }
        let bucket =
            summary.isWide
            ? Self.bucket(of: rank, wide.counts.span.extracting(summary.buckets))
            : Self.bucket(of: rank, narrow.counts.span.extracting(summary.buckets))
        let estimate = BucketIndex.microseconds(place: summary.first + UInt16(bucket))
        return min(max(estimate, Double(summary.minimum)), Double(summary.maximum))
    }

    /// The first bucket with which the counts reach a rank; the last where they do not.
    private static func bucket(of rank: Int, _ counts: Span<some FixedWidthInteger>) -> Int {
        var seen = 0
        var bucket = 0
        // Eight at a time up to that in which it is.
        while bucket + 8 <= counts.count {
            var more: UInt32 = 0
            for place in bucket..<bucket + 8 { more &+= UInt32(truncatingIfNeeded: counts[place]) }
            if seen &+ Int(more) >= rank { break }
            seen &+= Int(more)
            bucket += 8
        }
        while bucket < counts.count - 1 {
            seen &+= Int(truncatingIfNeeded: counts[bucket])
            if seen >= rank { break }
            bucket += 1
        }
        return bucket
    }
}
