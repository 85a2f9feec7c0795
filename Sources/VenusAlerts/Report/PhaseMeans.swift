public import VenusCore

/// How much of a call's time each phase takes on average, in milliseconds over all answered calls: a phase that few
/// calls go through counts for as much as it adds to the mean.
public struct PhaseMeans: Sendable, Hashable {
    private var means = [Double](repeating: 0, count: Phase.allCases.count)

    /// `nil` without an answered call.
    public init?(_ totals: borrowing KPITotals) {
        let calls = totals.duration.count
        guard calls > 0 else { return nil }
        for phase in Phase.allCases {
            means[phase.rawValue] = Double(totals.phases[phase.rawValue].sum) / 1_000 / Double(calls)
        }
    }

    public subscript(phase: Phase) -> Double { means[phase.rawValue] }

    /// The phase that grew most against `baseline`, if any grew.
    public func grownMost(since baseline: PhaseMeans) -> PhaseGrowth? {
        let growths = Phase.allCases.map { PhaseGrowth(phase: $0.name, before: baseline[$0], now: self[$0]) }
        guard let most = growths.max(by: { $0.growth < $1.growth }), most.growth > 0 else { return nil }
        return most
    }
}

/// A phase's mean share of a call's time, then and now, in milliseconds.
public struct PhaseGrowth: Sendable, Hashable, Codable {
    /// ``Phase/name``.
    public var phase: String
    public var before: Double
    public var now: Double

    public init(phase: String, before: Double, now: Double) {
        self.phase = phase
        self.before = before
        self.now = now
    }

    /// Milliseconds; negative where the phase has become shorter.
    public var growth: Double { now - before }
}
