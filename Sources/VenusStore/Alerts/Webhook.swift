/// Somewhere that messages about alerts are sent. Where exactly, and with which secrets, is sealed: the store cannot
/// read it.
public struct Webhook: Sendable, Hashable {
    public static let maximumCount = 100
    public static let maximumNameBytes = 100

    public var id: String
    public var name: String
    /// What reads the messages: `webhook`, `slack`, `email`, …
    public var kind: String
    /// Target and secrets, encrypted.
    public var sealed: [UInt8]
    public var isEnabled = true
    /// Why it was disabled by itself; empty: it was not.
    public var failure = ""
    /// Seconds since the epoch, 0 where there was none; here and below.
    public var failedAt: Int64 = 0
    /// Nothing is sent before: the receiver asked for it.
    public var pausedUntil: Int64 = 0
    /// Of the last message that was taken.
    public var deliveredAt: Int64 = 0
    /// Messages that found no room in the outbox.
    public var lost: Int64 = 0
    public var createdAt: Int64
    public var createdBy: String
    public var changedAt: Int64

    public init(id: String, name: String, kind: String, sealed: [UInt8], createdAt: Int64, createdBy: String) {
        self.id = id
        self.name = name
        self.kind = kind
        self.sealed = sealed
        self.createdAt = createdAt
        self.createdBy = createdBy
        changedAt = createdAt
    }
}

/// One message on its way to one endpoint.
public struct OutboxEntry: Sendable, Hashable {
    /// Ascending in the order in which messages were made; given by the store.
    public var number: Int64
    public var webhook: String
    /// ``NoticeRecord/id``.
    public var notice: String
    public var fault: String
    /// Seconds since the epoch.
    public var since: Int64
    /// How far it is, as JSON.
    public var state: String
    /// Delivered, or given up.
    public var isOver: Bool

    public init(
        number: Int64, webhook: String, notice: String, fault: String, since: Int64, state: String, isOver: Bool
    ) {
        self.number = number
        self.webhook = webhook
        self.notice = notice
        self.fault = fault
        self.since = since
        self.state = state
        self.isOver = isOver
    }
}

/// What came of attempts at one endpoint.
public struct DeliveryCommit: Sendable, Hashable {
    public var webhook: String
    /// As they are now.
    public var entries: [OutboxEntry]
    /// Seconds since the epoch, here and below.
    public var at: Int64
    public var pausedUntil: Int64
    public var deliveredAt: Int64
    /// Why the endpoint is disabled from now on; `nil`: it is not.
    public var failure: String?

    public init(
        webhook: String, entries: [OutboxEntry], at: Int64, pausedUntil: Int64, deliveredAt: Int64, failure: String?
    ) {
        self.webhook = webhook
        self.entries = entries
        self.at = at
        self.pausedUntil = pausedUntil
        self.deliveredAt = deliveredAt
        self.failure = failure
    }
}
