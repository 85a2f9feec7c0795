import VenusProxy
package import VenusServer

extension InheritedProxies {
    /// The proxy on the way to a server of the web, in TLS: of `HTTPS_PROXY` or `ALL_PROXY`, unless `NO_PROXY` names
    /// the server. Only one that is spoken to in plain HTTP; others are passed over, as everywhere in the list.
    package static func webProxy(
        from environment: [String: String]
    ) -> @Sendable (_ host: String, _ port: Int) -> WebProxy? {
        var routes = routes(from: environment).routes
        routes.rules.removeAll { $0.proxy.kind != .http }
        return { [routes] host, port in
            guard let port = UInt16(exactly: port),
                let rule = routes.rule(for: Array(host.lowercased().utf8), port: port, isTunnel: true)
            else { return nil }
            let proxy = routes.rules[rule].proxy
            return WebProxy(
                host: proxy.host, port: Int(proxy.port), authorization: proxy.credentials?.authorization)
        }
    }
}
