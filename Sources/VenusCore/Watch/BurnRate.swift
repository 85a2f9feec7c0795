/// A pair of windows over which an objective's budget burns too fast: the long one says that it matters, the short one
/// that it goes on. The values are those of the SRE Workbook (chapter 5, "Alerting on SLOs").
public struct BurnRate: Sendable, Hashable {
    /// How many times faster than allowed.
    public let factor: Double
    /// In seconds.
    public let long: Int64
    /// In seconds, a twelfth of ``long``.
    public let short: Int64
    /// The finest tier that keeps all of ``long``.
    public let tier: Tier
    public let severity: Severity

    /// 14.4× over 1 h and 5 m, 6× over 6 h and 30 m, 1× over 3 d and 6 h.
    public static let all = [
        BurnRate(factor: 14.4, long: 3_600, short: 300, tier: .minute, severity: .critical),
        BurnRate(factor: 6, long: 6 * 3_600, short: 1_800, tier: .minute, severity: .critical),
        BurnRate(factor: 1, long: 3 * 86_400, short: 6 * 3_600, tier: .quarterHour, severity: .warning),
    ]

    /// The bad and all calls of both windows.
    public struct Tallies: Sendable, Hashable {
        public var long: Objective.Tally
        public var short: Objective.Tally

        public init(long: Objective.Tally, short: Objective.Tally) {
            self.long = long
            self.short = short
        }
    }

    /// The burn rate that both windows exceed, in multiples of ``factor``: above 1 the pair alerts. `nil` where there
    /// were too few calls in the long window, or none in the short one.
    public func strength(_ tallies: Tallies, of objective: Objective) -> Double? {
        guard tallies.long.total >= objective.minimumCalls, let long = objective.burnRate(tallies.long),
            let short = objective.burnRate(tallies.short)
        else { return nil }
        return min(long, short) / factor
    }

    /// The strongest of the pairs of one severity, as a rule on it is evaluated.
    ///
    /// - Parameter tallies: of each of ``all``, in that order.
    public static func strength(_ tallies: [Tallies], of objective: Objective, severity: Severity) -> Double? {
        zip(all, tallies).filter { $0.0.severity == severity }.compactMap { $0.0.strength($0.1, of: objective) }.max()
    }
}
