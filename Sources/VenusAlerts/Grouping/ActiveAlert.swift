public import VenusCore

/// An alert that is pending, firing or without data, as grouping sees it.
public struct ActiveAlert: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        /// Fires in so many seconds if nothing changes.
        case pending(firesIn: Int64)
        case firing
        case noData
    }

    public var rule: String
    public var subject: WatchSubject
    public var severity: Severity
    public var state: State
    /// Seconds since the epoch.
    public var since: Int64
    public var isSilenced: Bool

    public init(
        rule: String, subject: WatchSubject, severity: Severity, state: State, since: Int64, isSilenced: Bool = false
    ) {
        self.rule = rule
        self.subject = subject
        self.severity = severity
        self.state = state
        self.since = since
        self.isSilenced = isSilenced
    }

    /// `nil` for an alert that is inactive.
    public init?(_ rule: AlertRule, _ alert: AlertStateMachine, silences: some Sequence<Silence>, at now: Int64) {
        let state: State
        let since: Int64
        switch alert.state {
        case .inactive: return nil
        case .pending(let start, let held): (state, since) = (.pending(firesIn: max(0, rule.for - held)), start)
        case .firing(let start, _, _): (state, since) = (.firing, start)
        case .noData(let start, _): (state, since) = (.noData, start)
        }
        let labels = AlertLabels(rule)
        self.init(
            rule: rule.id, subject: rule.subject, severity: rule.severity, state: state, since: since,
            isSilenced: silences.contains { $0.covers(labels, at: now) })
    }

    var isPending: Bool { if case .pending = state { true } else { false } }
}
