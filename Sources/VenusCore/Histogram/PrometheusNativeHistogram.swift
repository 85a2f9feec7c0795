/// A latency histogram as Prometheus' native histogram of schema 6, in seconds.
///
/// Prometheus numbers a bucket by its upper bound: bucket `i` holds the values in (2^((i − 1)/64), 2^(i/64)], which is
/// our bucket `i − 1`. Buckets are written as spans of consecutive ones, and their counts as differences, each from the
/// bucket before. Source: the Prometheus protocol buffer definition of `io.prometheus.client.Histogram`.
public struct PrometheusNativeHistogram: Sendable, Hashable {
    /// Consecutive buckets.
    public struct Span: Sendable, Hashable {
        /// Of the first span the index of its first bucket; of the others how many buckets were left out before it.
        public var offset: Int32
        public var length: UInt32

        public init(offset: Int32, length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    public var schema: Int32
    public var count: UInt64
    /// Seconds.
    public var sum: Double
    /// Values up to this many seconds would be counted as zero; ours start in the lowest bucket, so there are none.
    public var zeroThreshold: Double
    public var zeroCount: UInt64
    public var positiveSpans: [Span] = []
    /// The first bucket's count, then the difference of each from the one before, over all spans.
    public var positiveDeltas: [Int64] = []

    /// Up to so many empty buckets between two filled ones are written out: that is shorter than a span.
    private static let shortestGap = 3

    public init(_ histogram: LatencyHistogram) {
        schema = Int32(BucketIndex.scale)
        count = histogram.count
        sum = Double(histogram.sum) / 1_000_000
        zeroThreshold = 0
        zeroCount = 0
        /// Index of the bucket behind the last that was written.
        var next = 0
        var previous: Int64 = 0
        for (ours, value) in histogram.filledBuckets {
            let index = ours + 1
            let gap = index - next
            if positiveSpans.isEmpty || gap >= Self.shortestGap {
                positiveSpans.append(Span(offset: Int32(gap), length: 0))
            } else {
                for _ in 0..<gap { append(0, after: &previous) }
            }
            append(Int64(clamping: value), after: &previous)
            next = index + 1
        }
    }

    private mutating func append(_ value: Int64, after previous: inout Int64) {
        positiveSpans[positiveSpans.count - 1].length += 1
        positiveDeltas.append(value - previous)
        previous = value
    }
}
