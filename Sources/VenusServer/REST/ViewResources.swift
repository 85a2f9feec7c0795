import Hummingbird

/// `GET /api/v1/graph` and `GET /api/v1/kpis`: what the live socket pushes, asked for once.
struct ViewResources: Sendable {
    let live: LiveState

    var routes: [Route] {
        Topic.allCases.map { topic in
            Route(.get, "/api/v1/\(topic.rawValue)", entry: .reading) { try respond(topic, $0) }
        }
    }

    private func respond(_ topic: Topic, _ request: APIRequest) throws -> Response {
        let view = try View(topic: topic, parameters: try request.parameters(View.filterNames(topic)))
        return .json(try live.picture.render(view).bytes)
    }
}
