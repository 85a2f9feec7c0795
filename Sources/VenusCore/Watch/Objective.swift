/// A service level objective: the share of good calls that is promised over a period.
public struct Objective: Sendable, Hashable, Codable {
    /// Stable and unique among objectives.
    public var id: String
    /// A service or an edge.
    public var subject: WatchSubject
    public var kind: Kind
    /// The promised share of good calls, above 0 and below 1.
    public var target: Double
    /// In seconds.
    public var period: Int64
    /// Below this many calls in a pair's longer window its burn rate says nothing.
    public var minimumCalls: UInt64

    /// What makes a call a good one.
    public enum Kind: Sendable, Hashable, Codable {
        /// Good is what availability counts as good.
        case availability
        /// Good is a call that was answered within so many milliseconds.
        case fasterThan(milliseconds: Double)
    }

    /// Thirty days, in seconds.
    public static let usualPeriod: Int64 = 30 * 86_400
    /// Shortest and longest period, in seconds: a day, and what the coarsest tier surely holds.
    public static let periods: ClosedRange<Int64> = 86_400...366 * 86_400

    /// `nil` where the target or the period is out of range, or the subject neither service nor edge.
    public init?(
        id: String, subject: WatchSubject, kind: Kind, target: Double, period: Int64 = usualPeriod,
        minimumCalls: UInt64 = MetricThreshold.usualMinimumCalls
    ) {
        guard target > 0, target < 1, Self.periods.contains(period) else { return nil }
        guard let level = subject.key?.level, level == .service || level == .edge else { return nil }
        if case .fasterThan(let limit) = kind, !(limit > 0 && limit.isFinite) { return nil }
        self.id = id
        self.subject = subject
        self.kind = kind
        self.target = target
        self.period = period
        self.minimumCalls = minimumCalls
    }

    /// The share of bad calls that uses the budget up exactly at the end of the period.
    public var allowedShare: Double { 1 - target }

    /// Good and bad calls of these totals.
    public func tally(_ totals: borrowing KPITotals) -> Tally {
        switch kind {
        case .availability:
            return Tally(bad: totals.serverError + totals.transportError, total: totals.known)
        case .fasterThan(let milliseconds):
            // Of a tunnel only that it was established is known: it is neither fast nor slow.
            let answered = totals.duration.count
            let fast = totals.duration.count(upTo: milliseconds / 1_000)
            return Tally(bad: answered - fast + totals.transportError, total: answered + totals.transportError)
        }
    }

    /// Calls, of which so many were bad. Additive.
    public struct Tally: Sendable, Hashable, Codable {
        public var bad: UInt64
        public var total: UInt64

        public init(bad: UInt64 = 0, total: UInt64 = 0) {
            self.bad = bad
            self.total = total
        }

        public mutating func merge(_ other: Tally) {
            bad += other.bad
            total += other.total
        }
    }

    /// How many times faster than allowed the budget is used; `nil` without calls. To nine places: 1 − 0.9 is a little
    /// less than 0.1, and what burns exactly as fast as a limit has not crossed it.
    public func burnRate(_ tally: Tally) -> Double? {
        guard tally.total > 0 else { return nil }
        return (Double(tally.bad) / Double(tally.total) / allowedShare * 1e9).rounded() / 1e9
    }

    /// The share of the period's budget that is left: 1 when nothing failed, below 0 when the objective is missed.
    ///
    /// - Parameter tally: of the period that ends now.
    public func budgetLeft(_ tally: Tally) -> Double { 1 - (burnRate(tally) ?? 0) }
}

extension LatencyHistogram {
    /// How many values are at most `seconds`, to the resolution of a bucket: the one that holds `seconds` counts as a
    /// whole.
    public func count(upTo seconds: Double) -> UInt64 {
        guard seconds > 0 else { return 0 }
        let last = BucketIndex.index(seconds: seconds)
        return filledBuckets.reduce(0) { $1.index <= last ? $0 + $1.count : $0 }
    }
}
