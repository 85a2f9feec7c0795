import Hummingbird

/// `GET /api/v1/calls`: the last, the slowest and the failed calls that the analyzers have at hand.
struct CallsResource: Sendable {
    let live: LiveState

    var route: Route { Route(.get, "/api/v1/calls", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let view = try View(topic: .calls, parameters: try request.parameters(View.filterNames(.calls)))
        return request.answer(live.picture.render(view).bytes)
    }
}
