import Foundation
import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("An upgrade through the proxy", .timeLimit(.minutes(2)))
struct UpgradeTests {
    private static let switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"

    private func request(_ origin: ScriptedOrigin, _ protocols: String = "websocket", more: String = "") -> String {
        "GET \(origin.url("/live/7")) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: \(protocols)\r\n\(more)\r\n"
    }

    /// Switches to what was asked for, says hello at once, then sends back what comes.
    private static func echo(_ connection: ScriptedOrigin.Connection, to name: String = "websocket") {
        connection.readHead()
        connection.write(switching + "Upgrade: \(name)\r\n\r\nhello")
        while case let bytes = connection.read(1), !bytes.isEmpty {
            connection.write(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test("to WebSocket is a call of its own once it is done, and a tunnel from there on")
    func webSocket() async throws {
        let origin = try ScriptedOrigin { Self.echo($0) }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            // The frame comes with the request, before anybody has switched.
            let text = request(origin, "h2c, WebSocket", more: "Sec-WebSocket-Key: k\r\n") + "early"
            let (head, bytes) = try await blocking {
                try connection.write(text)
                let head = try connection.read(upTo: "\r\n\r\n") ?? []
                let bytes = try connection.read(upTo: "early") ?? []
                return (String(decoding: head, as: UTF8.self), String(decoding: bytes, as: UTF8.self))
            }
            #expect(
                head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nVia: ")
            )
            #expect(bytes == "helloearly")
            // The connection is open, and its call is recorded.
            let recorded = try await proxy.calls(1)[0]
            #expect(recorded.operation.name == "GET /live/* websocket")
            #expect(recorded.operation.scheme == "http")
            #expect(recorded.operation.networkProtocol == "websocket")
            #expect(recorded.call.outcome == .success)
            #expect(recorded.call.status == 101)
            #expect(recorded.call.flags == .tunnel)
            #expect(recorded.call.phases[.connect] != nil)
            #expect(recorded.call.phases[.ttfb] != nil)
            connection.close()
            let end = try await proxy.calls(2)[1].call
            #expect(end.flags.isSuperset(of: [.tunnel, .activity, .ended]))
            #expect(recorded.call.bytesSent + end.bytesSent == 5)
            #expect(recorded.call.bytesReceived + end.bytesReceived == 10)
            #expect(proxy.calls.count == 2)
        }
    }

    @Test("to any other protocol works as well, also with a body")
    func otherProtocol() async throws {
        let origin = try ScriptedOrigin { connection in
            let head = connection.readHead()
            let body = String(decoding: connection.read(4), as: UTF8.self)
            connection.write(Self.switching + "Upgrade: tcp\r\n\r\n" + (head.contains("Upgrade: tcp\r\n") ? body : ""))
            connection.write("\(connection.readToEnd().count)")
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let size = 3 << 20
            let answer = try await blocking {
                try connection.write(
                    "POST \(origin.url("/attach")) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                        + "Content-Length: 4\r\n\r\nbo")
                try connection.write("dy")
                let answer = try connection.read(upTo: "body") ?? []
                try connection.write([UInt8](repeating: 7, count: size))
                connection.shutdownWrite()
                return String(decoding: answer, as: UTF8.self) + String(decoding: try connection.read(), as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 101 "))
            #expect(answer.hasSuffix("body\(size)"))
            let calls = try await proxy.calls(2)
            #expect(calls[0].operation.networkProtocol == "http/1.1")
            #expect(calls[0].call.status == 101)
            #expect(calls[0].call.flags.contains(.tunnel))
            #expect(calls.map(\.call.bytesSent).reduce(0, +) >= UInt64(size))
        }
    }

    @Test("that the origin declines is a normal call, and both connections go on", arguments: [200, 403, 426])
    func declined(status: Int) async throws {
        let origin = try ScriptedOrigin { connection in
            for _ in 0..<2 {
                connection.readHead()
                connection.write("HTTP/1.1 \(status) No\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno")
            }
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let text = request(origin)
            let heads = try await blocking {
                try (0..<2).map { _ in
                    try connection.write(text)
                    let head = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
                    _ = try connection.read(upTo: "no")
                    return head
                }
            }
            for head in heads {
                #expect(head.hasPrefix("HTTP/1.1 \(status) "))
                #expect(head.contains("Upgrade: websocket") == (status == 426))
            }
            #expect(origin.accepted == 1)
            for recorded in try await proxy.calls(2) {
                #expect(recorded.call.status == UInt16(status))
                #expect(!recorded.call.flags.contains(.tunnel))
                #expect(recorded.operation.networkProtocol == "http/1.1")
            }
        }
    }

    @Test("on a connection that was used before is marked so")
    func reused() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            Self.echo(connection)
        }
        try await withProxy { proxy, _ in
            #expect(try await proxy.client().get(origin.url()).status == 200)
            let connection = try proxy.connection()
            let text = request(origin)
            _ = try await blocking {
                try connection.write(text)
                return try connection.read(upTo: "hello")
            }
            #expect(try await proxy.calls(2)[1].call.flags == [.tunnel, .reused])
            #expect(origin.accepted == 1)
            connection.close()
        }
    }

    @Test(
        "that nobody asked for, or to something else, is 502 http_upgrade_failed",
        arguments: [
            ("", "Upgrade: websocket\r\n"), ("Connection: upgrade\r\nUpgrade: h2c\r\n", "Upgrade: h2c\r\n"),
            ("Upgrade: websocket\r\n", "Upgrade: websocket\r\n"),
            ("Connection: Upgrade\r\nUpgrade: websocket\r\n", "Upgrade: tcp\r\n"),
            ("Connection: Upgrade\r\nUpgrade: websocket\r\n", ""),
            // The rest of the body is missing.
            ("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "Upgrade: websocket\r\n"),
        ])
    func failed(offer: String, answer: String) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(Self.switching + answer + "\r\nsmuggled")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let text = "GET \(origin.url()) HTTP/1.1\r\nHost: x\r\n\(offer)\r\n"
            let head = try await blocking {
                try connection.write(text)
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(head.hasPrefix("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: venus; error=http_upgrade_failed\r\n"))
            let call = try await proxy.calls(1)[0].call
            #expect(call.errorType == .httpUpgradeFailed)
            #expect(call.status == 0)
            try await eventually { origin.openConnections == 0 }
        }
    }

    @Test("leaves nothing in the pool, and goes out anew when its reused connection turns out to be dead")
    func connections() async throws {
        let origin = try ScriptedOrigin { connection in
            if connection.number > 0 { return Self.echo(connection) }
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            // Dies when the next request comes.
            connection.readHead()
        }
        try await withProxy { proxy, _ in
            for number in 0..<3 {
                let connection = try proxy.connection()
                let text = number == 0 ? "GET \(origin.url()) HTTP/1.1\r\nHost: x\r\n\r\n" : request(origin)
                _ = try await blocking {
                    try connection.write(text)
                    return try connection.read(upTo: number == 0 ? "ok" : "hello")
                }
                connection.close()
                _ = try await proxy.calls(1 + 2 * number)
                if number > 0 { try await eventually { origin.openConnections == 0 } }
            }
            #expect(origin.accepted == 3)
            #expect(proxy.tunnels.map(\.call.flags) == [[.tunnel, .retried], .tunnel])
            #expect(proxy.calls.allSatisfy { $0.call.outcome != .transportError })
        }
    }

    @Test("carries the frames of a WebSocket both ways")
    func frames() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(
                Self.switching + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            connection.write([0x81, 5] + Array("hello".utf8))
            // A masked frame of two letters, which come back unmasked.
            let frame = connection.read(8)
            guard frame.count == 8 else { return }
            connection.write([0x81, 2, frame[6] ^ frame[2], frame[7] ^ frame[3]])
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let client = try await WebSocketClient(port: proxy.port, path: origin.url("/live"))
            #expect(client.response.status == 101)
            #expect(try await client.next() == "hello")
            try client.send("ab")
            #expect(try await client.next() == "ab")
            client.close()
        }
    }
}
