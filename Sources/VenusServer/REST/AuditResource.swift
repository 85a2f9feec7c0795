import Hummingbird
import VenusStore

/// `GET /api/v1/audit`: what happened to who gets in, the newest first, page by page. For admins.
struct AuditResource: Sendable {
    static let defaultLimit = 100
    static let maximumLimit = 1_000

    let store: any SignInStore

    var route: Route { Route(.get, "/api/v1/audit", entry: .administering, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["actor", "before", "event", "limit", "since"])
        var query = AuditQuery(
            limit: try parameters.number("limit", in: 1...Self.maximumLimit) ?? Self.defaultLimit)
        let events = AuditEntry.Event.allCases.map(\.rawValue)
        query.event = try parameters.value("event", allowed: events) { AuditEntry.Event(rawValue: $0) }
        query.actor = parameters["actor"]
        if let since = try parameters.instant("since") { query.since = since }
        if let before = try parameters.number("before", in: 1...Int.max) { query.before = Int64(before) }
        let entries = try await store.audit(query)
        let next = entries.count == query.limit ? entries.last.map { String($0.id) } : nil
        return .json(try JSONOutput.encode(Output(items: entries.map(Item.init), next: next)))
    }

    private struct Output: Encodable {
        var items: [Item]
        /// `before` for the next page; absent on the last.
        var next: String?
    }

    private struct Item: Encodable {
        var at: String
        var event: String
        var actor: String
        var subject: String
        var address: String
        var detail: String

        init(_ entry: AuditEntry) {
            at = Timestamp.text(milliseconds: entry.at)
            event = entry.event.rawValue
            actor = entry.actor
            subject = entry.subject
            address = entry.address
            detail = entry.detail
        }
    }
}
