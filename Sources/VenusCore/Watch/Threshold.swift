/// A warning and a critical limit on a KPI.
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
        guard kpi.calls >= minimumCalls else { return nil }
        switch measure {
        case .availability:
            guard let value = kpi.availability else { return nil }
            return value < critical ? .poor : value < warning ? .fair : .good
        case .responseTimeP95:
            guard let value = kpi.responseTime.p95 else { return nil }
            return value > critical ? .poor : value > warning ? .fair : .good
        }
    }
}
