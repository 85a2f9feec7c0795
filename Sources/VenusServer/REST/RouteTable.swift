/// All routes, found by a request's path.
struct RouteTable: Sendable {
    /// A route whose path a request has, and what the path's parameters are.
    struct Match {
        var route: Route
        var parameters: [String: String]
    }

    let all: [Route]
    /// Those without parameters, by their path.
    private let literal: [Substring: [Route]]
    private let others: [Route]

    init(_ routes: [Route]) {
        all = routes
        literal = Dictionary(grouping: routes.filter { $0.path.parameterCount == 0 }, by: { $0.path.text[...] })
        others = routes.filter { $0.path.parameterCount > 0 }
    }

    /// Those of the most literal path.
    func matches(_ path: Substring) -> [Match] {
        if let routes = literal[path] { return routes.map { Match(route: $0, parameters: [:]) } }
        let matches = others.compactMap { route in
            route.path.match(path).map { Match(route: route, parameters: $0) }
        }
        let fewest = matches.map(\.route.path.parameterCount).min()
        return matches.filter { $0.route.path.parameterCount == fewest }
    }
}
