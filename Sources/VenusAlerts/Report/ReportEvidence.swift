public import VenusCore

/// What a report card is made of, for one service, edge or operation.
public struct ReportEvidence: Sendable {
    public var key: SeriesKey
    /// What was measured over a window.
    public var totals: [Window: Evidence]
    /// For the phases.
    public var baseline: Baseline?

    /// Of one window.
    public struct Evidence: Sendable {
        public var totals: KPITotals
        /// The time that the totals cover, in seconds; above 0.
        public var seconds: Double
        /// Failed calls by status or error type.
        public var failures: [String: UInt64]

        public init(
            _ totals: KPITotals, seconds: Double, failures: [String: UInt64] = [:]
        ) {
            self.totals = totals
            self.seconds = seconds
            self.failures = failures
        }
    }

    /// What is usual.
    public struct Baseline: Sendable, Hashable {
        public enum Time: String, Sendable, Hashable, Codable {
            /// The same hour a week before.
            case week
            /// The last day.
            case day
        }

        public var means: PhaseMeans
        public var time: Time

        public init(_ means: PhaseMeans, of time: Time) {
            self.means = means
            self.time = time
        }
    }

    public init(_ key: SeriesKey, totals: [Window: Evidence], baseline: Baseline? = nil) {
        self.key = key
        self.totals = totals
        self.baseline = baseline
    }
}
