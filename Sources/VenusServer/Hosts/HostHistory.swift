import VenusCore
import VenusStore

/// A host's readings over a span, by series.
struct HostHistory: Sendable {
    /// Series in one answer at most, the first in order.
    static let maximumSeries = 200
    /// What is told where nobody asks for a metric: of the whole host, and what may run out.
    private static let overview: [HostMetric] = [
        .cpuUtilization, .loadAverage1m, .memoryUtilization, .pagingUtilization, .filesystemUtilization, .pressure,
        .diskIO, .networkIO, .containerCPUThrottled, .containerMemoryUtilization,
    ]

    struct Filter: Sendable {
        var metric: HostMetric?
        var subject: String?
        var state: String?

        func matches(_ series: HostSeries) -> Bool {
            guard subject.map({ $0 == series.subject }) ?? true, state.map({ $0 == series.state }) ?? true else {
                return false
            }
            guard let metric else {
                // Each processor and each mode on request only.
                return overview.contains(series.metric)
                    && (series.metric != .cpuUtilization || (series.subject.isEmpty && series.state.isEmpty))
            }
            return metric == series.metric
        }
    }

    var host: String
    var range: HistoryRange?
    var span: HistorySpan
    /// Starts of the buckets that hold anything, in order.
    let buckets: [Int64]
    /// In order; of each bucket what there is of it.
    let series: [(series: HostSeries, points: [HostTotals?])]
    /// Whether further series match.
    let isComplete: Bool

    init(host: String, range: HistoryRange?, span: HistorySpan, filter: Filter, stored: [HostBucket]) {
        self.host = host
        self.range = range
        self.span = span
        buckets = stored.map(\.bucket)
        var points: [HostSeries: [HostTotals?]] = [:]
        for (place, bucket) in stored.enumerated() {
            for (series, totals) in bucket.reading.values where filter.matches(series) {
                points[series, default: Array(repeating: nil, count: stored.count)][place] = totals
            }
        }
        let sorted = points.sorted { $0.key < $1.key }
        series = sorted.prefix(Self.maximumSeries).map { ($0.key, $0.value) }
        isComplete = sorted.count <= Self.maximumSeries
    }

    /// How much of the bucket the values are of, 0 to 1.
    func coverage(_ totals: HostTotals) -> Double { min(1, totals.seconds / Double(span.tier.seconds)) }
}
