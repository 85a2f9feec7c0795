import Hummingbird
import VenusCore

/// `GET /api/v1/history`: points and totals of a range, or from one instant to another.
struct HistoryResource: Sendable {
    let reader: HistoryReader
    let live: LiveState
    let retention: Retention
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/history", entry: .reading, handle: respond) }

    private static let parameters = [
        "dependency", "environment", "format", "from", "operation", "range", "service", "to",
    ]

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters)
        let format = try TableFormat(parameters, request, among: TableFormat.allCases)
        let (range, span) = try Self.span(parameters, retention, now: now() / 1_000)
        var filter = HistoryReader.Filter()
        filter.environment = parameters["environment"]
        filter.service = parameters["service"]
        filter.dependency = parameters["dependency"]
        filter.operation = parameters["operation"]
        let answer = try await reader.read(span, filter: filter, newestFrameAt: live.newestFrameAt)
        let output = HistoryOutput(range: range, span: span, answer: answer)
        switch format {
        case .json: return request.answer(output.json)
        case .columns: return request.answer(output.columns)
        case .csv: return request.answer(output.csv, mediaType: TableFormat.csvMediaType)
        }
    }

    /// An hour unless told otherwise; `from` and `to` are RFC 3339, `to` is now unless told otherwise.
    static func span(
        _ parameters: QueryParameters, _ retention: Retention, now: Int64
    ) throws(Problem) -> (HistoryRange?, HistorySpan) {
        let range = try parameters.value(
            "range", allowed: HistoryRange.allCases.map(\.rawValue), parse: { HistoryRange(rawValue: $0) })
        guard parameters.has("from") || parameters.has("to") else {
            return (range ?? .hour, HistorySpan(range ?? .hour, now: now))
        }
        guard range == nil else {
            throw .invalidParameter("range", "give either range, or from and to.")
        }
        guard let from = try parameters.instant("from").map({ $0 / 1_000 }) else {
            throw .invalidParameter("from", "to needs from beside it.")
        }
        let to = min(try parameters.instant("to").map { $0 / 1_000 } ?? now, now)
        guard from < to else {
            throw .invalidParameter("from", "must be before to, and in the past.")
        }
        guard let span = HistorySpan(from: from, to: to, now: now, retention: retention) else {
            throw .invalidParameter(
                "from", "the span is longer than history is kept: at most \(HistorySpan.maximumPoints) days.")
        }
        return (nil, span)
    }
}
