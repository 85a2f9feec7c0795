import Hummingbird

/// `GET /healthz`: the process lives and answers. It asks nothing else, so that a database that is away does not get
/// the server restarted.
struct HealthResource: Sendable {
    static let path = "/healthz"

    var route: Route {
        Route(.get, Self.path, entry: .open, isBrief: true) { request in
            _ = try request.parameters([])
            return .json(Array(#"{"status":"ok"}"#.utf8))
        }
    }
}
