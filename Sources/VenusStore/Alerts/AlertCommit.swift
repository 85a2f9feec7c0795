/// A change of an alert, as it is kept and told.
public struct TransitionRecord: Sendable, Hashable {
    /// Ascending without gaps; given by the store.
    public var number: Int64
    /// The same whenever this transition is made again.
    public var id: String
    /// ``AlertRecord/id``.
    public var alert: String
    /// Seconds since the epoch.
    public var at: Int64
    /// JSON.
    public var content: String

    public init(number: Int64 = 0, id: String, alert: String, at: Int64, content: String) {
        self.number = number
        self.id = id
        self.alert = alert
        self.at = at
        self.content = content
    }
}

/// Something that people are told, on its way to every endpoint.
public struct NoticeRecord: Sendable, Hashable {
    public var id: String
    public var fault: String
    /// Seconds since the epoch.
    public var at: Int64
    /// JSON.
    public var content: String

    public init(id: String, fault: String, at: Int64, content: String) {
        self.id = id
        self.fault = fault
        self.at = at
        self.content = content
    }
}

/// All that one evaluation changed: written as a whole or not at all.
public struct AlertCommit: Sendable, Hashable {
    /// In order.
    public var transitions: [TransitionRecord]
    /// Alerts that are no longer as they are stored.
    public var alerts: [AlertRecord]
    public var notices: [NoticeRecord]
    /// How a message begins its way to an endpoint, as JSON.
    public var delivery: String
    /// What the evaluator knows beside its alerts, as JSON.
    public var content: String

    public init(
        transitions: [TransitionRecord] = [], alerts: [AlertRecord] = [], notices: [NoticeRecord] = [],
        delivery: String = "", content: String
    ) {
        self.transitions = transitions
        self.alerts = alerts
        self.notices = notices
        self.delivery = delivery
        self.content = content
    }
}

/// How far the evaluation of alerts has come.
public struct AlertPosition: Sendable, Hashable {
    /// Drawn once in the life of a store: numbers of different stores cannot be compared.
    public var epoch: Int64
    /// Of the newest transition; 0 before the first.
    public var newest: Int64
    /// Rises with every commit.
    public var version: Int64

    public init(epoch: Int64, newest: Int64, version: Int64) {
        self.epoch = epoch
        self.newest = newest
        self.version = version
    }
}

/// What an evaluator goes on from.
public struct StoredEvaluation: Sendable, Hashable {
    public var position: AlertPosition
    /// ``AlertCommit/content``; empty before the first commit.
    public var content: String
    public var alerts: [AlertRecord]

    public init(position: AlertPosition, content: String, alerts: [AlertRecord]) {
        self.position = position
        self.content = content
        self.alerts = alerts
    }
}
