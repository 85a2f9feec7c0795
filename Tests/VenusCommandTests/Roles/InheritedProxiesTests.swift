import Testing
import VenusProxy
import VenusServer
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

    @Test("to a server of the web leads what is for tunnels, unless the server is an exception")
    func web() {
        let proxy = InheritedProxies.webProxy(from: [
            "HTTP_PROXY": "plain:1", "HTTPS_PROXY": "http://u:p@tls:3", "NO_PROXY": ".internal,10.0.0.0/8",
        ])
        let found = proxy("API.github.com", 443)
        #expect(found?.host == "tls" && found?.port == 3)
        #expect(found?.authorization.map { String(decoding: $0, as: UTF8.self) } == "Basic dTpw")
        #expect(proxy("github.internal", 443) == nil && proxy("10.1.2.3", 443) == nil)
        #expect(InheritedProxies.webProxy(from: [:])("github.com", 443) == nil)
        let all = InheritedProxies.webProxy(from: ["HTTPS_PROXY": "socks5://s", "ALL_PROXY": "http://all:8"])
        #expect(all("github.com", 443)?.host == "all" && all("github.com", 443)?.authorization == nil)
    }

    @Test("what cannot be used is told, without what may be a password")
    func leftOut() {
        let inherited = InheritedProxies.routes(from: ["HTTP_PROXY": "socks4://u:s3cret@p", "ALL_PROXY": "http://ok"])
        #expect(inherited.routes.rules.count == 1)
        #expect(inherited.leftOut.count == 1)
        #expect(inherited.leftOut[0].hasPrefix("HTTP_PROXY ") && !inherited.leftOut[0].contains("s3cret"))
    }
}
