import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("CONNECT", .timeLimit(.minutes(2)))
struct TunnelTests {
    @Test("opens a tunnel that is recorded once it is used, as one connection, and its end as activity")
    func opens() async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            let answer = try await client.connect(origin.authority)
            #expect(answer.status == 200)
            #expect(answer["content-length"] == nil)
            #expect(answer["transfer-encoding"] == nil)
            #expect(try await client.get("/bytes/1000").bodyLength == 1_000)
            let recorded = try await proxy.calls(1)[0]
            #expect(proxy.ends.isEmpty)
            client.close()
            let end = try await proxy.ends(1)[0]
            #expect(proxy.calls.count == 2)
            #expect(end.flags == [.tunnel, .activity, .ended])
            #expect(end.errorType == nil)
            #expect(end.outcome == .unknown)
            #expect(end.duration >= recorded.call.duration)
            #expect(recorded.operation.scheme == "tcp")
            #expect(recorded.operation.name == "CONNECT")
            #expect(recorded.operation.networkProtocol == "tunnel")
            #expect(recorded.operation.dependency == origin.authority)
            #expect(recorded.call.outcome == .success)
            #expect(recorded.call.flags == .tunnel)
            #expect(recorded.call.phases[.connect] != nil)
            #expect(recorded.call.phases[.ttfb] == nil)
            #expect(proxy.bytesReceived > 1_000)
            #expect(proxy.bytesSent > 10)
        }
    }

    @Test("to a name has the time that the name took, and that of connecting, apart from each other")
    func byName() async throws {
        try await withProxy(
            lookup: { _ in
                usleep(30_000)
                return IPAddress("127.0.0.1").map { [$0] }
            }
        ) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect("api.example:\(origin.port)").status == 200)
            #expect(try await client.get("/bytes/3").bodyLength == 3)
            let recorded = try await proxy.calls(1)[0]
            #expect(recorded.operation.dependency == "api.example:\(origin.port)")
            let (dns, connect) = (recorded.call.phases[.dns], recorded.call.phases[.connect])
            #expect(try #require(dns) >= 30_000)
            #expect(try #require(connect) < 30_000)
            #expect(recorded.call.duration >= 30_000)
        }
    }

    @Test("forwards bytes that the client sent before the answer")
    func earlyBytes() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(
                    "CONNECT \(origin.authority) HTTP/1.1\r\nHost: \(origin.authority)\r\n\r\n"
                        + "GET /bytes/3 HTTP/1.1\r\nHost: x\r\n\r\n")
                let first = try connection.read(upTo: "\r\n\r\n") ?? []
                let second = try connection.read(upTo: "\r\n\r\n") ?? []
                return [first, second].map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(answer[0].hasPrefix("HTTP/1.1 200 Connection Established"))
            #expect(answer[1].hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("forwards bytes that came while the connection was being made, and takes none for a request if it failed")
    func bytesWhileConnecting() async throws {
        let isOver = Mutex(false)
        let lookup: Resolver.Lookup = { name in
            while !isOver.withLock({ $0 }) { usleep(1_000) }
            return name == "good.example" ? IPAddress("127.0.0.1").map { [$0] } : nil
        }
        try await withProxy(lookup: lookup, configuring: { _ in }) { proxy, origin in
            let good = try proxy.connection()
            let bad = try proxy.connection()
            try await blocking {
                for (connection, name) in [(good, "good.example"), (bad, "bad.example")] {
                    try connection.write("CONNECT \(name):\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
                    usleep(30_000)
                    try connection.write("GET /bytes/3 HTTP/1.1\r\nHost: x\r\n\r\n")
                    usleep(30_000)
                }
            }
            isOver.withLock { $0 = true }
            let answers = try await blocking {
                _ = try good.read(upTo: "\r\n\r\n")
                let inside = try good.read(upTo: "\r\n\r\n") ?? []
                var refused: [UInt8] = []
                while case let bytes = try bad.read(), !bytes.isEmpty { refused += bytes }
                return [inside, refused].map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(answers[0].hasPrefix("HTTP/1.1 200"))
            #expect(answers[1].hasPrefix("HTTP/1.1 502"))
            #expect(answers[1].components(separatedBy: "HTTP/1.1").count == 2)
        }
    }

    @Test("passes bulk both ways unchanged", arguments: [1, 100_000, 30 << 20])
    func bulk(size: Int) async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 200)
            for _ in 0..<2 {
                #expect(try await client.get("/bytes/\(size)").bodyChecksum == BodyPattern.checksum(size))
                #expect(
                    try await client.request("POST", "/hash", bodySize: size).text == BodyPattern.checksum(size))
            }
            client.close()
            _ = try await proxy.ends(1)
            let overhead: UInt64 = 4_096
            #expect((UInt64(2 * size)...UInt64(2 * size) + overhead).contains(proxy.bytesReceived))
            #expect((UInt64(2 * size)...UInt64(2 * size) + overhead).contains(proxy.bytesSent))
        }
    }

    @Test("passes a half-close on in either direction after the last byte, and goes on in the other")
    func halfClose() async throws {
        let size = 8 << 20
        // Ends first, then takes everything; or takes everything up to the end, then answers.
        let origin = try ScriptedOrigin { connection in
            let first = String(decoding: connection.read(1), as: UTF8.self)
            if first == "a" {
                connection.write("bye")
                connection.shutDown()
                _ = connection.readToEnd()
            } else {
                let count = connection.readToEnd().count
                connection.write("got \(count)")
            }
        }
        try await withProxy { proxy, _ in
            let authority = "127.0.0.1:\(origin.port)"
            let connection = try proxy.connection()
            let reply = try await blocking {
                try connection.write("CONNECT \(authority) HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try connection.read(upTo: "\r\n\r\n")
                try connection.write("b")
                try connection.write([UInt8](repeating: 7, count: size))
                connection.shutdownWrite()
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            #expect(reply == "got \(size)")
            let first = try await proxy.ends(1)[0]
            #expect(!first.flags.contains(.endedByDependency))
            #expect(proxy.bytesSent == UInt64(size + 1))
            #expect(proxy.bytesReceived == UInt64(reply.utf8.count))
            let other = try proxy.connection()
            let bye = try await blocking {
                try other.write("CONNECT \(authority) HTTP/1.1\r\nHost: x\r\n\r\na")
                _ = try other.read(upTo: "\r\n\r\n")
                var all: [UInt8] = []
                while case let bytes = try other.read(), !bytes.isEmpty { all += bytes }
                // The origin has ended; this direction still works.
                try other.write([UInt8](repeating: 7, count: 1_000))
                other.shutdownWrite()
                return String(decoding: all, as: UTF8.self)
            }
            #expect(bye == "bye")
            let second = try await proxy.ends(2)[1]
            #expect(second.flags.contains(.endedByDependency))
            #expect(proxy.bytesSent == UInt64(size + 1) + 1_001)
            #expect(proxy.bytesReceived == UInt64(reply.utf8.count) + 3)
        }
    }

    @Test("passes a reset on as a reset")
    func reset() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.read(1)
            connection.reset()
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let isReset = try await blocking { () -> Bool in
                try connection.write("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try connection.read(upTo: "\r\n\r\n")
                try connection.write("x")
                do { return try !connection.read().isEmpty } catch { return true }
            }
            #expect(isReset)
            let end = try await proxy.ends(1)[0]
            #expect(end.errorType == .connectionTerminated)
            #expect(end.flags.contains(.endedByDependency))
            #expect(proxy.tunnels.map(\.call.outcome) == [.success])
        }
    }

    @Test("to a dead port is a transport error of its dependency")
    func refused() async throws {
        try await withProxy { proxy, _ in
            let port = try freePort()
            let client = try proxy.client()
            let answer = try await client.connect("127.0.0.1:\(port)")
            #expect(answer.status == 502)
            #expect(answer["proxy-status"] == "venus; error=connection_refused")
            let call = try await proxy.calls(1)[0]
            #expect(call.operation.dependency == "127.0.0.1:\(port)")
            #expect(call.operation.scheme == "tcp")
            #expect(call.call.outcome == .transportError)
            #expect(call.call.errorType == .connectionRefused)
            // The connection can be used for another try.
            #expect(try await client.connect("127.0.0.1:\(port)").status == 502)
        }
    }

    @Test("to an IPv6 address in brackets works")
    func ipv6() async throws {
        let origin = try Origin(host: "::1")
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 200)
            #expect(try await client.get("/bytes/5").bodyLength == 5)
        }
    }

    @Test("that stays silent both ways is ended")
    func idle() async throws {
        try await withProxy(configuring: { $0.tunnelIdleTimeout = .milliseconds(300) }) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 200)
            #expect(try await client.readToEnd().isEmpty)
            #expect(try await proxy.ends(1)[0].errorType == .connectionReadTimeout)
            #expect(proxy.tunnels.map(\.call.outcome) == [.success])
        }
    }

    @Test("is seen while it is open: what it moved is recorded time and again, every byte once")
    func activity() async throws {
        try await withProxy(configuring: { $0.tunnelActivityInterval = .milliseconds(100) }) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 200)
            // Silent so far.
            let silent = try await proxy.calls(1)[0].call
            #expect(silent.flags == .tunnel)
            #expect(silent.bytesSent == 0)
            #expect(try await client.get("/bytes/1000").bodyLength == 1_000)
            let first = try await proxy.calls(2)[1]
            #expect(first.call.flags == [.tunnel, .activity])
            #expect(first.call.bytesReceived > 1_000)
            #expect(first.operation.networkProtocol == "tunnel")
            #expect(try await client.get("/bytes/2000").bodyLength == 2_000)
            let second = try await proxy.calls(3)[2].call
            #expect(second.flags == [.tunnel, .activity])
            #expect(second.bytesReceived - first.call.bytesReceived == 1_000)
            client.close()
            let end = try await proxy.ends(1)[0]
            #expect(end.bytesReceived == 0)
            #expect(end.duration >= 300_000)
        }
    }

    @Test("of a thousand that are open at once carries its own")
    func thousandOpen() async throws {
        try await withProxy { proxy, origin in
            var clients: [HTTPClient] = []
            for _ in 0..<1_000 {
                let client = try proxy.client()
                #expect(try await client.connect(origin.authority).status == 200)
                clients.append(client)
            }
            for client in clients.shuffled() { #expect(try await client.get("/bytes/7").bodyLength == 7) }
            for client in clients { client.close() }
            _ = try await proxy.ends(1_000)
            #expect(proxy.tunnels.count == 1_000)
            #expect(proxy.tunnels.allSatisfy { $0.call.outcome == .success })
        }
    }
}
