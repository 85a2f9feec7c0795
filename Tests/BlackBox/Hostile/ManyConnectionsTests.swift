import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Many connections at once")
    struct ManyConnectionsTests {
        /// Bytes of the proxy's own that an idle connection or tunnel may take.
        private static let bytesEach = 4 << 10

        @Test("a proxy with 64 busy connections has at most 30 MB of memory resident")
        func busyClients() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            // The start's memory, some of which it gives back, is not meant.
            try OwnedProcesses.forgetPeak(proxy)
            let report = try await LoadGenerator(
                proxyPort: venus.proxyPort, url: origin.url("/bytes/200"), clients: 64, calls: 6_400, fields: []
            ).finish()
            #expect(report.failed == 0, "\(report.failures)")
            // While they ran: now their connections are gone.
            let resident = try #require(OwnedProcesses.peakResidentBytes(proxy))
            #expect(resident <= 30 << 20, "\(resident >> 10) KB")
        }

        @Test("thousands of idle clients take little memory, and others are served meanwhile")
        func idleClients() async throws {
            let origin = try Origin()
            try await expectLittleMemory(
                for: min(8_000, raiseDescriptorLimit() / 3), "clients", of: try await VenusUp(), origin,
                request: "GET \(origin.url("/status/204")) HTTP/1.1\r\nhost: \(origin.authority)\r\n\r\n",
                answer: "HTTP/1.1 204")
        }

        @Test("thousands of idle tunnels take little memory, and others are served meanwhile")
        func idleTunnels() async throws {
            let silent = try RawServer(.silent)
            // Each takes two descriptors of this process and two of the proxy's; a tenth is left for everything else.
            try await expectLittleMemory(
                for: min(10_000, raiseDescriptorLimit() * 9 / 20), "tunnels",
                of: try await VenusUp(environment: ["VENUS_PROXY_MAX_CONNECTIONS_PER_DEPENDENCY": "20000"]),
                try Origin(),
                request: "CONNECT \(silent.authority) HTTP/1.1\r\nhost: \(silent.authority)\r\n\r\n",
                answer: "HTTP/1.1 200")
        }

        /// Opens so many connections with this request, and keeps them idle after its answer.
        private func expectLittleMemory(
            for count: Int, _ what: String, of venus: VenusUp, _ origin: Origin, request: String, answer: String
        ) async throws {
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, origin)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            let idle = try await blocking {
                try (0..<count).map { number in
                    let connection = try TCPConnection(port: venus.proxyPort)
                    try connection.write(request)
                    guard let head = try connection.read(upTo: "\r\n\r\n"), head.starts(with: answer.utf8) else {
                        throw TestFailure("no \(answer) for number \(number)")
                    }
                    return connection
                }
            }
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - before
            print("\(growth >> 10) KB for \(count) idle \(what)")
            #expect(growth <= count * Self.bytesEach, "\(growth >> 10) KB for \(count) \(what)")
            try await expectOthersAreServed(venus, origin)
            for connection in idle { connection.reset() }
            try await expectOthersAreServed(venus, origin)
        }

        @Test("whatever is sent after CONNECT arrives unchanged, and does not hurt the proxy")
        func garbageInTunnels() async throws {
            let origin = try Origin()
            let echo = try RawServer(.echo)
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            var generator = SeededGenerator(seed: 2_247)
            // What looks like TLS and is not: lengths that lie, records of no type, hellos that end early.
            let starts: [[UInt8]] = [
                [], [0x16, 0x03, 0x01], [0x16, 0x03, 0x01, 0xFF, 0xFF], [0x16, 0x03, 0x03, 0x00, 0x00],
                [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03], [0x17, 0x03, 0x03, 0x40, 0x00],
                [0x16, 0x03, 0x01, 0x00, 0x01, 0x01, 0x16, 0x03, 0x01, 0x00, 0x01, 0x00], [0x80, 0x2E, 0x01],
                [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28], [0x14, 0x03, 0x03, 0x00, 0x01, 0x01],
                Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8), [0], [0xFF],
            ]
            for round in 0..<280 {
                let client = try HTTPClient(port: venus.proxyPort, timeout: .seconds(5))
                #expect(try await client.connect(echo.authority).status == 200)
                var bytes = starts[round % starts.count]
                for _ in 0..<Int.random(in: 0...3_000, using: &generator) {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                }
                guard !bytes.isEmpty else { continue }
                let sent = bytes
                // In pieces, so that the records are cut anywhere.
                let cut = Int.random(in: 0...sent.count, using: &generator)
                let returned = try await blocking {
                    var returned: [UInt8] = []
                    for piece in [sent[..<cut], sent[cut...]] where !piece.isEmpty {
                        try client.connection.write(Array(piece))
                        _ = try client.connection.read(exactly: piece.count) { returned += $0 }
                    }
                    return returned
                }
                #expect(returned == sent, "round \(round)")
                round % 2 == 0 ? client.connection.reset() : client.close()
            }
            try await expectOthersAreServed(venus, origin)
            #expect(venus.proxyProcess == proxy, "the same process still serves")
            let api = try await venus.signIn()
            try await eventually(within: .seconds(5), "the tunnels in the graph") {
                try await api.edge("unknown_service", echo.authority) != nil
            }
        }
    }
}
