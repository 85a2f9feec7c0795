/// A latency histogram as OTLP's `ExponentialHistogramDataPoint` has it, in seconds.
///
/// Bucket `offset + i` holds `bucketCounts[i]` values in (2^((offset + i)/64), 2^((offset + i + 1)/64)]: our own
/// numbers, so nothing shifts. What we clamped into the outermost buckets (below 1 µs, above 1 h) stays there;
/// `minimum` and `maximum` say so. Source: OpenTelemetry metrics data model, "ExponentialHistogram".
public struct OTLPExponentialHistogram: Sendable, Hashable {
    public var scale: Int32
    public var count: UInt64
    /// Seconds.
    public var sum: Double
    /// Seconds; `nil` where there is no value.
    public var minimum: Double?
    /// Seconds; `nil` where there is no value.
    public var maximum: Double?
    /// Values of zero have a count of their own in OTLP; in ours they are in the lowest bucket.
    public var zeroCount: UInt64
    /// Index of the first of `bucketCounts`.
    public var offset: Int32
    /// Without gaps, at most ``BucketIndex/count``.
    public var bucketCounts: [UInt64]

    public init(_ histogram: LatencyHistogram) {
        scale = Int32(BucketIndex.scale)
        count = histogram.count
        sum = Double(histogram.sum) / 1_000_000
        minimum = histogram.isEmpty ? nil : Double(histogram.minimum) / 1_000_000
        maximum = histogram.isEmpty ? nil : Double(histogram.maximum) / 1_000_000
        zeroCount = 0
        let filled = histogram.filledBuckets
        guard let first = filled.first, let last = filled.last else {
            offset = 0
            bucketCounts = []
            return
        }
        offset = Int32(first.index)
        bucketCounts = Array(repeating: 0, count: last.index - first.index + 1)
        for (index, value) in filled { bucketCounts[index - first.index] = value }
    }
}
