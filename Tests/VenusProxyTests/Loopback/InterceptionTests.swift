import Foundation
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("An intercepted tunnel", .timeLimit(.minutes(2)))
struct InterceptionTests {
    @Test("shows route and status of each call, and both handshakes in the first", arguments: ["1.2", "1.3"])
    func calls(version: String) async throws {
        try await withInterception { intercepted, origin in
            let output = try await intercepted.curl(
                ["--tls-max", version, "-o", "/dev/null", origin.url("/v1/charges/4711"), "-o", "/dev/null"]
                    + [origin.url("/status/503"), "-o", "/dev/null", origin.url("/delay/120")])
            #expect(output.status == .exited(0), "\(output.standardError)")
            let calls = try await intercepted.proxy.calls(3)
            #expect(calls.map(\.operation.name) == ["GET /v1/charges/*", "GET /status/*", "GET /delay/*"])
            #expect(calls.map(\.operation.scheme) == ["https", "https", "https"])
            #expect(calls.map(\.operation.networkProtocol) == ["http/1.1", "http/1.1", "http/1.1"])
            #expect(calls.map(\.operation.dependency) == [origin.authority, origin.authority, origin.authority])
            #expect(calls.map(\.call.status) == [200, 503, 200])
            #expect(calls.map(\.call.outcome) == [.success, .serverError, .success])
            #expect(calls.allSatisfy { $0.call.flags.isSuperset(of: [.intercepted, .reused]) })
            #expect(calls[0].call.phases[.connect] != nil)
            #expect(try #require(calls[0].call.phases[.tls]) > 0)
            #expect(calls[1].call.phases[.tls] == nil && calls[1].call.phases[.connect] == nil)
            #expect(try #require(calls[2].call.phases[.ttfb]) >= 115_000)
            let parts = Phase.allCases.compactMap { calls[0].call.phases[$0] }.reduce(0, +)
            #expect(calls[0].call.duration >= parts)
            // Nothing is recorded of the tunnel itself: by the time of the next tunnel's call it is over.
            _ = try await intercepted.curl([origin.url("/last")])
            #expect(try await intercepted.proxy.calls(4).count == 4)
            #expect(intercepted.proxy.tunnels.isEmpty)
        }
    }

