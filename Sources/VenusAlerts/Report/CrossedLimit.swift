public import VenusCore

/// A limit that is crossed, and what explains it.
public struct CrossedLimit: Sendable, Hashable, Codable {
    public var subject: WatchSubject
    public var metric: Metric
    public var direction: Direction
    public var window: Window
    public var severity: Severity
    /// What was measured over the window, and the limit, in the metric's unit.
    public var value: Double
    public var limit: Double
    /// Seconds since the epoch: from when on a limit of this threshold has been crossed without a break; `nil` where
    /// that is not known.
    public var since: Int64?
    /// Of times: the phase that grew most against the baseline.
    public var phase: PhaseGrowth?
    /// What ``phase`` is compared with.
    public var baseline: ReportEvidence.Baseline.Time?
    /// Of availability and errors: what most of the failed calls ended with, at most ``ReportCard/maximumFailures``.
    public var failures: [FailureShare]

    /// A threshold at a subject.
    public struct Place: Sendable, Hashable {
        public var key: SeriesKey
        public var metric: Metric
        public var direction: Direction

        public init(key: SeriesKey, metric: Metric, direction: Direction) {
            self.key = key
            self.metric = metric
            self.direction = direction
        }
    }

    /// `nil` for what is no series.
    public var place: Place? { subject.key.map { Place(key: $0, metric: metric, direction: direction) } }
}
