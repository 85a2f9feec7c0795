import VenusProxy
import VenusServer

/// How the proxy finds its way: names, and other proxies.
extension ConfigurationReading {
    /// Overrides of names at most; each is looked through for every name that is resolved.
    private static let maximumOverrides = 1_000

    mutating func upstreams() -> UpstreamRoutes {
        var routes = UpstreamRoutes()
        let given = textOrContents(.proxyUpstreams, .proxyUpstreamsFile, absent: "none", mayHaveLines: true)
        if let given {
            do throws(UpstreamFault) {
                routes.rules = try UpstreamRoutes.rules(given.text)
                note(.proxyUpstreams, routes.rules.map(\.description).joined(separator: "; "), given.source)
            } catch {
                fail(.proxyUpstreams, at: given.source, "an upstream proxy or its `for` (not shown) \(error.reason)")
            }
        }
        routes.trustFile = path(.proxyUpstreamsTrustFile, absent: "(the system's)")
        routes.direct = value(
            .proxyNoProxy, default: [],
            expected: "names, addresses and networks, for example [localhost, .internal, 10.0.0.0/8, api.test:8080]",
            show: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ", ") },
            parse: { try? UpstreamRoutes.patterns($0) })
        return routes
    }

    /// Addresses and networks, as text.
    mutating func networks(_ key: ConfigurationKey) -> [String] {
        value(
            key, default: [], expected: "addresses and networks, for example [127.0.0.1, 10.0.0.0/8]",
            show: { $0.isEmpty ? "none" : $0.joined(separator: ", ") },
            parse: { text in
                let items = text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
                return items.allSatisfy { AddressRange($0) != nil } && items.count <= 100 ? items : nil
            })
    }

    /// Origins of web pages, as text.
    mutating func origins(_ key: ConfigurationKey) -> [String] {
        value(
            key, default: [],
            expected: "each site by its origin, without a path and without *, for example "
                + "[https://grafana.example.com, http://localhost:3000]",
            show: { $0.isEmpty ? "none" : $0.joined(separator: ", ") },
            parse: { text in
                let items = text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
                return items.allSatisfy { WebOrigin($0) != nil } && items.count <= 100 ? items : nil
            })
    }

    mutating func names() -> NameResolution {
        var result = NameResolution()
        result.server = value(
            .proxyDNSServer, absent: "(the system's)",
            expected: "ADDRESS[:PORT] of a name server, for example 127.0.0.1:53 or [::1]:53",
            show: { ListenAddress(host: $0.address.text, port: $0.port).description }, parse: NameServer.init(text:))
        result.overrides = value(
            .proxyDNSOverrides, default: [],
            expected: "NAME=ADDRESS [ADDRESS …], for example [api.example.com=127.0.0.1, \"*.test=127.0.0.1 ::1\"]",
            show: { $0.isEmpty ? "none" : $0.map(\.text).joined(separator: ", ") },
            parse: { text in
                let items = text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
                let overrides = items.compactMap { NameResolution.Override(text: $0) }
                return overrides.count == items.count && items.count <= Self.maximumOverrides ? overrides : nil
            })
        return result
    }
}

extension NameServer {
    /// Reads `127.0.0.1`, `127.0.0.1:53`, `::1` or `[::1]:53`: an address, because nobody could resolve a name.
    fileprivate init?(text: String) {
        if let address = IPAddress(text) {
            self.init(address: address)
        } else if let listen = ListenAddress(text), let address = IPAddress(listen.host), listen.port > 0 {
            self.init(address: address, port: listen.port)
        } else {
            return nil
        }
    }
}

extension NameResolution.Override {
    /// Reads `NAME=ADDRESS ADDRESS`.
    fileprivate init?(text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let names = try? HostPattern(String(parts[0]).trimmed) else { return nil }
        let words = parts[1].split(separator: " ")
        let addresses = words.compactMap { IPAddress(String($0)) }
        guard !addresses.isEmpty, addresses.count == words.count else { return nil }
        self.init(names: names, addresses: addresses)
    }

    fileprivate var text: String { "\(names.text)=\(addresses.map(\.text).joined(separator: " "))" }
}
