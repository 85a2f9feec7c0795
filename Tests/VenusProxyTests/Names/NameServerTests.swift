import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Asking a name server")
struct NameServerTests {
    private func lookUp(
        _ name: String, at server: DNSServer, within limit: UInt64 = 5_000_000
    ) async throws -> NameAnswer? {
        let asked = NameServer(address: try #require(IPAddress("127.0.0.1")), port: UInt16(server.port))
        return try await blocking { try asked.lookUp(name, within: limit) }
    }

    @Test("both kinds of addresses are asked for, IPv6 comes first, and the lifetime is the server's")
    func both() async throws {
        let server = try DNSServer { _ in .addresses(["192.0.2.1", "2001:db8::1"], seconds: 3) }
        let answer = try #require(try await lookUp("api.example.com", at: server))
        #expect(answer.addresses.map(\.text) == ["2001:db8::1", "192.0.2.1"])
        #expect(answer.lifetime == 3_000_000)
        #expect(server.questions("api.example.com") == 2)
    }

    @Test("aliases, and answers that only TCP has room for")
    func others() async throws {
        let many = (1...40).map { "192.0.2.\($0)" }
        let server = try DNSServer { question in
            question.name == "alias.example" ? .alias("target.example", ["192.0.2.7"]) : .byStream(many)
        }
        #expect(try await lookUp("alias.example", at: server)?.addresses.map(\.text) == ["192.0.2.7"])
        #expect(try await lookUp("large.example", at: server)?.addresses.map(\.text) == many)
    }

    @Test("a name without addresses does not exist; a server that cannot tell is an error")
    func failures() async throws {
        let server = try DNSServer { question in
            switch question.name {
            case "none.example": .code(3)
            case "empty.example": .addresses([])
            case "broken.example": .bytes([0xFF, 0xFF])
            default: .code(2)
            }
        }
        #expect(try await lookUp("none.example", at: server) == nil)
        #expect(try await lookUp("empty.example", at: server) == nil)
        #expect(try await lookUp("..", at: server) == nil)
        await #expect(throws: LookupError.failed) { try await lookUp("servfail.example", at: server) }
        await #expect(throws: LookupError.failed) { try await lookUp("broken.example", at: server) }
        let nobody = NameServer(address: try #require(IPAddress("127.0.0.1")), port: UInt16(try freePort()))
        await #expect(throws: LookupError.failed) {
            try await blocking { try nobody.lookUp("api.example", within: 5_000_000) }
        }
    }

    @Test("a question that got lost is asked again; silence times out")
    func silence() async throws {
        let server = try DNSServer { question in
            question.name == "lost.example" && question.earlier > 0 ? .addresses(["192.0.2.1", "::1"]) : .silence
        }
        #expect(try await lookUp("lost.example", at: server, within: 3_000_000)?.addresses.count == 2)
        await #expect(throws: LookupError.timedOut) { try await lookUp("never.example", at: server, within: 300_000) }
        #expect(server.questions("never.example") >= 4)
    }

    @Test(
        "one kind's silence holds up the other for its delay, and not for longer",
        arguments: [
            (false, "192.0.2.1", NameLookupStateMachine.resolutionDelay),
            (true, "2001:db8::1", NameLookupStateMachine.fallbackDelay),
        ])
    func oneKind(isIPv6: Bool, address: String, delay: UInt64) async throws {
        let server = try DNSServer { $0.isIPv6 == isIPv6 ? .addresses([address]) : .silence }
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await lookUp("api.example", at: server, within: 30_000_000)
        #expect(answer?.addresses.map(\.text) == [address])
        let duration = clock.now - start
        #expect(duration >= .microseconds(delay) && duration < .seconds(9))
    }
}
