import Hummingbird
import VenusCore
import VenusStore

/// `/api/v1/rules`: when to tell somebody, beyond what critical limits do by themselves. Everybody may look, operators
/// set.
struct RulesResource: Sendable {
    static let path = "/api/v1/rules"

    let editor: WatchEditor

    var routes: [Route] {
        [
            Route(.get, Self.path, entry: .reading, handle: list),
            Route(.put, Self.path + "/{id}", entry: .operating, handle: set),
            Route(.delete, Self.path + "/{id}", entry: .operating, handle: remove),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let records = try await editor.store.watched(AlertRule.self)
        return request.answer(try JSONOutput.encode(Output(items: records.map { RuleItem(record: $0) })))
    }

    @Sendable private func set(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let id = try editor.givenID(request)
        let body = try await request.strictJSON(RuleBody.self, explain: RuleBody.explain)
        let rule = try body.rule(id: id, in: try await editor.store.watchState())
        let record = try await editor.set(rule, id: id, .ruleSet, detail: Self.detail(rule), request)
        return .json(try JSONOutput.encode(RuleItem(record: record)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return try await editor.remove(
            AlertRule.self, id: request.pathParameters["id"] ?? "", .ruleRemoved, request, detail: Self.detail)
    }

    private static func detail(_ rule: AlertRule) -> String {
        let what =
            switch rule.condition {
            case .threshold(let metric, let direction): "\(metric.name) \(direction.rawValue)"
            case .burnRate(let objective): "burn rate of \(objective)"
            case .silence: "silence"
            }
        return "\(rule.severity.rawValue), \(what), of \(rule.subject.text)"
    }

    private struct Output: Encodable {
        var items: [RuleItem]
    }
}
