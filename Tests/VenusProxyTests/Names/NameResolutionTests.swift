import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("What names stand for")
struct NameResolutionTests {
    @Test("an override wins over every server, the first that matches; localhost is this machine")
    func overrides() async throws {
        let server = try DNSServer { _ in .addresses(["192.0.2.9"]) }
        var names = NameResolution()
        names.server = NameServer(address: try #require(IPAddress("127.0.0.1")), port: UInt16(server.port))
        names.overrides = try [("api.example.com", "192.0.2.1"), ("*.example.com", "192.0.2.2")].map {
            NameResolution.Override(
                names: try HostPattern($0.0), addresses: [try #require(IPAddress($0.1))])
        }
        let source = names.source(others: { _ in nil }, within: 5_000_000)
        let texts = try await blocking {
            try [
                "api.example.com", "www.example.com", "example.com", "localhost", "localhost.", "api.localhost",
                "localhost.example.com",
            ].map {
                try source($0)?.addresses.first?.text
            }
        }
        let loopback = "127.0.0.1"
        #expect(texts == ["192.0.2.1", "192.0.2.2", "192.0.2.9", loopback, loopback, loopback, "192.0.2.2"])
        for name in ["api.example.com", "localhost", "api.localhost"] { #expect(server.questions(name) == 0) }
    }

    @Test("a call goes where the name server says, and again where it says next once the time is over")
    func call() async throws {
        let server = try DNSServer { question in
            question.name == "gone.test"
                ? .code(3) : .addresses([question.earlier == 0 ? "127.0.0.2" : "127.0.0.1"], seconds: 0)
        }
        let change: (inout ProxyConfiguration) -> Void = {
            $0.names.server = IPAddress("127.0.0.1").map { NameServer(address: $0, port: UInt16(server.port)) }
        }
        try await withProxy(configuring: change) { proxy, origin in
            let other = try ScriptedOrigin { _ in }
            let first = try await proxy.client().get("http://api.test:\(other.port)/")
            // Nobody listens on the first address.
            #expect(first["proxy-status"]?.contains("error=connection_refused") == true)
            let second = try await proxy.client().get("http://api.test:\(origin.port)/")
            #expect(second.status == 200)
            let gone = try await proxy.client().get("http://gone.test:\(origin.port)/")
            #expect(gone["proxy-status"]?.contains("error=dns_error") == true)
            let calls = try await proxy.calls(3)
            #expect(calls[0].operation.host == "api.test")
        }
    }

    @Test("a name server that is silent is a dns_timeout")
    func timeout() async throws {
        let server = try DNSServer { _ in .silence }
        let change: (inout ProxyConfiguration) -> Void = {
            $0.names.server = IPAddress("127.0.0.1").map { NameServer(address: $0, port: UInt16(server.port)) }
            $0.dnsTimeout = .milliseconds(200)
        }
        try await withProxy(configuring: change) { proxy, _ in
            let response = try await proxy.client().get("http://api.test/")
            #expect(response.status == 504)
            #expect(response["proxy-status"]?.contains("error=dns_timeout") == true)
        }
    }
}
