import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Peers that are slow on purpose")
    struct SlowPeersTests {
        @Test("heads that come byte by byte are cut off in time, and others are served meanwhile")
        func slowHeads() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: ["VENUS_PROXY_HEAD_TIMEOUT": "2s"])
            let slow = try (0..<300).map { _ in try TCPConnection(port: venus.proxyPort, timeout: .seconds(8)) }
            let head = Array("GET \(origin.url()) HTTP/1.1\r\nhost: \(origin.authority)\r\nx-slow: ".utf8)
            let dripping = Task {
                try await blocking {
                    // A byte each tenth of a second: never silent, and after 5 s still no head.
                    for place in 0..<50 {
                        for connection in slow { try? connection.write([place < head.count ? head[place] : 0x61]) }
                        usleep(100_000)
                    }
                }
            }
            try await expectOthersAreServed(venus, origin, calls: 400)
            try await dripping.value
            for connection in slow { #expect(try await isEnded(connection)) }
            #expect(origin.requests("/") == 0)
        }

        @Test("bodies that stand still are cut off in time, and others are served meanwhile")
        func slowBodies() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: ["VENUS_PROXY_BODY_TIMEOUT": "2s"])
            let slow = try (0..<200).map { _ in try TCPConnection(port: venus.proxyPort, timeout: .seconds(8)) }
            for (number, connection) in slow.enumerated() {
                let framing = number % 2 == 0 ? "content-length: 1000" : "transfer-encoding: chunked"
                let body = number % 2 == 0 ? "some" : "4\r\nsome\r\n3e8\r\nand"
                try connection.write(
                    "POST \(origin.url("/hash")) HTTP/1.1\r\nhost: \(origin.authority)\r\n\(framing)\r\n\r\n\(body)")
            }
            try await expectOthersAreServed(venus, origin, calls: 400)
            for connection in slow { #expect(try await isEnded(connection)) }
            // The dependency's connections end as well: it would wait for the rest.
            try await eventually("the end of the calls") { origin.openConnections <= 8 }
        }

        @Test("clients that do not read hold no more than their buffers, are cut off, and others are served meanwhile")
        func slowReaders() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: ["VENUS_PROXY_BODY_TIMEOUT": "2s"])
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, origin)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            let slow = try (0..<60).map { _ in try TCPConnection(port: venus.proxyPort, timeout: .seconds(8)) }
            for connection in slow {
                try connection.write(
                    "GET \(origin.url("/bytes/100000000")) HTTP/1.1\r\nhost: \(origin.authority)\r\n\r\n")
            }
            try await eventually("all calls") { origin.requests("/bytes/100000000") == slow.count }
            try await expectOthersAreServed(venus, origin, calls: 400)
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - before
            #expect(growth < slow.count * (320 << 10), "\(growth >> 10) KB for \(slow.count) clients")
            try await eventually(within: .seconds(10), "the end of the calls") { origin.openConnections <= 8 }
        }

        @Test("silent tunnels are ended in time, and others are served meanwhile")
        func silentTunnels() async throws {
            let origin = try Origin()
            let silent = try RawServer(.silent)
            let venus = try await VenusUp(environment: ["VENUS_PROXY_TUNNEL_IDLE_TIMEOUT": "2s"])
            var tunnels: [HTTPClient] = []
            for _ in 0..<300 {
                let client = try HTTPClient(port: venus.proxyPort, timeout: .seconds(8))
                #expect(try await client.connect(silent.authority).status == 200)
                tunnels.append(client)
            }
            try await expectOthersAreServed(venus, origin, calls: 400)
            for tunnel in tunnels { #expect(try await isEnded(tunnel.connection)) }
            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "nothing under way") {
                try await api.get("/kpis?by=service")["items"][0]["kpis"]["load"]["in_flight"].int == 0
            }
        }
    }
}
