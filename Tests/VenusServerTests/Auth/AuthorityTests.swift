import Testing
import VenusServer

@Suite("Hosts and origins")
struct AuthorityTests {
    @Test(
        "names, addresses and ports are read",
        arguments: [
            ("localhost", "localhost", nil), ("Venus.Example.:2248", "venus.example", 2_248),
            ("[::1]:80", "::1", 80), ("127.0.0.1:1", "127.0.0.1", 1),
        ] as [(String, String, Int?)])
    func reads(text: String, host: String, port: Int?) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
    }

    @Test(
        "what is no host is refused",
        arguments: [
            "", ":80", "a b", "a:", "a:99999", "a:b", "[::1", "::1", "[evil]", "user@host", "host/path", "é.example",
            "a:+1",
        ])
    func refuses(text: String) { #expect(Authority(text) == nil) }

    @Test("only our own names are answered: those of loopback, the listen address, configured ones, and addresses")
    func allowed() throws {
        let list = HostAllowList(
            listenHost: "venus.internal", configured: ["Monitor.Example"],
            publicURL: WebOrigin("https://venus.example.com/x", allowingPath: true))
        for good in [
            "localhost:2248", "venus.localhost", "127.0.0.1", "[::1]:2248", "192.0.2.7:2248", "venus.internal",
            "monitor.example:1", "VENUS.EXAMPLE.COM",
        ] { #expect(list.allows(try #require(Authority(good))), "\(good)") }
        for bad in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost"] {
            #expect(!list.allows(try #require(Authority(bad))), "\(bad)")
        }
    }

    @Test("our own origin is http, the same host and the same port")
    func origins() throws {
        let host = try #require(Authority("127.0.0.1:2248"))
        #expect(WebOrigin("http://127.0.0.1:2248")?.isOurs(at: host, isSecure: false) == true)
        for other in ["https://127.0.0.1:2248", "http://127.0.0.1", "http://localhost:2248", "http://127.0.0.1:22480"] {
            #expect(WebOrigin(other)?.isOurs(at: host, isSecure: false) == false, "\(other)")
        }
        for none in ["null", "", "file://", "127.0.0.1:2248", "http://127.0.0.1:2248/"] {
            #expect(WebOrigin(none) == nil, "\(none)")
        }
        let standard = try #require(Authority("venus.example"))
        #expect(WebOrigin("http://venus.example:80")?.isOurs(at: standard, isSecure: false) == true)
    }
}
