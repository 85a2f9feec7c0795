import Logging
import VenusAlerts
import VenusStore

/// Brings messages from the outbox to their endpoints, on the server that evaluates alerts.
///
/// An attempt is stored when it has ended: after a kill one that was under way is made again, with the same id.
actor DeliveryDuty {
    /// A message whose turn has come.
    struct Attempt: Sendable, Hashable {
        var webhook: String
        var notice: String
    }

    private struct Endpoint {
        var webhook: Webhook
        var outbox: EndpointOutbox
        /// The rows of the messages in ``outbox``, by message.
        var rows: [String: OutboxEntry]
        /// What has ended or moved on and is not stored yet.
        var unsaved: [OutboxEntry] = []
        var failure: String?
        var isUnsaved = false
    }

    /// Messages of one endpoint that are looked at; more wait in the store.
    private static let maximumRead = 1_000

    private let store: any AlertStore
    private let secrets: AlertSecrets?
    private let sender: MessageSender
    private let logger: Logger
    /// Seconds since the epoch.
    private let now: @Sendable () -> Int64
    private let chance: @Sendable () -> Double
    private var endpoints: [String: Endpoint] = [:]
    private var hasMore = false
    /// Under which was stored last.
    private var lease: Lease?

    init(
        store: any AlertStore, secrets: AlertSecrets?, sender: MessageSender, logger: Logger,
        now: @escaping @Sendable () -> Int64,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.store = store
        self.secrets = secrets
        self.sender = sender
        self.logger = logger
        self.now = now
        self.chance = chance
    }

    /// Forgets everything: another server does it now, or what is stored is not known.
    func stop() {
        endpoints = [:]
        lease = nil
    }

    /// Reads which endpoints there are and what waits for them; what is under way goes on.
    func load(at second: Int64) async throws {
        let webhooks = try await store.webhooks()
        let rows = try await store.outbox(limit: Self.maximumRead)
        hasMore = Dictionary(grouping: rows, by: \.webhook).values.contains { $0.count >= Self.maximumRead }
        take(webhooks)
        for row in rows { take(row, at: second) }
    }

    /// Stores what could not be stored before, and notices what people changed.
    func follow(under lease: Lease, at second: Int64) async throws {
        self.lease = lease
        try await save(under: lease)
        if hasMore { return try await load(at: second) }
        take(try await store.webhooks())
    }

    /// The last of it, before the lease is given up.
    func flush(under lease: Lease) async { try? await save(under: lease) }

    private func take(_ webhooks: [Webhook]) {
        let known = Set(webhooks.map(\.id))
        endpoints = endpoints.filter { known.contains($0.key) }
        for webhook in webhooks {
            if !webhook.isEnabled, endpoints[webhook.id]?.isUnsaved != true {
                // What waited was given up by whoever disabled it.
                endpoints[webhook.id] = nil
            } else if let known = endpoints[webhook.id], known.isUnsaved || known.outbox.standing == .enabled {
                endpoints[webhook.id]?.webhook = webhook
            } else if webhook.isEnabled {
                // A new one, or one that was disabled and that somebody has enabled since we looked last.
                endpoints[webhook.id] = Endpoint(
                    webhook: webhook,
                    outbox: EndpointOutbox(
                        pausedUntil: webhook.pausedUntil == 0 ? nil : webhook.pausedUntil,
                        lastDelivery: webhook.deliveredAt == 0 ? nil : webhook.deliveredAt),
                    rows: [:])
            }
        }
    }

    private func take(_ row: OutboxEntry, at second: Int64) {
        guard let endpoint = endpoints[row.webhook], endpoint.rows[row.notice] == nil,
            !endpoint.unsaved.contains(where: { $0.notice == row.notice })
        else { return }
        var machine =
            (try? AlertJSON.decode(DeliveryStateMachine.self, row.state)) ?? DeliveryStateMachine(at: second)
        machine.recover(at: second)
        let message = EndpointOutbox.Message(
            id: row.notice, fault: row.fault, since: row.since, delivery: machine)
        guard endpoints[row.webhook]?.outbox.resume(message) == .queued else { return }
        endpoints[row.webhook]?.rows[row.notice] = row
    }

    /// The attempts that are due; each of them has to be performed.
    func begin(at second: Int64) -> [Attempt] {
        endpoints.keys.sorted().flatMap { id in
            (endpoints[id]?.outbox.begin(at: second) ?? []).map { Attempt(webhook: id, notice: $0) }
        }
    }

    func perform(_ attempt: Attempt) async {
        guard let endpoint = endpoints[attempt.webhook] else { return }
        let target = secrets?.open(endpoint.webhook.sealed, id: attempt.webhook)
        var result = DeliveryResult.broken(errorType: "configuration")
        if let target {
            do {
                guard let text = try await store.notice(id: attempt.notice),
                    let message = try? AlertJSON.decode(AlertMessage.self, text)
                else { return end(attempt, .answered(status: 400, retryAfter: nil), refusals: [400]) }
                result = await sender.send(message, to: target)
            } catch {
                // The store is away: as if the attempt had found nobody.
                result = .broken(errorType: "store_unavailable")
            }
        }
        // Told to stop: it is made again by whoever comes next.
        guard !Task.isCancelled || result.isTaken else { return }
        end(attempt, result, refusals: target?.refusals ?? [])
        // At once, so that a kill does not send it again; where that fails, with the next evaluation.
        if let lease { try? await save(under: lease) }
    }

    private func end(_ attempt: Attempt, _ result: DeliveryResult, refusals: Set<Int>) {
        let second = now()
        guard var endpoint = endpoints[attempt.webhook], var row = endpoint.rows[attempt.notice],
            let outcome = endpoint.outbox.end(
                id: attempt.notice, result, refusals: refusals, chance: chance(), at: second)
        else { return }
        let metadata: Logger.Metadata = [
            "webhook": "\(endpoint.webhook.name)", "message": "\(attempt.notice)", "result": "\(result.text)",
        ]
        switch outcome {
        case .delivered:
            endpoint.webhook.deliveredAt = second
            row.finish("delivered")
            logger.info("a message about an alert was delivered", metadata: metadata)
        case .retry:
            let machine = endpoint.outbox.messages.first { $0.id == attempt.notice }?.delivery
            row.state = machine.flatMap { try? AlertJSON.encode($0) } ?? row.state
            logger.warning("a message about an alert was not taken; it is sent again later", metadata: metadata)
        case .failed(let failure):
            row.finish(failure.rawValue)
            logger.error("a message about an alert was given up", metadata: metadata)
        case .disabled(let failure, _):
            row.finish(failure.rawValue)
            endpoint.failure = failure.rawValue
            logger.error("an endpoint of alerts is disabled: it takes no messages", metadata: metadata)
        }
        if row.isOver { endpoint.rows[attempt.notice] = nil } else { endpoint.rows[attempt.notice] = row }
        endpoint.unsaved.removeAll { $0.notice == row.notice }
        endpoint.unsaved.append(row)
        endpoint.isUnsaved = true
        endpoints[attempt.webhook] = endpoint
    }

    private func save(under lease: Lease) async throws {
        for (id, endpoint) in endpoints where endpoint.isUnsaved {
            let rows = endpoint.unsaved
            try await store.commit(
                DeliveryCommit(
                    webhook: id, entries: rows, at: now(), pausedUntil: endpoint.outbox.pausedUntil ?? 0,
                    deliveredAt: endpoint.webhook.deliveredAt, failure: endpoint.failure), under: lease)
            // What ended meanwhile is stored the next time.
            guard var left = endpoints[id] else { continue }
            left.unsaved.removeAll { rows.contains($0) }
            left.failure = nil
            left.isUnsaved = !left.unsaved.isEmpty
            endpoints[id] = left
        }
    }
}

extension OutboxEntry {
    fileprivate mutating func finish(_ how: String) {
        state = "\"\(how)\""
        isOver = true
    }
}

extension DeliveryResult {
    var isTaken: Bool { if case .answered(200...299, _) = self { true } else { false } }

    /// For logs and people.
    var text: String {
        switch self {
        case .answered(let status, _): "status \(status)"
        case .timedOut: "timed out"
        case .broken(let errorType): errorType
        }
    }
}

extension WebhookTarget {
    var refusals: Set<Int> { receiver?.refusals ?? SMTPStateMachine.refusals }
}
