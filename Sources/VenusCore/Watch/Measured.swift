/// What was measured over one window of one subject, as thresholds are held against it.
public struct Measured: Sendable {
    /// Of calls; `nil` for a host.
    public var kpi: KPI?
    /// k: calls whose outcome is known.
    public var known: UInt64
    /// Calls that ended with a client or server error, by status, as far as they are counted.
    public var statuses: [UInt16: UInt64]
    /// A host's metrics by name.
    public var host: [String: Double]

    public init(kpi: KPI, known: UInt64, statuses: [UInt16: UInt64] = [:]) {
        self.kpi = kpi
        self.known = known
        self.statuses = statuses
        host = [:]
    }

    public init(host: [String: Double]) {
        known = 0
        statuses = [:]
        self.host = host
    }

    /// The KPIs of calls, where nothing is known of single statuses.
    public init(_ totals: KPITotals, seconds: Double, statuses: [UInt16: UInt64] = [:]) {
        self.init(kpi: KPI(totals, seconds: seconds), known: totals.known, statuses: statuses)
    }

    /// What this threshold judges; `nil` where there is nothing to say, or there were fewer calls than it asks for.
    public borrowing func value(for threshold: MetricThreshold) -> Double? {
        if case .host(let name) = threshold.metric { return host[name] }
        guard let kpi, let value = kpi.value(for: threshold) else { return nil }
        return threshold.metric == .errorRate ? errorRate(kpi, tolerate: threshold.tolerate) : value
    }

    /// Tolerated errors stay in k: they are calls that ended well.
    private func errorRate(_ kpi: KPI, tolerate: [UInt16]) -> Double? {
        guard let rate = kpi.errorRate, !tolerate.isEmpty, known > 0 else { return kpi.errorRate }
        let errors = (rate * Double(known)).rounded()
        let tolerated = tolerate.reduce(0.0) { $0 + Double(statuses[$1] ?? 0) }
        return max(0, errors - tolerated) / Double(known)
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
