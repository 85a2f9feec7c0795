/// A warning and a critical limit on a metric over a window.
public struct MetricThreshold: Sendable, Hashable, Codable {
    public var metric: Metric
    public var direction: Direction
    public var window: Window
    /// In the metric's unit; a value *at* a limit has not crossed it. Without either limit the threshold says that the
    /// metric is not judged here, whatever coarser levels say.
    public var warning: Double?
    public var critical: Double?
    /// Below this many calls in the window nothing is judged; without meaning for load and for hosts.
    public var minimumCalls: UInt64
    /// Statuses that are no errors here, ascending; of ``Metric/errorRate`` only.
    public var tolerate: [UInt16]

    /// Most statuses that one threshold tolerates.
    public static let maximumTolerated = 32
    /// Calls in the window from which on KPIs are judged, unless a threshold says otherwise.
    public static let usualMinimumCalls: UInt64 = 20

    public init(
        _ metric: Metric, direction: Direction? = nil, window: Window = .minutes5, warning: Double? = nil,
        critical: Double? = nil, minimumCalls: UInt64 = usualMinimumCalls, tolerate: [UInt16] = []
    ) {
        self.metric = metric
        self.direction = direction ?? metric.usualDirection
        self.window = window
        self.warning = warning
        self.critical = critical
        self.minimumCalls = minimumCalls
        self.tolerate = Array(Set(tolerate)).sorted()
    }

    /// Those that apply where nothing is stored.
    public static let defaults = [
        MetricThreshold(.availability, warning: 0.99, critical: 0.95),
        MetricThreshold(.responseTime(.p95), warning: 1_000, critical: 5_000),
    ]

    /// The limit of this severity.
    public func limit(_ severity: Severity) -> Double? {
        switch severity {
        case .warning: warning
        case .critical: critical
        }
    }

    /// The graver of the limits that `value` has crossed.
    public func crossed(by value: Double) -> Severity? {
        if let critical, direction.isCrossed(value, limit: critical) { return .critical }
        if let warning, direction.isCrossed(value, limit: warning) { return .warning }
        return nil
    }

    /// The grade by this threshold alone; `nil` where there is nothing to judge.
    public func grade(_ measured: borrowing Measured) -> Grade? {
        hasLimit ? measured.value(for: self).map(judge) : nil
    }

    /// The grade of these KPIs, whatever span they are of; `nil` where there is nothing to judge. On the path of every
    /// tick: nothing is allocated.
    ///
    /// - Parameter totals: of which the KPIs are.
    public func grade(_ kpi: KPI, of totals: borrowing KPITotals) -> Grade? {
        hasLimit ? kpi.value(for: self, known: totals.known, statuses: totals.statuses).map(judge) : nil
    }

    private var hasLimit: Bool { warning != nil || critical != nil }

    private func judge(_ value: Double) -> Grade {
        switch crossed(by: value) {
        case .critical: .poor
        case .warning: .fair
        case nil: .good
        }
    }
}

extension KPI {
    /// What this threshold judges; `nil` where there is nothing to say, or there were fewer calls than it asks for.
    ///
    /// - Parameters:
    ///   - known: k: calls whose outcome is known.
    ///   - statuses: of client and server errors.
    public func value(for threshold: MetricThreshold, known: UInt64, statuses: ErrorStatuses) -> Double? {
        guard !threshold.metric.needsCalls || calls >= threshold.minimumCalls else { return nil }
        return switch threshold.metric {
        case .availability: availability
        case .errorRate: errorRate(tolerate: threshold.tolerate, known: known, statuses: statuses)
        case .responseTime(let statistic): responseTime[statistic]
        case .timeToFirstByte(let statistic): ttfb[statistic]
        case .load: load.callsPerMinute
        case .host: nil
        }
    }

    /// Tolerated errors stay in k: they are calls that ended well.
    private func errorRate(tolerate: [UInt16], known: UInt64, statuses: ErrorStatuses) -> Double? {
        guard let errorRate, !tolerate.isEmpty, !statuses.isEmpty, known > 0 else { return errorRate }
        let errors = (errorRate * Double(known)).rounded()
        let tolerated = tolerate.reduce(0.0) { $0 + Double(statuses[$1]) }
        return max(0, errors - tolerated) / Double(known)
    }
}
