import Testing
import VenusProxy
import venus

@Suite("Proxies that the environment names")
struct InheritedProxiesTests {
    private func described(_ environment: [String: String]) -> [String] {
        InheritedProxies.routes(from: environment).routes.rules.map { "\($0.calls) \($0.proxy)" }
    }

    @Test("each variable is for its calls, the lower case wins, a missing scheme is http")
    func variables() {
        #expect(described([:]) == [])
        let all = described([
            "HTTP_PROXY": "http://upper:1", "http_proxy": "lower:2", "HTTPS_PROXY": "http://u:s3cret@tls:3/",
            "all_proxy": "socks5h://all", "https_proxy": " ",
        ])
        #expect(all == ["plain http://lower:2", "tunnels http://***@tls:3", "all socks5://all:1080"])
    }

    @Test("exceptions that mean something are kept, the others are left out")
    func exceptions() throws {
        let routes = InheritedProxies.routes(from: [
            "http_proxy": "p:1", "NO_PROXY": "localhost,.example.com 10.0.0.0/8, bad*one,,::1,api.test:8080",
        ]).routes
        #expect(routes.direct.map(\.description) == ["localhost", "example.com", "10.0.0.0/8", "::1", "api.test:8080"])
        #expect(routes.rule(for: Array("a.example.com".utf8), port: 80, isTunnel: false) == nil)
        #expect(routes.rule(for: Array("a.example.org".utf8), port: 80, isTunnel: false) == 0)
        #expect(routes.rule(for: Array("a.example.org".utf8), port: 443, isTunnel: true) == nil)
    }

    @Test("what cannot be used is told, without what may be a password")
    func leftOut() {
        let inherited = InheritedProxies.routes(from: ["HTTP_PROXY": "socks4://u:s3cret@p", "ALL_PROXY": "http://ok"])
        #expect(inherited.routes.rules.count == 1)
        #expect(inherited.leftOut.count == 1)
        #expect(inherited.leftOut[0].hasPrefix("HTTP_PROXY ") && !inherited.leftOut[0].contains("s3cret"))
    }
}
