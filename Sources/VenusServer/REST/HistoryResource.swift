import Hummingbird

/// `GET /api/v1/history`: points and totals of a range, or from one instant to another.
struct HistoryResource: Sendable {
    let reader: HistoryReader
    let live: LiveState
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/history", entry: .reading, handle: respond) }

    private static let parameters = ["dependency", "environment", "from", "operation", "range", "service", "to"]

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters)
        let (range, span) = try Self.span(parameters, now: now() / 1_000)
        var filter = HistoryReader.Filter()
        filter.environment = parameters["environment"]
        filter.service = parameters["service"]
        filter.dependency = parameters["dependency"]
        filter.operation = parameters["operation"]
        let points = try await reader.read(span, filter: filter, newestFrameAt: live.newestFrameAt)
        return .json(try JSONOutput.encode(HistoryOutput(range: range, span: span, points: points)))
    }

    /// An hour unless told otherwise; `from` and `to` are RFC 3339, `to` is now unless told otherwise.
    static func span(_ parameters: QueryParameters, now: Int64) throws(Problem) -> (HistoryRange?, HistorySpan) {
        let range = try parameters.value(
            "range", allowed: HistoryRange.allCases.map(\.rawValue), parse: { HistoryRange(rawValue: $0) })
        guard parameters.has("from") || parameters.has("to") else {
            return (range ?? .hour, HistorySpan(range ?? .hour, now: now))
        }
        guard range == nil else {
            throw .invalidParameter("range", "give either range, or from and to.")
        }
        guard let from = try instant("from", parameters) else {
            throw .invalidParameter("from", "to needs from beside it.")
        }
        let to = min(try instant("to", parameters) ?? now, now)
        guard from < to else {
            throw .invalidParameter("from", "must be before to, and in the past.")
        }
        guard let span = HistorySpan(from: from, to: to, now: now) else {
            throw .invalidParameter(
                "from", "the span is longer than history is kept: at most \(HistorySpan.maximumPoints) days.")
        }
        return (nil, span)
    }

    private static func instant(_ name: String, _ parameters: QueryParameters) throws(Problem) -> Int64? {
        guard parameters.has(name) else { return nil }
        guard let milliseconds = parameters[name].flatMap(Timestamp.milliseconds) else {
            throw .invalidParameter(name, "must be an RFC 3339 date-time such as 2026-11-21T12:00:00Z.")
        }
        return milliseconds / 1_000
    }
}
