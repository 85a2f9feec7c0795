import Hummingbird
import VenusCore
import VenusStore

/// `/api/v1/objectives`: what share of good calls is promised over a period, how much of the error budget is left, and
/// how fast it burns. Everybody may look, operators set.
struct ObjectivesResource: Sendable {
    static let path = "/api/v1/objectives"

    let editor: WatchEditor
    let reader: ObjectiveReader

    var routes: [Route] {
        [
            Route(.get, Self.path, entry: .reading, handle: list),
            Route(.get, Self.path + "/{id}", entry: .reading, handle: show),
            Route(.put, Self.path + "/{id}", entry: .operating, handle: set),
            Route(.delete, Self.path + "/{id}", entry: .operating, handle: remove),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        var items: [ObjectiveItem] = []
        for record in try await editor.store.watched(Objective.self) { items.append(try await item(record)) }
        return request.answer(try JSONOutput.encode(Output(items: items)))
    }

    @Sendable private func show(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let id = request.pathParameters["id"] ?? ""
        guard let record = try await editor.store.watched(Objective.self, id: id) else {
            throw Problem.noSuch(WatchKind.objective.rawValue)
        }
        return request.answer(try JSONOutput.encode(try await item(record)))
    }

    @Sendable private func set(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let id = try editor.givenID(request)
        let objective = try await request.strictJSON(ObjectiveBody.self, explain: ObjectiveBody.explain)
            .objective(id: id)
        let named = try await editor.store.watched(AlertRule.self).first { $0.item.isOn(objective: id) }
        if let named, named.item.subject != objective.subject {
            throw Problem.conflict(
                "The rule \(named.id) is on this objective of \(named.item.subject.text). Remove the rule first.")
        }
        let record = try await editor.set(objective, id: id, .objectiveSet, detail: Self.detail(objective), request)
        return .json(try JSONOutput.encode(try await item(record)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let id = request.pathParameters["id"] ?? ""
        if let rule = try await editor.store.watched(AlertRule.self).first(where: { $0.item.isOn(objective: id) }) {
            throw Problem.conflict("The rule \(rule.id) is on this objective. Remove the rule first.")
        }
        return try await editor.remove(
            Objective.self, id: id, .objectiveRemoved, request, detail: Self.detail)
    }

    private func item(_ record: WatchRecord<Objective>) async throws -> ObjectiveItem {
        ObjectiveItem(record, try await reader.standing(of: record.item))
    }

    private static func detail(_ objective: Objective) -> String {
        let what =
            switch objective.kind {
            case .availability: "available"
            case .fasterThan(let milliseconds): "faster than \(milliseconds) ms"
            }
        return "\(objective.target) \(what) over \(objective.period) s, of \(objective.subject.text)"
    }

    private struct Output: Encodable {
        var items: [ObjectiveItem]
    }
}

extension AlertRule {
    fileprivate func isOn(objective id: String) -> Bool {
        if case .burnRate(let objective) = condition { objective == id } else { false }
    }
}
