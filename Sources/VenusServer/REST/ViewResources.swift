import Hummingbird

/// `GET /api/v1/graph` and `GET /api/v1/kpis`: what the live socket pushes, asked for once.
struct ViewResources: Sendable {
    let live: LiveState
    let reader: HistoryReader
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        Topic.allCases.map { topic in
            Route(.get, "/api/v1/\(topic.rawValue)", entry: .reading) { try await respond(topic, $0) }
        }
    }

    private func respond(_ topic: Topic, _ request: APIRequest) async throws -> Response {
        let names = (topic == .graph ? ["at"] : []) + View.filterNames(topic)
        let parameters = try request.parameters(names)
        let view = try View(topic: topic, parameters: parameters)
        if parameters.has("at") { return try await respondPast(view, parameters["at"]) }
        return .json(try live.picture.render(view).bytes)
    }

    /// The graph at a past time, from history: `span` says which buckets it is made from.
    private func respondPast(_ view: View, _ text: String?) async throws -> Response {
        guard let at = text.flatMap(Timestamp.milliseconds) else {
            throw Problem.invalidParameter("at", "must be an RFC 3339 date-time such as 2026-11-21T12:00:00Z.")
        }
        let now = now()
        guard at > 0, at <= now else { throw Problem.invalidParameter("at", "must be in the past.") }
        let span = HistorySpan(view.filter.window, endingAt: (at + 999) / 1_000, now: now / 1_000)
        let edges = try await reader.edges(span, filter: view.filter)
        return .json(try JSONOutput.encode(PastGraphOutput(edges, span: span, at: at, filter: view.filter)))
    }
}
