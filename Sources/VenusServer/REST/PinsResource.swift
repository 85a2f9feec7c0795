import Hummingbird

/// `GET /api/v1/pins`: the clients that are passed through by the intercepting proxies of this machine's data directory,
/// by host.
struct PinsResource: Sendable {
    let pins: @Sendable () throws -> [ListedPin]

    var route: Route { Route(.get, "/api/v1/pins", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let sorted = try pins().sorted { ($0.host, $0.client) < ($1.host, $1.client) }
        return .json(try JSONOutput.encode(Output(items: sorted.map(Item.init))))
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Item: Encodable {
        var host: String
        var client: String
        var learned_at: String
        var expires_at: String

        init(_ pin: ListedPin) {
            host = pin.host
            client = pin.client
            learned_at = Timestamp.text(milliseconds: pin.learned * 1_000)
            expires_at = Timestamp.text(milliseconds: pin.expires * 1_000)
        }
    }
}
