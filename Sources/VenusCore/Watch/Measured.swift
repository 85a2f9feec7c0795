/// What was measured over one window of one subject, as thresholds are held against it.
public struct Measured: Sendable {
    /// Of calls; `nil` for a host.
    public var kpi: KPI?
    /// k: calls whose outcome is known.
    public var known: UInt64
    /// Those of client and server errors.
    public var statuses: ErrorStatuses
    /// A host's metrics by name.
    public var host: [String: Double]

    public init(kpi: KPI, known: UInt64, statuses: ErrorStatuses) {
        self.kpi = kpi
        self.known = known
        self.statuses = statuses
        host = [:]
    }

    public init(host: [String: Double]) {
        known = 0
        statuses = ErrorStatuses()
        self.host = host
    }

    public init(_ totals: KPITotals, seconds: Double) {
        self.init(kpi: KPI(totals, seconds: seconds), known: totals.known, statuses: totals.statuses)
    }

    /// What this threshold judges; `nil` where there is nothing to say, or there were fewer calls than it asks for.
    public borrowing func value(for threshold: MetricThreshold) -> Double? {
        if case .host(let name) = threshold.metric { return host[name] }
        return kpi?.value(for: threshold, known: known, statuses: statuses)
    }
}

extension KPI.Distribution {
    public subscript(statistic: Metric.Statistic) -> Double? {
        switch statistic {
        case .mean: mean
        case .p50: p50
        case .p95: p95
        case .p99: p99
        }
    }
}
