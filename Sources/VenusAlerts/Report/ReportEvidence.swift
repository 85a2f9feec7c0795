public import VenusCore

/// What a report card is made of, for one service, edge or operation.
public struct ReportEvidence: Sendable {
    public var key: SeriesKey
    /// What was measured over a window.
    public var totals: [Window: Evidence]
    /// The same hour a week before, else the last day; for the phases.
    public var baseline: PhaseMeans?

    /// Of one window.
    public struct Evidence: Sendable {
        public var totals: KPITotals
        /// The time that the totals cover, in seconds; above 0.
        public var seconds: Double
        public var statuses: [UInt16: UInt64]
        /// Failed calls by status or error type.
        public var failures: [String: UInt64]

        public init(
            _ totals: KPITotals, seconds: Double, statuses: [UInt16: UInt64] = [:], failures: [String: UInt64] = [:]
        ) {
            self.totals = totals
            self.seconds = seconds
            self.statuses = statuses
            self.failures = failures
        }
    }

    public init(_ key: SeriesKey, totals: [Window: Evidence], baseline: PhaseMeans? = nil) {
        self.key = key
        self.totals = totals
        self.baseline = baseline
    }
}
