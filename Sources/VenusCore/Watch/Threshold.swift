/// A warning and a critical limit on one of the KPIs that are judged where nothing is stored.
///
/// The rule by which it judges is ``MetricThreshold``'s, which has every metric.
public struct Threshold: Sendable, Hashable {
    public enum Measure: Sendable, Hashable {
        /// Fraction 0 … 1; crossed from above.
        case availability
        /// Milliseconds; crossed from below.
        case responseTimeP95
    }

    public var measure: Measure
    public var warning: Double
    public var critical: Double
    /// Below this many calls in the window nothing is judged.
    public var minimumCalls: UInt64

    public init(measure: Measure, warning: Double, critical: Double, minimumCalls: UInt64) {
        self.measure = measure
        self.warning = warning
        self.critical = critical
        self.minimumCalls = minimumCalls
    }

    public static let defaults = [
        Threshold(measure: .availability, warning: 0.99, critical: 0.95, minimumCalls: 20),
        Threshold(measure: .responseTimeP95, warning: 1_000, critical: 5_000, minimumCalls: 20),
    ]

    /// The grade of these KPIs by this threshold alone; `nil` where there is nothing to judge.
    public func grade(_ kpi: KPI) -> Grade? {
        // Neither metric looks at k or at single statuses. This is on the path of every tick: nothing is allocated.
        guard kpi.calls >= minimumCalls else { return nil }
        let (value, direction): (Double?, Direction) =
            switch measure {
            case .availability: (kpi.availability, .below)
            case .responseTimeP95: (kpi.responseTime.p95, .above)
            }
        guard let value else { return nil }
        return direction.isCrossed(value, limit: critical)
            ? .poor : direction.isCrossed(value, limit: warning) ? .fair : .good
    }
}
