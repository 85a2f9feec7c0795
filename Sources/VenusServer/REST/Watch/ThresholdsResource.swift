import Hummingbird
import VenusCore
import VenusStore

/// `/api/v1/thresholds`: by which limits is graded, at the levels default, service, edge, operation and host. The
/// nearest holds, metric by metric. Everybody may look, operators set.
struct ThresholdsResource: Sendable {
    static let path = "/api/v1/thresholds"
    static let parameters = ["environment", "host", "level", "service"]

    let editor: WatchEditor

    var routes: [Route] {
        [
            Route(.get, Self.path, entry: .reading, handle: list),
            Route(.put, Self.path, entry: .operating, handle: set),
            Route(.delete, Self.path + "/{id}", entry: .operating, handle: remove),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters)
        let level = try parameters.value("level", allowed: SubjectBody.levels) { name in
            SubjectBody.levels.first { $0 == name }
        }
        let stored = try await editor.store.watched(StoredThreshold.self)
        let matching = stored.filter { record in
            let (subject, key) = (record.item.subject, record.item.subject.key)
            if let level, subject.level != level { return false }
            if let environment = parameters["environment"], key?.environment != environment { return false }
            if let service = parameters["service"], key?.service != service { return false }
            if let host = parameters["host"], subject != .host(host) { return false }
            return true
        }
        let table = ThresholdTable(stored.map(\.item))
        let output = Output(
            defaults: table.defaults.map(ThresholdItem.init(default:)),
            items: matching.sorted(by: Self.isBefore).map(ThresholdItem.init))
        return request.answer(try JSONOutput.encode(output))
    }

    /// Coarse levels first, and by names.
    private static func isBefore(
        _ left: WatchRecord<StoredThreshold>, _ right: WatchRecord<StoredThreshold>
    ) -> Bool {
        guard left.item.subject == right.item.subject else { return left.item.subject < right.item.subject }
        let (one, other) = (left.item.threshold, right.item.threshold)
        return (one.metric.name, one.direction.rawValue) < (other.metric.name, other.direction.rawValue)
    }

    @Sendable private func set(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let stored = try await request.strictJSON(ThresholdBody.self, explain: ThresholdBody.explain).stored()
        let record = try await editor.set(
            stored, id: WatchEditor.thresholdID(stored), .thresholdSet, detail: Self.detail(stored), request)
        return .json(try JSONOutput.encode(ThresholdItem(record)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return try await editor.remove(
            StoredThreshold.self, id: request.pathParameters["id"] ?? "", .thresholdRemoved, request,
            detail: Self.detail)
    }

    private static func detail(_ stored: StoredThreshold) -> String {
        let threshold = stored.threshold
        let limits = [("warning", threshold.warning), ("critical", threshold.critical)]
            .map { "\($0) \($1.map { "\($0)" } ?? "none")" }.joined(separator: ", ")
        return "\(threshold.metric.name) \(threshold.direction.rawValue), \(limits), of \(stored.subject.text)"
    }

    private struct Output: Encodable {
        /// What holds where nothing nearer is stored.
        var defaults: [ThresholdItem]
        var items: [ThresholdItem]
    }
}
