import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("What real clients do through the proxy")
    struct DutiesTests {
        /// Runs curl through the proxy; status lines, fields and bodies as they came.
        private func curl(_ venus: VenusUp, _ arguments: String...) async throws -> String {
            let run = try await ChildProcess.output(
                of: "curl", ["-sS", "-i", "-m", "20", "-x", "http://127.0.0.1:\(venus.proxyPort)"] + arguments)
            #expect(run.status == .exited(0), "\(run.standardError)")
            return run.standardOutput
        }

        @Test("curl gets what each kind of request is due")
        func curl() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()

            let head = try await curl(venus, "-I", origin.url("/bytes/500"))
            #expect(head.contains("\r\ncontent-length: 500\r\n"))
            #expect(head.contains("\r\nVia: 1.1 venus-"))

            // Chunks are taken off for HTTP/1.0.
            let old = try await curl(venus, "--http1.0", origin.url("/chunked/26"))
            #expect(old.hasPrefix("HTTP/1.1 200 "))
            #expect(!old.lowercased().contains("transfer-encoding"))
            #expect(old.hasSuffix("\r\n\r\n" + String(decoding: BodyPattern.bytes(26), as: UTF8.self)))

            let expected = try await curl(venus, "-H", "Expect: 100-continue", "-d", "body", origin.url("/echo"))
            #expect(expected.hasPrefix("HTTP/1.1 100 "))
            #expect(expected.hasSuffix("\r\n\r\nbody"))

            let trace = try await curl(
                venus, "-X", "TRACE", "-H", "Max-Forwards: 0", "-H", "Cookie: secret", origin.url("/here"))
            #expect(trace.contains("TRACE \(origin.url("/here")) HTTP/1.1\r\n"))
            #expect(!trace.contains("secret"))

            let further = try await curl(venus, "-X", "TRACE", "-H", "Max-Forwards: 1", origin.url("/headers"))
            #expect(further.contains("\r\nMax-Forwards: 0\r\n"))

            _ = try await curl(venus, "-X", "OPTIONS", "--request-target", origin.url(""), origin.url())
            #expect(origin.requests("*") == 1)

            let upgrade = try await curl(
                venus, "-H", "Connection: Upgrade, HTTP2-Settings", "-H", "Upgrade: h2c", "-H",
                "HTTP2-Settings: AAMAAABk",
                origin.url("/headers"))
            #expect(upgrade.contains("GET /headers HTTP/1.1\r\n"))
            #expect(!upgrade.contains("h2c") && !upgrade.contains("HTTP2"))
            #expect(origin.requests("/here") == 0)
        }

        @Test("a WebSocket client speaks with a real server, and is seen as one connection while it does")
        func webSocket() async throws {
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            // Another one's: a proxy leads nobody to its own server.
            let other = try await VenusUp()
            let server = "127.0.0.1:\(other.serverPort)"
            let token = try await other.signIn().token
            let socket = try await WebSocketClient(
                port: venus.proxyPort, path: "http://\(server)/api/v1/live",
                subprotocols: ["venus.v1", "bearer.\(token)"])
            #expect(socket.response.status == 101)
            #expect(socket.response["sec-websocket-protocol"] == "venus.v1")
            _ = try await socket.next(within: .seconds(5), "hello") { $0["type"].string == "hello" }
            try socket.send("{\"type\":\"subscribe\",\"topic\":\"graph\",\"filter\":{\"window\":\"5m\"}}")
            _ = try await socket.next(within: .seconds(10), "a snapshot") { $0["type"].string == "snapshot" }
            let edge = try await eventually(within: .seconds(10), "the open socket's edge") {
                try await api.graph()["edges"].array.first { $0["target"].string?.hasSuffix(server) == true }
            }
            #expect(edge["kpis"]["calls"].int == 1)
            #expect(edge["kpis"]["availability"].double == 1)
            #expect(edge["tunnel_protocols"].array == [.string("websocket")], "bytes and activity, no messages")
            let operations = try await api.get("/kpis?by=operation&dependency=\(server)")["items"].array
            #expect(operations.map { $0["operation"].string } == ["GET /api/v1/live websocket"])
            // How long it stays open is no response time.
            #expect(edge["kpis"]["response_time_ms"]["max"].double == nil)
            #expect(socket.isOpen)
            socket.close()
        }
    }
}
