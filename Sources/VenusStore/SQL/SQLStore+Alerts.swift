import VenusCore

extension SQLStore {
    // MARK: Evaluation

    public func evaluation() async throws -> StoredEvaluation { try await read { try $0.evaluation() } }

    public func commit(_ commit: AlertCommit, under lease: Lease) async throws -> AlertPosition {
        guard lease.name == Lease.alerts else {
            throw StoreError(.fenced, "the lease \(lease.name) does not cover alerts")
        }
        return try await write { try $0.commit(commit, under: lease) }
    }

    // MARK: Reading

    public func alertPosition() async throws -> AlertPosition { try await read { try $0.alertPosition() } }

    public func alerts(_ query: AlertQuery) async throws -> [AlertRecord] { try await read { try $0.alerts(query) } }

    public func alert(id: String) async throws -> AlertRecord? { try await read { try $0.alert(id: id) } }

    public func transitions(after number: Int64, limit: Int) async throws -> [TransitionRecord] {
        try await read { try $0.transitions(after: number, limit: limit) }
    }

    public func calledMinutes(ofHourFrom second: Int64) async throws -> [(edge: SeriesKey, minute: Int64)] {
        try await read { try $0.calledMinutes(ofHourFrom: second) }
    }

    // MARK: Endpoints

    public func addWebhook(_ webhook: Webhook) async throws -> Bool { try await write { try $0.addWebhook(webhook) } }

    public func webhooks() async throws -> [Webhook] { try await read { try $0.webhooks() } }

    public func webhook(id: String) async throws -> Webhook? { try await read { try $0.webhook(id: id) } }

    public func changeWebhook(
        id: String, name: String?, sealed: [UInt8]?, isEnabled: Bool?, at now: Int64
    ) async throws -> Webhook? {
        try await write { try $0.changeWebhook(id: id, name: name, sealed: sealed, isEnabled: isEnabled, at: now) }
    }

    public func removeWebhook(id: String) async throws -> Bool { try await write { try $0.removeWebhook(id: id) } }

    // MARK: Delivery

    public func outbox(limit: Int) async throws -> [OutboxEntry] { try await read { try $0.outbox(limit: limit) } }

    public func waitingMessages() async throws -> [String: Int] { try await read { try $0.waitingMessages() } }

    public func notice(id: String) async throws -> String? { try await read { try $0.notice(id: id) } }

    public func commit(_ commit: DeliveryCommit, under lease: Lease) async throws {
        guard lease.name == Lease.alerts else {
            throw StoreError(.fenced, "the lease \(lease.name) does not cover alerts")
        }
        try await write { try $0.commit(commit, under: lease) }
    }
}
