package import VenusProxy

/// The proxies that a program would have used without us, as its variables name them: `HTTP_PROXY`, `HTTPS_PROXY`,
/// `ALL_PROXY` and `NO_PROXY`, in both cases, of which the lower one wins (as with curl).
package enum InheritedProxies {
    /// Their routes, and for people, what was left out and why.
    package static func routes(
        from environment: [String: String]
    ) -> (routes: UpstreamRoutes, leftOut: [String]) {
        var routes = UpstreamRoutes()
        var leftOut: [String] = []
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [name.lowercased(), name] {
                if let text = environment[name]?.trimmed, !text.isEmpty { return (name, text) }
            }
            return nil
        }
        let meanings: [(String, UpstreamRoutes.Calls)] = [
            ("HTTP_PROXY", .plain), ("HTTPS_PROXY", .tunnels), ("ALL_PROXY", .all),
        ]
        for (name, calls) in meanings {
            guard let (name, text) = value(name) else { continue }
            do throws(UpstreamFault) {
                let proxy = try UpstreamProxy(url: text.contains("://") ? text : "http://" + text)
                routes.rules.append(UpstreamRoutes.Rule(proxy, calls: calls, isInherited: true))
            } catch {
                leftOut.append("\(name) is not used: its value (not shown) \(error.reason)")
            }
        }
        guard let exceptions = value("NO_PROXY") else { return (routes, leftOut) }
        // What other programs would not understand either is left out without a word.
        routes.direct = exceptions.text.split(whereSeparator: { $0 == "," || $0.isWhitespace })
            .prefix(UpstreamRoutes.maximumPatterns).compactMap { try? DestinationPattern(String($0)) }
        return (routes, leftOut)
    }
}
