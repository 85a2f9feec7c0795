import Testing
import VenusProxy

@Suite("Which calls go through which upstream proxy")
struct UpstreamRoutesTests {
    private func matches(_ pattern: String, _ host: String, _ port: UInt16 = 443) throws -> Bool {
        try DestinationPattern(pattern).matches(Array(host.utf8), IPAddress(host), port: port)
    }

    @Test(
        "destinations as NO_PROXY has them",
        arguments: [
            ("example.com", "example.com", true), ("example.com", "api.example.com", true),
            ("example.com", "a.b.example.com.", true), ("example.com", "badexample.com", false),
            ("example.com", "example.org", false), (".example.com", "api.example.com", true),
            (".example.com", "example.com", true), ("*.example.com", "api.example.com", true),
            ("*.example.com", "example.com", false), ("EXAMPLE.com.", "example.com", true), ("*", "anything", true),
            ("*", "::1", true), ("localhost", "localhost", true), ("localhost", "127.0.0.1", false),
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/8", "10.example", false),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("0.0.0.0/0", "192.0.2.1", true),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false),
            ("[::1]", "::1", true), ("::1", "::1", true), ("::1", "::2", false),
            ("example.com:443", "example.com", true),
            ("example.com:80", "example.com", false), ("*:443", "anything", true), ("*:80", "anything", false),
            ("10.0.0.0/8:443", "10.0.0.1", true), ("[::1]:443", "::1", true), ("[::1]:80", "::1", false),
            ("127.0.0.1:80", "127.0.0.1", false),
        ] as [(String, String, Bool)])
    func patterns(pattern: String, host: String, expected: Bool) throws {
        #expect(try matches(pattern, host) == expected)
        let again = try DestinationPattern(try DestinationPattern(pattern).description)
        #expect(again.matches(Array(host.utf8), IPAddress(host), port: 443) == expected)
    }

    @Test(
        "what names no destination",
        arguments: [
            "", ".", "*.", "a b", "exa*mple.com", "example.com:", "example.com:0", "example.com:65536", "a:b", "[::1",
            "[::1]x", "[a]", "10.0.0.0/33", "10.0.0.1/8", "http://example.com", "a/b",
        ])
    func noPattern(text: String) { #expect(throws: UpstreamFault.self) { try DestinationPattern(text) } }

    @Test("URLs of proxies")
    func urls() throws {
        let plain = try UpstreamProxy(url: "HTTP://Proxy.example.com:3128/")
        #expect(plain.kind == .http && plain.host == "proxy.example.com" && plain.port == 3_128)
        #expect(plain.credentials == nil && plain.description == "http://proxy.example.com:3128")
        let secret = try UpstreamProxy(url: "socks5h://us%65r:p%40ss%3Aw@rd@[::1]")
        #expect(secret.kind == .socks5 && secret.host == "::1" && secret.port == 1_080)
        #expect(
            secret.credentials == UpstreamCredentials(user: Array("user".utf8), password: Array("p@ss:w@rd".utf8)))
        #expect(try UpstreamProxy(url: "https://p").port == 443)
        #expect(try UpstreamProxy(url: "http://p").port == 80)
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("p@ss"))
        #expect(secret.description == "socks5://***@[::1]:1080")
    }

    @Test("the value of Proxy-Authorization", arguments: [("a", "b"), ("user", "pass"), ("ab", ""), ("x", "y:z")])
    func authorization(user: String, password: String) throws {
        let value = UpstreamCredentials(user: Array(user.utf8), password: Array(password.utf8)).authorization
        let credentials = ProxyCredentials(value.span)
        let read = try #require(credentials)
        #expect(read.service == Array(user.utf8) && read.key == Array(password.utf8))
    }

    @Test(
        "what is no URL of a proxy, told without its password",
        arguments: [
            "proxy:3128", "ftp://user:s3cret@p", "http://", "http://user:s3cret@", "http://user:s3cret@p:0",
            "http://user:s3cret@p:99999", "http://user:s3cret@p/path", "http://user:s3/cret@p", "http://p?x",
            "http://:s3cret@p", "http://us%0aer:s3cret@p", "http://u%3aser:s3cret@p", "http://user:%zs3cret@p",
            "http://user:s3cret@a b", "socks4://p",
        ])
    func noURL(text: String) {
        let error = #expect(throws: UpstreamFault.self) { try UpstreamProxy(url: text) }
        #expect(error?.reason.contains("s3") == false)
    }

    @Test("the first rule that fits holds, by host, port and kind of call; what is direct stays so")
    func rules() throws {
        var routes = UpstreamRoutes()
        func rule(for host: String, _ port: UInt16 = 80, isTunnel: Bool = false) -> Int? {
            routes.rule(for: Array(host.utf8), port: port, isTunnel: isTunnel)
        }
        #expect(rule(for: "a.example") == nil)
        let proxy = try UpstreamProxy(url: "http://p")
        routes.rules = [
            .init(proxy, destinations: [try DestinationPattern("a.example:443")]),
            .init(proxy, calls: .tunnels), .init(proxy, destinations: [try DestinationPattern("b.example")]),
        ]
        routes.direct = [try DestinationPattern("localhost"), try DestinationPattern("10.0.0.0/8")]
        #expect(rule(for: "a.example", 443) == 0)
        #expect(rule(for: "a.example", 443, isTunnel: true) == 0)
        #expect(rule(for: "a.example", 80, isTunnel: true) == 1)
        #expect(rule(for: "a.example", 80) == nil)
        #expect(rule(for: "x.b.example") == 2)
        #expect(rule(for: "localhost", 443, isTunnel: true) == nil)
        #expect(rule(for: "10.1.2.3", 443, isTunnel: true) == nil)
    }
}
