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

    /// Whether taking `part` away may change the extremes of `histogram`.
    static func mayChange(_ histogram: LatencyHistogram, without part: LatencyHistogram) -> Bool {
        !part.isEmpty && (part.minimum <= histogram.minimum || part.maximum >= histogram.maximum)
    }
}
