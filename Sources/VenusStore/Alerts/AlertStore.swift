public import VenusCore

/// Alerts as they are, what they did, and the messages about them. One suite of tests runs against every
/// implementation.
///
/// Instants are seconds since the epoch, UTC.
public protocol AlertStore: Store {
    // MARK: Evaluation

    /// What was committed last, every alert with it.
    func evaluation() async throws -> StoredEvaluation

    /// Writes all of it, and a message's way to each endpoint that is enabled, or nothing. Transitions are numbered in
    /// their order; one whose id is there already is left out, as is a message. Throws ``StoreError/Code/fenced`` where
    /// the lease is no longer ours.
    ///
    /// - Returns: how far the evaluation has come by it.
    func commit(_ commit: AlertCommit, under lease: Lease) async throws -> AlertPosition

    // MARK: Reading

    func alertPosition() async throws -> AlertPosition
    /// The one whose newest transition is the newest first.
    func alerts(_ query: AlertQuery) async throws -> [AlertRecord]
    func alert(id: String) async throws -> AlertRecord?
    /// The newest transitions after `number`, at most `limit`, the oldest first.
    func transitions(after number: Int64, limit: Int) async throws -> [TransitionRecord]
    /// The minutes of one hour (its first second is given) in which each edge was called, ascending.
    func calledMinutes(ofHourFrom second: Int64) async throws -> [(edge: SeriesKey, minute: Int64)]

    // MARK: Endpoints

    /// Whether it was added: not where there are too many.
    func addWebhook(_ webhook: Webhook) async throws -> Bool
    /// By name.
    func webhooks() async throws -> [Webhook]
    func webhook(id: String) async throws -> Webhook?
    /// Changes what is given. Enabled anew, it forgets why it was disabled; disabled, what waits for it is given up.
    /// Returns it as it is now; `nil` where there is none.
    func changeWebhook(
        id: String, name: String?, sealed: [UInt8]?, isEnabled: Bool?, at now: Int64
    ) async throws -> Webhook?
    /// Removes it and what waits for it. Returns whether there was one.
    func removeWebhook(id: String) async throws -> Bool

    // MARK: Delivery

    /// Messages that are not yet delivered or given up, in order; of each endpoint at most `limit`.
    func outbox(limit: Int) async throws -> [OutboxEntry]
    /// How many messages wait, by endpoint.
    func waitingMessages() async throws -> [String: Int]
    /// ``NoticeRecord/content``; `nil` where it is gone.
    func notice(id: String) async throws -> String?
    /// Writes how far messages are; all or nothing, and nothing of an endpoint that is gone.
    func commit(_ commit: DeliveryCommit, under lease: Lease) async throws
}
