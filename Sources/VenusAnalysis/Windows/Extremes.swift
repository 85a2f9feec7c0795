import VenusCore

/// Minimum and maximum of histograms that are looked at one by one.
struct Extremes {
    private(set) var minimum = UInt32.max
    private(set) var maximum: UInt32 = 0

    init() {}

    /// The bounds of the outermost buckets that a histogram fills, within its own extremes: what is known where something
    /// was taken away from it, and its values are not at hand. Every value lies within them.
    init(boundsOf histogram: LatencyHistogram) {
        join(histogram)
        let buckets = histogram.filledBuckets
        guard let lowest = buckets.first?.index, let highest = buckets.last?.index else { return }
        // The outermost of all buckets hold what lies beyond their bounds as well.
        if lowest > BucketIndex.lowest {
            minimum = max(minimum, UInt32(clamping: Int64(BucketIndex.lowerBound(lowest) * 1_000_000)))
        }
        if highest < BucketIndex.highest {
            let bound = (BucketIndex.lowerBound(highest + 1) * 1_000_000).rounded(.up)
            maximum = min(maximum, UInt32(clamping: Int64(bound)))
        }
    }

    mutating func join(_ histogram: LatencyHistogram) {
        guard !histogram.isEmpty else { return }
        minimum = min(minimum, histogram.minimum)
        maximum = max(maximum, histogram.maximum)
    }

    mutating func join(_ others: KPITotals.Extremes?) {
        guard let others else { return }
        minimum = min(minimum, others.minimum)
        maximum = max(maximum, others.maximum)
    }

    /// Whether taking `part` away may change the extremes of `histogram`.
    static func mayChange(_ histogram: LatencyHistogram, without part: LatencyHistogram) -> Bool {
        !part.isEmpty && (part.minimum <= histogram.minimum || part.maximum >= histogram.maximum)
    }
}
