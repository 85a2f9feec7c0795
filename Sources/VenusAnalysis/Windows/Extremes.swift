import VenusCore

/// Minimum and maximum of histograms that are looked at one by one.
struct Extremes {
    private(set) var minimum = UInt32.max
    private(set) var maximum: UInt32 = 0

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
