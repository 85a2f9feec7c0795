/// Something that happened to who gets in, or to what is watched by. Holds no secret.
public struct AuditEntry: Sendable, Hashable {
    public enum Event: String, Sendable, Hashable, CaseIterable {
        case signIn = "sign_in"
        case signInRefused = "sign_in_refused"
        /// Attempts have to wait; told once for each wait.
        case signInDelayed = "sign_in_delayed"
        case signOut = "sign_out"
        case sessionRevoked = "session_revoked"
        case userAdded = "user_added"
        case userChanged = "user_changed"
        case userRemoved = "user_removed"
        case passwordChanged = "password_changed"
        case keyCreated = "key_created"
        case keyRevoked = "key_revoked"
        case hostRemoved = "host_removed"
        case serviceForgotten = "service_forgotten"
        case dependencyForgotten = "dependency_forgotten"
        case webhookAdded = "webhook_added"
        case webhookChanged = "webhook_changed"
        case webhookRemoved = "webhook_removed"
        case webhookTested = "webhook_tested"
        case alertAcknowledged = "alert_acknowledged"
        /// The administrator's secret was made or replaced.
        case secretChanged = "secret_changed"
        case thresholdSet = "threshold_set"
        case thresholdRemoved = "threshold_removed"
        case ruleSet = "rule_set"
        case ruleRemoved = "rule_removed"
        case objectiveSet = "objective_set"
        case objectiveRemoved = "objective_removed"
        case silenceSet = "silence_set"
        case silenceRemoved = "silence_removed"
    }

    /// Ascending; given by the store.
    public var id: Int64
    public var at: Int64
    public var event: Event
    /// Who did it, or tried to.
    public var actor: String
    /// To whom or what, where that is not the actor.
    public var subject: String
    public var address: String
    public var detail: String

    public init(
        at: Int64, event: Event, actor: String, subject: String = "", address: String = "", detail: String = ""
    ) {
        id = 0
        self.at = at
        self.event = event
        self.actor = StoredName.fit(actor)
        self.subject = StoredName.fit(subject)
        self.address = StoredName.fit(address)
        self.detail = StoredName.fit(detail)
    }
}
