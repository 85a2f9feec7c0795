import Foundation
import Synchronization
import TestSupport
import Testing

extension TheBinary {
    @Suite("Clients and origins that are hostile at the same time")
    struct BothSidesTests {
        @Test("whatever both send, and however they leave, the proxy lives, lets go of everything, and serves others")
        func bothSides() async throws {
            let good = try Origin()
            let seeds = Atomic<UInt64>(1_000_000)
            let hostile = try RawServer(
                .script { connection in
                    connection.setTimeout(.milliseconds(300))
                    var generator = SeededGenerator(seed: seeds.add(1, ordering: .relaxed).newValue)
                    // Not always after the request.
                    if Int.random(in: 0..<5, using: &generator) > 0 { _ = try? connection.read() }
                    HostileTraffic.send(HostileTraffic.response(&generator), on: connection, &generator)
                })
            let venus = try await VenusUp(environment: [
                "VENUS_PROXY_HEAD_TIMEOUT": "3s", "VENUS_PROXY_BODY_TIMEOUT": "3s",
                "VENUS_PROXY_RESPONSE_TIMEOUT": "3s",
                "VENUS_PROXY_TUNNEL_IDLE_TIMEOUT": "1s", "VENUS_PROXY_CLIENT_IDLE_TIMEOUT": "3s",
                "VENUS_PROXY_UPSTREAM_IDLE_TIMEOUT": "1s", "VENUS_PROXY_CALLER_PATIENCE": "100ms",
            ])
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, good)
            try await eventually(within: .seconds(25), "idle connections to be closed") { Self.sockets(proxy) <= 8 }
            let before = (sockets: Self.sockets(proxy), bytes: try #require(OwnedProcesses.residentBytes(proxy)))

            let storm = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in 0..<8 {
                        group.addTask {
                            try await blocking {
                                var generator = SeededGenerator(seed: UInt64(client))
                                for _ in 0..<150 {
                                    let connection = try TCPConnection(
                                        port: venus.proxyPort, timeout: .milliseconds(200))
                                    let request = HostileTraffic.request(to: hostile.authority, &generator)
                                    HostileTraffic.send(request, on: connection, &generator)
                                    connection.close()
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await expectOthersAreServed(venus, good, calls: 1_000)
            try await storm.value

            #expect(venus.proxyProcess == proxy, "the same process still serves")
            try await eventually(within: .seconds(25), "the end of all that was under way") {
                Self.sockets(proxy) <= before.sockets
            }
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - before.bytes
            #expect(growth < 12 << 20, "\(growth >> 10) KB")
            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "no call under way") {
                try await api.get("/kpis?by=service")["items"][0]["kpis"]["load"]["in_flight"].int == 0
            }
            try await expectOthersAreServed(venus, good)
        }

        private static func sockets(_ process: pid_t) -> Int {
            let folder = "/proc/\(process)/fd"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.count {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0))?.hasPrefix("socket:")
                    == true
            }
        }
    }
}

/// What hostile peers send: messages that are almost right, in pieces, with an end anywhere.
private enum HostileTraffic {
    static func request(to authority: String, _ generator: inout SeededGenerator) -> [UInt8] {
        let target = "http://\(authority)/a/b?c=d HTTP/1.1\r\nhost: \(authority)\r\n"
        let requests = [
            "GET \(target)\r\n", "GET \(target)\r\nGET \(target)\r\n", "HEAD \(target)connection: close\r\n\r\n",
            "POST \(target)content-length: 10\r\n\r\n0123456789", "POST \(target)content-length: 999\r\n\r\n0123456789",
            "POST \(target)transfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\na: b\r\n\r\n",
            "PUT \(target)expect: 100-continue\r\ncontent-length: 5\r\n\r\nhello",
            "OPTIONS \(target)max-forwards: 1\r\n\r\n",
            "GET \(target)connection: upgrade\r\nupgrade: websocket\r\n\r\n\u{1}\u{2}",
            "GET http://\(authority) HTTP/1.0\r\n\r\n",
            "CONNECT \(authority) HTTP/1.1\r\nhost: \(authority)\r\n\r\n\u{16}\u{3}\u{1}early",
        ]
        return mutated(requests.randomElement(using: &generator)!, &generator)
    }

    static func response(_ generator: inout SeededGenerator) -> [UInt8] {
        let responses = [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nffff\r\nand",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                + "connection: upgrade\r\n\r\nabc",
            "HTTP/1.0 200 OK\r\n\r\nuntil the end", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello",
            "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!", "garbage", "",
            "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno",
        ]
        let response = mutated(responses.randomElement(using: &generator)!, &generator)
        // Now and then more than any buffer holds.
        guard Int.random(in: 0..<20, using: &generator) == 0 else { return response }
        return response + [UInt8](repeating: 0x61, count: 1 << 20)
    }

    /// One in two as it is.
    private static func mutated(_ text: String, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty, Bool.random(using: &generator) else { return bytes }
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    /// Sends in up to four pieces, reads in between or not, and leaves politely or not. Whatever fails is the other
    /// side's doing.
    static func send(_ bytes: [UInt8], on connection: TCPConnection, _ generator: inout SeededGenerator) {
        var rest = bytes[...]
        for _ in 0..<Int.random(in: 0..<4, using: &generator) where !rest.isEmpty {
            let count = Int.random(in: 0...rest.count, using: &generator)
            guard (try? connection.write(Array(rest.prefix(count)))) != nil else { return }
            rest = rest.dropFirst(count)
            if Int.random(in: 0..<6, using: &generator) == 0 { _ = try? connection.read() }
        }
        guard (try? connection.write(Array(rest))) != nil else { return }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return connection.reset()
        case 1: connection.shutdownWrite()
        default: break
        }
        guard Int.random(in: 0..<4, using: &generator) > 0 else { return }
        while let more = try? connection.read(), !more.isEmpty {}
    }
}
