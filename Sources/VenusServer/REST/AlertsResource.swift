import HTTPTypes
import Hummingbird
import VenusAlerts
import VenusCore
import VenusStore

/// `GET /api/v1/alerts`: alerts as the evaluator last stored them, the one that changed last first;
/// `GET /api/v1/alerts/transitions`: what they did, the newest first.
struct AlertsResource: Sendable {
    static let defaultLimit = 100
    static let maximumLimit = 1_000
    static let parameters = [
        "before", "dependency", "environment", "host", "limit", "service", "severity", "state",
    ]

    static let transitionsParameters = ["limit"]
    static let maximumCommentBytes = 500

    let store: any ServerStore
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/alerts", entry: .reading, handle: respond),
            Route(.get, "/api/v1/alerts/transitions", entry: .reading, handle: transitions),
            Route(
                .post, "/api/v1/alerts/{id}/acknowledge", entry: .session(.operator, key: nil), handle: acknowledge),
        ]
    }

    private struct Comment: Decodable {
        var comment: String?
    }

    /// Takes the fault on that the alert belongs to: it is not repeated any more.
    @Sendable private func acknowledge(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.json(
            Comment.self, explain: "The body is a JSON object, with the text comment or without.")
        let comment = body.comment ?? ""
        guard comment.utf8.count <= Self.maximumCommentBytes else {
            throw Problem.invalidBody("comment has at most \(Self.maximumCommentBytes) bytes.")
        }
        guard let record = try await store.alert(id: request.pathParameters["id"] ?? "") else {
            throw Problem.noSuch("alert")
        }
        var item = try AlertItem(record)
        guard let fault = item.content.fault else {
            throw Problem.conflict("The alert is not firing, so that nobody is told of it.")
        }
        let (actor, at) = (request.requirePrincipal().actor, now())
        let acknowledgement = FaultAcknowledgement(id: fault, author: actor, comment: comment, at: at / 1_000)
        let outcome = try await store.setWatched(
            WatchRecord(id: fault, item: acknowledgement, changedAt: at, changedBy: actor))
        guard outcome != .full else {
            throw Problem.conflict("There are \(WatchKind.acknowledgement.maximumCount) of them, which is the most.")
        }
        try await audit.note(
            .alertAcknowledged, actor: actor, subject: "alert:" + record.id, address: request.address,
            detail: record.rule)
        item.content.acknowledgement = NoticeStateMachine.Acknowledgement(
            author: actor, comment: comment, at: at / 1_000)
        return .json(item.json)
    }

    @Sendable private func transitions(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.transitionsParameters)
        let limit = try parameters.number("limit", in: 1...Self.maximumLimit) ?? Self.defaultLimit
        let position = try await store.alertPosition()
        let items = try await store.transitions(after: 0, limit: limit).reversed().map { try TransitionItem($0) }
        return .json(TransitionsOutput(position: position, items: items).json)
    }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters)
        var query = AlertQuery(
            states: Set(AlertRecord.State.allCases).subtracting([.inactive]),
            limit: try parameters.number("limit", in: 1...Self.maximumLimit) ?? Self.defaultLimit)
        let states = AlertRecord.State.allCases.map(\.rawValue)
        if let state = try parameters.value("state", allowed: states, parse: { AlertRecord.State(rawValue: $0) }) {
            query.states = [state]
        }
        let severities = Severity.allCases.map(\.rawValue)
        query.severity = try parameters.value("severity", allowed: severities) { Severity(rawValue: $0)?.rawValue }
        query.environment = parameters["environment"]
        query.service = parameters["service"]
        query.dependency = parameters["dependency"]
        query.host = parameters["host"]
        if let before = try parameters.number("before", in: 1...Int.max) { query.before = Int64(before) }
        let position = try await store.alertPosition()
        let items = try await store.alerts(query).map { try AlertItem($0) }
        let next = items.count == query.limit ? items.last.map { String($0.number) } : nil
        return .json(AlertsOutput(position: position, items: items, next: next).json)
    }
}

/// Alerts, and up to which transition that is.
struct AlertsOutput: JSONWritable {
    var position: AlertPosition
    var items: [AlertItem]
    /// `before` for the next page; `nil` on the last.
    var next: String?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("epoch")
            writer.value(position.epoch)
            writer.name("items")
            writer.array(items) { $1.write(to: &$0) }
            if let next {
                writer.name("next")
                writer.value(next)
            }
            writer.name("seq")
            writer.value(position.newest)
        }
    }
}

/// What alerts did, and up to which transition that is.
struct TransitionsOutput: JSONWritable {
    var position: AlertPosition
    var items: [TransitionItem]

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("epoch")
            writer.value(position.epoch)
            writer.name("items")
            writer.array(items) { $1.write(to: &$0) }
            writer.name("seq")
            // What came between the two questions is in the items.
            writer.value(max(position.newest, items.first?.number ?? 0))
        }
    }
}
