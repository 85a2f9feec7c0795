import Hummingbird
import VenusAnalysis
import VenusCore

/// `GET /api/v1/calls`: the last, the slowest and the failed calls that the analyzers have at hand.
struct CallsResource: Sendable {
    let live: LiveState

    var route: Route { Route(.get, "/api/v1/calls", entry: .reading, handle: respond) }

    private static let parameters = ["dependency", "environment", "limit", "operation", "service"]

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters)
        let limit = try parameters.number("limit", in: 1...RecentCalls.maximumCalls) ?? RecentCalls.maximumCalls
        var filter = ViewFilter()
        filter.environment = parameters["environment"]
        filter.service = parameters["service"]
        filter.dependency = parameters["dependency"]
        let operation = parameters["operation"]
        let picture = live.picture
        let output = CallsOutput(
            at: Timestamp.text(milliseconds: picture.at), picture.recentCalls, limit: limit,
            where: { filter.matches($0) && (operation == nil || operation == $0.operation) })
        return request.answer(output.json)
    }
}
