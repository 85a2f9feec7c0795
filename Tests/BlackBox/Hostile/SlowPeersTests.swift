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

        @Test("bodies that come byte by byte, from either side, arrive whole, and others are served meanwhile")
        func drippingBodies() async throws {
            let origin = try Origin()
            let dripping = try RawServer(.script(Drip.serve))
            // Every body takes longer.
            let venus = try await VenusUp(environment: ["VENUS_PROXY_BODY_TIMEOUT": "2s"])
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, origin)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            try OwnedProcesses.forgetPeak(proxy)
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<Drip.connections {
                    let drip = number % 2 == 0 ? Drip.counted : Drip.chunked
                    group.addTask { try await drip.post(to: origin, through: venus) }
                    group.addTask {
                        try await HTTPClient(port: venus.proxyPort)
                            .get("http://\(dripping.authority)\(drip.path)").text
                    }
                }
                try await expectOthersAreServed(venus, origin, calls: 800)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(bodies == Array(repeating: Drip.body, count: 2 * Drip.connections))
            let growth = try #require(OwnedProcesses.peakResidentBytes(proxy)) - before
            #expect(growth < 2 * Drip.connections * (16 << 10), "\(growth >> 10) KB")
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

/// A body that goes out byte by byte.
private struct Drip {
    /// How many on either side at once.
    static let connections = 64
    static let body = String(repeating: "drip ", count: 14)
    static let counted = Drip(path: "/counted", field: "content-length: \(body.utf8.count)", wire: Array(body.utf8))
    static let chunked = Drip(
        path: "/chunked", field: "transfer-encoding: chunked",
        wire: Array("5\r\n\(body.prefix(5))\r\n41\r\n\(body.dropFirst(5))\r\n0\r\n\r\n".utf8))

    var path: String
    var field: String
    /// As it is framed.
    var wire: [UInt8]

    func write(on connection: TCPConnection) throws {
        for byte in wire {
            try connection.write([byte])
            usleep(35_000)
        }
    }

    /// What the origin says that it got.
    func post(to origin: Origin, through venus: VenusUp) async throws -> String {
        let client = try HTTPClient(port: venus.proxyPort)
        let head = "POST \(origin.url("/echo")) HTTP/1.1\r\nhost: \(origin.authority)\r\n\(field)\r\n\r\n"
        try await blocking {
            try client.connection.write(head)
            try write(on: client.connection)
        }
        return try await client.raw([]).text
    }

    static func serve(_ connection: TCPConnection) {
        guard let head = try? connection.read(upTo: "\r\n\r\n") else { return }
        let drip = String(decoding: head, as: UTF8.self).contains(chunked.path) ? chunked : counted
        try? connection.write("HTTP/1.1 200 OK\r\n\(drip.field)\r\n\r\n")
        try? drip.write(on: connection)
    }
}
