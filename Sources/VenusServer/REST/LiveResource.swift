import Hummingbird

/// `GET /api/v1/live` where it came without a WebSocket handshake, or not as its connection's first request.
struct LiveResource: Sendable {
    var route: Route {
        Route(.get, UpgradeDecision.livePath, entry: .reading) { _ in throw Problem.upgradeRequired }
    }
}
