import VenusCore

/// What the calls of one span of time add up to, packed into few bytes until it leaves its last window.
struct PackedCell: Sendable {
    /// Seconds since the epoch.
    let start: Int64
    private let bytes: [UInt8]
    /// Extremes at hand, so that a window need not unpack all its cells to find its own.
    let duration: Extremes
    let ttfb: Extremes

    init(start: Int64, totals: KPITotals) {
        self.start = start
        var writer = ByteWriter()
        totals.encode(into: &writer)
        bytes = writer.bytes
        duration = Extremes(totals.duration)
        ttfb = Extremes(totals.ttfb)
    }

    var totals: KPITotals {
        var reader = ByteReader(bytes)
        // The bytes were written by `init`, and what `encode` writes `KPITotals(from:)` reads.
        guard let totals = try? KPITotals(from: &reader) else { preconditionFailure("a packed cell cannot be read") }
        return totals
    }
}

/// Minimum and maximum of a histogram; joining them needs no buckets.
struct Extremes: Sendable {
    private(set) var minimum = UInt32.max
    private(set) var maximum: UInt32 = 0

    init() {}

    init(_ histogram: LatencyHistogram) {
        guard !histogram.isEmpty else { return }
        minimum = histogram.minimum
        maximum = histogram.maximum
    }

    mutating func join(_ other: Extremes) {
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// Whether taking `part` away may change the extremes of `histogram`.
    static func mayChange(_ histogram: LatencyHistogram, without part: Extremes) -> Bool {
        part.minimum <= part.maximum && (part.minimum <= histogram.minimum || part.maximum >= histogram.maximum)
    }
}
