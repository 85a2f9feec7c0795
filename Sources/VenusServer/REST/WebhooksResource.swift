import HTTPTypes
import Hummingbird
import VenusAlerts
import VenusStore

/// `/api/v1/webhooks`: where messages about alerts go, which operators decide.
struct WebhooksResource: Sendable {
    static let maximumRecipients = 20

    let store: any AlertStore
    /// `nil`: nothing can be sealed here.
    let secrets: AlertSecrets?
    let sender: MessageSender
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/webhooks", entry: .operating, handle: list),
            Route(.post, "/api/v1/webhooks", entry: .operating, handle: create),
            Route(.patch, "/api/v1/webhooks/{id}", entry: .operating, handle: change),
            Route(.delete, "/api/v1/webhooks/{id}", entry: .operating, handle: remove),
            Route(.post, "/api/v1/webhooks/{id}/secret", entry: .operating, handle: rotate),
            Route(.post, "/api/v1/webhooks/{id}/test", entry: .operating, handle: test),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let waiting = try await store.waitingMessages()
        let items = try await store.webhooks().map { item($0, waiting: waiting[$0.id] ?? 0) }
        return .json(try JSONOutput.encode(Output(items: items)))
    }

    private struct NewWebhook: Decodable {
        var name: String
        var kind: String
        var url: String?
        var topic: String?
        var routing_key: String?
        var token: String?
        var to: [String]?
    }

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.json(
            NewWebhook.self,
            explain: "The body is a JSON object with the texts name and kind, and what that kind needs: url, topic, "
                + "routing_key, token, or the list to.")
        var target = try target(body)
        let secrets = try sealing()
        if target.kind == .webhook { target.secret = WebhookSecret.random().text }
        let id = Self.newID()
        let webhook = Webhook(
            id: id, name: try name(body.name), kind: target.kind.rawValue, sealed: try secrets.seal(target, id: id),
            createdAt: now() / 1_000, createdBy: request.requirePrincipal().actor)
        guard try await store.addWebhook(webhook) else {
            throw Problem.conflict("There are \(Webhook.maximumCount) webhooks, which is the most.")
        }
        try await note(.webhookAdded, webhook, request, detail: "\(webhook.kind): \(webhook.name)")
        var item = item(webhook, waiting: 0)
        item.secret = target.secret
        return .json(try JSONOutput.encode(item), status: .created)
    }

    private struct Change: Decodable {
        var name: String?
        var enabled: Bool?
    }

    @Sendable private func change(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.json(
            Change.self, explain: "The body is a JSON object with the text name, or enabled: true or false.")
        let name = try body.name.map { try self.name($0) }
        guard
            let webhook = try await store.changeWebhook(
                id: try await found(request).id, name: name, sealed: nil, isEnabled: body.enabled, at: now() / 1_000)
        else { throw Problem.noSuch("webhook") }
        let enabled = body.enabled.map { $0 ? ", enabled" : ", disabled" } ?? ""
        try await note(.webhookChanged, webhook, request, detail: webhook.name + enabled)
        let waiting = try await store.waitingMessages()[webhook.id] ?? 0
        return .json(try JSONOutput.encode(item(webhook, waiting: waiting)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let webhook = try await found(request)
        guard try await store.removeWebhook(id: webhook.id) else { throw Problem.noSuch("webhook") }
        try await note(.webhookRemoved, webhook, request, detail: webhook.name)
        return Response(status: .noContent)
    }

    @Sendable private func rotate(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let webhook = try await found(request)
        let secrets = try sealing()
        guard var target = secrets.open(webhook.sealed, id: webhook.id) else { throw Problem.conflict(Self.otherKey) }
        guard target.kind == .webhook else {
            throw Problem.conflict("Only messages to a receiver of the kind webhook are signed.")
        }
        target.rotate(to: WebhookSecret.random(), at: now() / 1_000, overlap: WebhookKeys.usualOverlap)
        guard
            let changed = try await store.changeWebhook(
                id: webhook.id, name: nil, sealed: try secrets.seal(target, id: webhook.id), isEnabled: nil,
                at: now() / 1_000)
        else { throw Problem.noSuch("webhook") }
        try await note(.webhookChanged, changed, request, detail: changed.name + ", a new secret")
        var item = item(changed, waiting: try await store.waitingMessages()[webhook.id] ?? 0)
        item.secret = target.secret
        return .json(try JSONOutput.encode(item))
    }

    @Sendable private func test(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let webhook = try await found(request)
        guard let target = try sealing().open(webhook.sealed, id: webhook.id) else {
            throw Problem.conflict(Self.otherKey)
        }
        let begin = ContinuousClock.now
        let result = await sender.send(.test(id: Self.newID(), at: now() / 1_000), to: target)
        let took = begin.duration(to: .now)
        try await note(.webhookTested, webhook, request, detail: "\(webhook.name): \(result.text)")
        return .json(
            try JSONOutput.encode(
                Tried(delivered: result.isTaken, duration_ms: took.milliseconds, result: result.text)))
    }

    // MARK: What is given

    private static let otherKey =
        "This server cannot open what is sealed there: it was sealed with another key. Give all servers the same "
        + "alerts.secret_key_file."

    private func sealing() throws -> AlertSecrets {
        guard let secrets else {
            throw Problem.conflict("This server has no key to seal secrets with: set alerts.secret_key_file.")
        }
        return secrets
    }

    private func found(_ request: APIRequest) async throws -> Webhook {
        let id = request.pathParameters["id"] ?? ""
        guard id.utf8.count == Self.idLength, let webhook = try await store.webhook(id: id) else {
            throw Problem.noSuch("webhook")
        }
        return webhook
    }

    private func name(_ text: String) throws -> String {
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard (1...Webhook.maximumNameBytes).contains(text.utf8.count), isPrintable else {
            throw Problem.invalidBody("name is 1 to \(Webhook.maximumNameBytes) bytes of text without line ends.")
        }
        return text
    }

    private func target(_ body: NewWebhook) throws -> WebhookTarget {
        guard let kind = WebhookTarget.Kind(rawValue: body.kind) else {
            let known = WebhookTarget.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.invalidBody("kind is one of \(known).")
        }
        guard kind != .email else { return try mail(body) }
        var target = WebhookTarget(kind: kind, url: "")
        guard let url = body.url ?? (kind == .pagerduty ? WebhookTarget.pagerDutyURL : nil) else {
            throw Problem.invalidBody("url is missing: where messages are posted to.")
        }
        guard WebhookURL(url) != nil else {
            throw Problem.invalidBody(
                "url is an http or https URL of at most \(WebhookURL.maximumBytes) bytes of ASCII, without user and "
                    + "password in it, such as https://example.com/hooks/venus.")
        }
        target.url = url
        target.routingKey = try word(body.routing_key, "routing_key", isNeeded: kind == .pagerduty)
        target.topic = try word(body.topic, "topic", isNeeded: kind == .ntfy)
        target.token = try word(body.token, "token", isNeeded: false)
        return target
    }

    private func mail(_ body: NewWebhook) throws -> WebhookTarget {
        guard sender.mail != nil else {
            throw Problem.conflict("No mail server is configured: set alerts.smtp_server and alerts.smtp_from.")
        }
        let to = body.to ?? []
        guard (1...Self.maximumRecipients).contains(to.count), to.allSatisfy(MailMessage.isWritable) else {
            throw Problem.invalidBody("to holds 1 to \(Self.maximumRecipients) addresses such as ada@example.com.")
        }
        var target = WebhookTarget(kind: .email, url: "")
        target.to = to
        return target
    }

    /// Visible ASCII.
    private func word(_ text: String?, _ name: String, isNeeded: Bool) throws -> String? {
        guard let text else {
            if isNeeded { throw Problem.invalidBody("\(name) is missing.") }
            return nil
        }
        guard isNeeded || name == "token" else {
            throw Problem.invalidBody("\(name) has no meaning for a webhook of this kind.")
        }
        guard (1...500).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem.invalidBody("\(name) is 1 to 500 characters of visible ASCII.")
        }
        return text
    }

    private static let idLength = 32

    private static func newID() -> String {
        SecureBytes.random(idLength / 2).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func note(
        _ event: AuditEntry.Event, _ webhook: Webhook, _ request: APIRequest, detail: String
    ) async throws {
        try await audit.note(
            event, actor: request.requirePrincipal().actor, subject: "webhook:" + webhook.id,
            address: request.address, detail: detail)
    }

    // MARK: What is shown

    private func item(_ webhook: Webhook, waiting: Int) -> Item {
        var item = Item(webhook, waiting: waiting)
        let target = secrets?.open(webhook.sealed, id: webhook.id)
        item.url = target?.shownURL
        item.to = target?.to
        item.readable = target != nil
        return item
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Tried: Encodable {
        var delivered: Bool
        var duration_ms: Int64
        /// A status or an error type.
        var result: String
    }

    private struct Item: Encodable {
        var id: String
        var name: String
        var kind: String
        var enabled: Bool
        /// Why it was disabled by itself.
        var failure: String?
        var failed_at: String?
        var delivered_at: String?
        var paused_until: String?
        /// Messages that wait, and that found no room.
        var waiting: Int
        var lost: Int64
        /// As far as it is no secret.
        var url: String?
        var to: [String]?
        /// Whether this server can open what is sealed.
        var readable = false
        /// In the answer to its making and to its rotation, and never again.
        var secret: String?
        var created_at: String
        var created_by: String

        init(_ webhook: Webhook, waiting: Int) {
            id = webhook.id
            name = webhook.name
            kind = webhook.kind
            enabled = webhook.isEnabled
            failure = webhook.failure.isEmpty ? nil : webhook.failure
            let time = { (second: Int64) in second == 0 ? nil : Timestamp.text(milliseconds: second * 1_000) }
            failed_at = time(webhook.failedAt)
            delivered_at = time(webhook.deliveredAt)
            paused_until = time(webhook.pausedUntil)
            self.waiting = waiting
            lost = webhook.lost
            created_at = Timestamp.text(milliseconds: webhook.createdAt * 1_000)
            created_by = webhook.createdBy
        }
    }
}
