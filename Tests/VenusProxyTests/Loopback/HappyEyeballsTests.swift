import Foundation
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A name with several addresses", .timeLimit(.minutes(2)))
struct HappyEyeballsTests {
    /// A port that is listened on, whose queue is full: connecting to it hangs.
    private final class SilentPort {
        /// Connections of our own that hang at each.
        static let waiting = 3
        private var descriptors: [Int32] = []

        init(host: String, port: Int) throws {
            let listener = try open()
            try #require(withAddress(host, port) { bind(listener, $0, $1) } == 0)
            try #require(listen(listener, 0) == 0)
            // The first connection fills the queue, the others hang.
            for _ in 0...Self.waiting { _ = withAddress(host, port) { connect($0, $1) } }
        }

        deinit { for descriptor in descriptors { close(descriptor) } }

        private func open() throws -> Int32 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            try #require(descriptor >= 0)
            descriptors.append(descriptor)
            return descriptor
        }

        private func connect(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
            guard let descriptor = try? open() else { return -1 }
            return Glibc.connect(descriptor, address, length)
        }

        private func withAddress(
            _ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
        ) -> Int32 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            inet_pton(AF_INET, host, &address.sin_addr)
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

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
