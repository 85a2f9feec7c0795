/// The one-word judgement of a service, edge or dependency.
public enum Grade: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing was attempted.
    case idle
    case good
    /// A warning limit is crossed.
    case fair
    /// A critical limit is crossed.
    case poor

    /// The worst that any threshold says; good where none has enough calls to judge, idle where there were none and no
    /// connection moved a byte.
    ///
    /// - Parameter totals: of which the KPIs are.
    public init(
        _ kpi: KPI, of totals: borrowing KPITotals, thresholds: [MetricThreshold] = MetricThreshold.defaults
    ) {
        guard kpi.calls > 0 || kpi.basis != nil else {
            self = .idle
            return
        }
        var worst = Grade.good
        for threshold in thresholds {
            switch threshold.grade(kpi, of: totals) {
            case .poor: worst = .poor
            case .fair where worst == .good: worst = .fair
            case .fair, .good, .idle, nil: continue
            }
        }
        self = worst
    }
}
