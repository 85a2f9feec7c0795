/// One alert as it was last committed. What evaluates alerts keeps its state in ``content``, which is opaque here;
/// beside it stands what alerts are looked up by.
public struct AlertRecord: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case inactive, pending, firing
        case noData = "no_data"
    }

    /// Stable: the same alert has it for ever.
    public var id: String
    public var rule: String
    public var state: State
    /// `warning` or `critical`.
    public var severity: String
    /// What it is about; empty where its subject has no such name.
    public var environment: String
    public var service: String
    public var dependency: String
    public var operation: String
    public var host: String
    /// When it changed last, seconds since the epoch.
    public var changedAt: Int64
    /// Of its newest transition; given by the store.
    public var number: Int64 = 0
    /// JSON.
    public var content: String

    public init(
        id: String, rule: String, state: State, severity: String, environment: String = "", service: String = "",
        dependency: String = "", operation: String = "", host: String = "", changedAt: Int64, content: String
    ) {
        self.id = id
        self.rule = rule
        self.state = state
        self.severity = severity
        self.environment = environment
        self.service = service
        self.dependency = dependency
        self.operation = operation
        self.host = host
        self.changedAt = changedAt
        self.content = content
    }
}

/// Which alerts are asked for; names that are `nil` match all.
public struct AlertQuery: Sendable, Hashable {
    public var states: Set<AlertRecord.State>
    public var severity: String?
    public var environment: String?
    public var service: String?
    public var dependency: String?
    public var host: String?
    /// Only those whose newest transition came before this one.
    public var before: Int64?
    public var limit: Int

    public init(states: Set<AlertRecord.State>, limit: Int) {
        self.states = states
        self.limit = limit
    }
}