    @Test("carries bodies both ways as they are")
    func bodies() async throws {
        try await withInterception { intercepted, origin in
            let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) })
            let sent = intercepted.directory.file("sent")
            let received = intercepted.directory.file("received")
            try content.write(to: URL(fileURLWithPath: sent))
            let output = try await intercepted.curl(
                ["-o", received, "--data-binary", "@\(sent)", origin.url("/echo")])
            #expect(output.status == .exited(0), "\(output.standardError)")
            let other = try await intercepted.curl(["-o", "/dev/null", origin.url("/bytes/5000000")])
            #expect(other.status == .exited(0), "\(other.standardError)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: received)) == content)
            let calls = try await intercepted.proxy.calls(2)
            #expect(calls.map(\.call.bytesSent).max() == 3_000_000)
            #expect(calls.map(\.call.bytesReceived).max() == 5_000_000)
        }
    }

    @Test("of a host that was met before needs no connection of its own")
    func knownOrigin() async throws {
        try await withInterception { intercepted, origin in
            for _ in 0..<3 {
                let output = try await intercepted.curl([origin.url("/ok")])
                #expect(output.standardOutput == "ok\n", "\(output.standardError)")
            }
            let calls = try await intercepted.proxy.calls(3).map(\.call)
            #expect(calls[0].phases[.connect] != nil)
            #expect(calls[1].phases[.connect] == nil && calls[2].phases[.connect] == nil)
            // The client's handshake with us is there all the same.
            #expect(calls.allSatisfy { $0.phases[.tls] != nil && $0.flags.contains(.reused) })
        }
    }

    @Test("takes requests for its own host and port only")
    func misdirected() async throws {
        try await withInterception { intercepted, origin in
            for host in ["other.example", "127.0.0.1", "127.0.0.1:1", "x\(origin.authority)"] {
                let output = try await intercepted.curl(
                    ["-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: \(host)", origin.url("/ok")])
                #expect(output.standardOutput == "421", "\(host): \(output.standardError)")
            }
            #expect(intercepted.inner.isEmpty)
        }
    }

    @Test("passes events on as they come")
    func events() async throws {
        try await withInterception { intercepted, origin in
            let client = try ChildProcess(
                "curl",
                [
                    "-sSN", "--http1.1", "--proxy", "http://127.0.0.1:\(intercepted.proxy.port)", "--noproxy", "",
                    "--cacert", intercepted.bundle, origin.url("/events/20"),
                ])
            // 4 s long: the first is here long before the last.
            try await client.waitForLine { $0 == "data: 0" }
            #expect(client.isRunning)
            #expect(!client.standardOutput.text.contains("data: 19"))
            #expect(try await client.waitForExit(within: .seconds(30)) == .exited(0))
            #expect(client.standardOutput.text.contains("data: 19"))
            #expect(try await intercepted.proxy.calls(1)[0].operation.name == "GET /events/*")
        }
    }

    @Test("goes on as an upgraded connection where both sides want that")
    func upgrade() async throws {
        try await withInterception { intercepted, origin in
            let script = """
                import socket, ssl, sys
                raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                raw.sendall(("CONNECT %s HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n" % (sys.argv[2], sys.argv[2])).encode())
                assert b" 200 " in raw.recv(4096)
                context = ssl.create_default_context(cafile=sys.argv[3])
                secure = context.wrap_socket(raw, server_hostname="127.0.0.1")
                secure.sendall(("GET /live HTTP/1.1\\r\\nHost: %s\\r\\nConnection: Upgrade\\r\\n"
                    "Upgrade: websocket\\r\\n\\r\\n" % sys.argv[2]).encode())
                head = b""
                while b"\\r\\n\\r\\n" not in head: head += secure.recv(4096)
                assert head.startswith(b"HTTP/1.1 101 "), head
                message = bytes(range(256)) * 4096
                secure.sendall(message[:100])
                echo = b""
                while len(echo) < 100: echo += secure.recv(65536)
                import threading
                threading.Thread(target=secure.sendall, args=(message,)).start()
                while len(echo) < 100 + len(message):
                    piece = secure.recv(65536)
                    assert piece
                    echo += piece
                assert echo[100:] == message
                print("same")
                """
            let output = try await ChildProcess.output(
                of: "python3", ["-c", script, "\(intercepted.proxy.port)", origin.authority, intercepted.bundle])
            #expect(output.standardOutput == "same\n", "\(output.standardError)")
            let call = try #require(try await intercepted.proxy.calls(1).first)
            #expect(call.operation.name == "GET /live websocket")
            #expect(call.operation.scheme == "https")
            #expect(call.operation.networkProtocol == "websocket")
            #expect(call.call.flags.isSuperset(of: [.tunnel, .intercepted]))
            _ = try await intercepted.proxy.ends(1)
            #expect(intercepted.proxy.bytesReceived == 100 + 1 << 20)
        }
    }

    @Test("is asked for by pattern: others go on as they are")
    func pattern() async throws {
        let intercepted = try InterceptedProxy(hosts: ["*.example"])
        let origin = try await intercepted.origin()
        let output = try await intercepted.curl([origin.url("/ok")], trusting: intercepted.originBundle)
        #expect(output.standardOutput == "ok\n", "\(output.standardError)")
        _ = try await intercepted.proxy.ends(1)
        #expect(intercepted.inner.isEmpty)
        await intercepted.proxy.stop()
    }

    @Test("in which the client does not speak TLS, or the server speaks first, goes on as it is")
    func otherContent() async throws {
        let intercepted = try InterceptedProxy()
        let echo = try ScriptedOrigin { connection in
            while case let bytes = connection.read(1), !bytes.isEmpty { connection.write(bytes) }
        }
        let greeting = try ScriptedOrigin { connection in
            connection.write("220 ready\r\n")
            connection.write(connection.read(4))
        }
        for (port, first) in [(echo.port, ""), (greeting.port, "220 ready\r\n")] {
            // The second time there is nothing more known of the host than before.
            for _ in 0..<2 {
                let connection = try intercepted.proxy.connection()
                let answer = try await blocking { () throws -> [UInt8]? in
                    try connection.write("CONNECT 127.0.0.1:\(port) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
                    guard try connection.read(upTo: "\r\n\r\n") != nil else { return nil }
                    if !first.isEmpty { _ = try connection.read(upTo: first) }
                    try connection.write("EHLO")
                    return try connection.read(upTo: "EHLO")
                }
                #expect(answer.map { String(decoding: $0, as: UTF8.self) } == "EHLO")
                connection.close()
            }
        }
        _ = try await intercepted.proxy.ends(4)
        #expect(intercepted.proxy.tunnels.allSatisfy { $0.call.flags == .tunnel && $0.call.outcome == .success })
        await intercepted.proxy.stop()
    }

    @Test("whose client takes too long over its handshake is given up, and holds nobody up")
    func slowHandshake() async throws {
        try await withInterception(configuring: { $0.headTimeout = .milliseconds(700) }) { intercepted, origin in
            let script = """
                import socket, ssl, sys
                raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                raw.sendall(("CONNECT %s HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n" % (sys.argv[2], sys.argv[2])).encode())
                assert b" 200 " in raw.recv(4096)
                context = ssl.create_default_context(cafile=sys.argv[3])
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                session = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
                try: session.do_handshake()
                except ssl.SSLWantReadError: pass
                hello = outgoing.read()
                for place in range(0, len(hello), 100): raw.sendall(hello[place:place + 100])
                print("hello", flush=True)
                count = 0
                while True:
                    piece = raw.recv(65536)
                    if not piece: break
                    count += len(piece)
                print("flight" if count > 500 else "nothing")
                """
            let slow = try ChildProcess(
                "python3", ["-c", script, "\(intercepted.proxy.port)", origin.authority, intercepted.bundle])
            try await slow.waitForLine { $0 == "hello" }
            let output = try await intercepted.curl([origin.url("/ok")])
            #expect(output.standardOutput == "ok\n", "\(output.standardError)")
            try await slow.waitForLine { $0 == "flight" }
            let tunnel = try await eventually("the tunnel that was given up") { intercepted.proxy.tunnels.first }
            #expect(tunnel.call.outcome == .cancelled)
        }
    }
}
