import Foundation
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A name with several addresses", .timeLimit(.minutes(2)))
struct HappyEyeballsTests {
    private func lookup(_ texts: [String]) -> Resolver.Lookup {
        let addresses = texts.compactMap { IPAddress($0) }
        return { _ in addresses }
    }

    @Test("whose first hangs is reached by the next after a quarter of a second, and the time is phase connect")
    func hanging() async throws {
        try await withProxy(lookup: lookup(["127.0.0.2", "127.0.0.1"])) { proxy, origin in
            let silent = try SilentPort(host: "127.0.0.2", port: origin.port)
            let url = "http://several.example:\(origin.port)/bytes/4"
            #expect(try await proxy.client().get(url).bodyLength == 4)
            let call = try await proxy.calls(1)[0].call
            #expect(call.outcome == .success)
            let connect = try #require(call.phases[.connect])
            #expect(connect >= 200_000 && connect < 2_000_000)
            withExtendedLifetime(silent) {}
        }
    }

    @Test("whose IPv6 hangs is reached by IPv4, and by IPv4 first from then on")
    func hangingIPv6() async throws {
        try await withProxy(lookup: lookup(["::1", "127.0.0.1"])) { proxy, origin in
            let silent = try SilentPort(host: "::1", port: origin.port)
            // Each on a connection of its own.
            for count in 1...2 {
                let tunnel = try proxy.client()
                #expect(try await tunnel.connect("both.example:\(origin.port)").status == 200)
                tunnel.close()
                try await eventually("its call") { proxy.tunnels.count == count }
            }
            let times = try proxy.tunnels.map { try #require($0.call.phases[.connect]) }
            #expect(times[0] >= UInt32(ConnectStateMachine.attemptDelay))
            #expect(times[1] < UInt32(ConnectStateMachine.attemptDelay))
            withExtendedLifetime(silent) {}
        }
    }

    @Test("begins with the address that worked last")
    func remembers() async throws {
        try await withProxy(lookup: lookup(["127.0.0.2", "127.0.0.1"])) { proxy, origin in
            let silent = try SilentPort(host: "127.0.0.2", port: origin.port)
            let url = "http://several.example:\(origin.port)/"
            // Each on a connection of its own.
            for _ in 0..<2 { #expect(try await proxy.client().get(url, [("connection", "close")]).status == 200) }
            let tunnel = try proxy.client()
            #expect(try await tunnel.connect("several.example:\(origin.port)").status == 200)
            tunnel.close()
            let calls = try await proxy.calls(3)
            let last = try #require(calls[2].call.phases[.connect])
            // A second address would be tried after a quarter of a second.
            #expect(last < 250_000)
            withExtendedLifetime(silent) {}
        }
    }

    @Test("of which all hang fails after the time for all together, and leaves nothing open")
    func allHang() async throws {
        let addresses = (2...6).map { "127.0.0.\($0)" }
        try await withProxy(lookup: lookup(addresses), configuring: { $0.connectTimeout = .milliseconds(600) }) {
            proxy, origin in
            let silent = try addresses.map { try SilentPort(host: $0, port: origin.port) }
            let before = SilentPort.waiting * addresses.count
            try await eventually("full queues") { try await connecting(to: origin.port) == before }
            let start = ContinuousClock.now
            let client = try proxy.client()
            let answer = try await client.get("http://several.example:\(origin.port)/")
            #expect(answer.status == 504)
            #expect(answer["proxy-status"] == "venus; error=connection_timeout")
            #expect(ContinuousClock.now - start < .seconds(5))
            client.close()
            try await eventually("no attempt left") { try await connecting(to: origin.port) == before }
            withExtendedLifetime(silent) {}
        }
    }

    @Test("of which all refuse is connection_refused")
    func refusing() async throws {
        let port = try freePort()
        try await withProxy(lookup: lookup(["127.0.0.1", "127.0.0.2", "127.0.0.3"])) { proxy, _ in
            let answer = try await proxy.client().get("http://several.example:\(port)/")
            #expect(answer["proxy-status"] == "venus; error=connection_refused")
        }
    }

    @Test("a client that leaves while attempts hang leaves nothing open")
    func leaving() async throws {
        let addresses = (2...4).map { "127.0.0.\($0)" }
        // However long the test takes on a busy machine.
        try await withProxy(lookup: lookup(addresses), configuring: { $0.callerPatience = .seconds(60) }) {
            proxy, origin in
            let silent = try addresses.map { try SilentPort(host: $0, port: origin.port) }
            let before = SilentPort.waiting * addresses.count
            try await eventually("full queues") { try await connecting(to: origin.port) == before }
            let client = try proxy.connection()
            try await blocking {
                try client.write("GET http://several.example:\(origin.port)/ HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            try await eventually("three attempts") { try await connecting(to: origin.port) == before + 3 }
            client.close()
            try await eventually("no attempt left") { try await connecting(to: origin.port) == before }
            #expect(try await proxy.calls(1)[0].call.outcome == .cancelled)
            withExtendedLifetime(silent) {}
        }
    }

    /// How many connections to the port are being made on this machine (proc(5): the third word is the other side's
    /// address, the fourth the state, of which 02 is SYN_SENT).
    private func connecting(to port: Int) async throws -> Int {
        let digits = String(port, radix: 16, uppercase: true)
        let end = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        let table = try await ChildProcess.run("cat", ["/proc/net/tcp"])
        return table.split(separator: "\n").count { line in
            let words = line.split(separator: " ")
            return words.count > 3 && words[2].hasSuffix(end) && words[3] == "02"
        }
    }
}
