public import VenusCore

/// A limit that is crossed, and what explains it.
public struct CrossedLimit: Sendable, Hashable, Codable {
    public var subject: WatchSubject
    public var metric: Metric
    public var severity: Severity
    public var value: Double
    public var limit: Double
    /// Seconds since the epoch: from when on a limit of this threshold has been crossed without a break.
    public var since: Int64
    /// Of times: the phase that grew most against the baseline.
    public var phase: PhaseGrowth?
    /// Of availability and errors: what most of the failed calls ended with, at most ``ReportCard/maximumFailures``.
    public var failures: [FailureShare]
}
