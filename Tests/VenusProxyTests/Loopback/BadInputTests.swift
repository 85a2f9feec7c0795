import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Bad input", .timeLimit(.minutes(2)))
struct BadInputTests {
    @Test(
        "is answered with its status, is no call, and harms nobody",
        arguments: [
            ("\u{16}\u{3}\u{1}garbage", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("CONNECT somewhere HTTP/1.1\r\nHost: somewhere\r\n\r\n", 400),
            ("GET http://h/ HTTP/1.1\r\n\r\n", 400),
            (
                "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                400
            ),
            ("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
            ("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br\r\n\r\n", 400),
            ("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br, chunked\r\n\r\n", 501),
            ("GET http://user:secret@h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
            ("GET http://h/\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
            ("GET http://h/ HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n", 431),
            ("GET http://h/ HTTP/1.1\r\nHost: h\r\n\(String(repeating: "A: b\r\n", count: 300))\r\n", 431),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ])
    func refused(input: String, status: Int) async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            let answer = try await client.raw(Array(input.utf8))
            #expect(answer.status == status)
            #expect(answer["proxy-status"] == "venus; error=http_request_error")
            #expect(answer["connection"] == "close")
            #expect(!answer.text.contains("secret"))
            #expect(try await client.readToEnd().isEmpty)
            #expect(try await proxy.client().get(origin.url()).status == 200)
            #expect(try await proxy.calls(1).count == 1)
        }
    }

    @Test("that comes with an endless body is answered all the same")
    func lingers() async throws {
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("POST http://h/ HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n")
                // The answer must not be lost by a reset that these bytes provoke.
                for _ in 0..<2 { try connection.write([UInt8](repeating: 1, count: 50_000)) }
                usleep(100_000)
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("of half a request and silence is 408, however slowly bytes trickle in")
    func halfRequest() async throws {
        try await withProxy(configuring: { $0.headTimeout = .milliseconds(300) }) { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("GET http://h/ HTTP/1.1\r\nHo")
                for _ in 0..<3 {
                    usleep(80_000)
                    try connection.write("s")
                }
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(proxy.calls.isEmpty)
        }
    }

    @Test("of a line without a version is answered at its end, byte by byte as well")
    func lineWithoutVersion() async throws {
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                for byte in "\r\nGET http://example/\r\n".utf8 { try connection.write([byte]) }
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("of half a body and silence is 408, and the call cancelled")
    func halfBody() async throws {
        try await withProxy(configuring: { $0.bodyTimeout = .milliseconds(200) }) { proxy, origin in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(
                    "POST \(origin.url("/hash")) HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(try await proxy.calls(1)[0].call.outcome == .cancelled)
        }
    }

    @Test("in the middle of a chunked body ends the call without reaching the origin as a whole")
    func brokenBody() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            try await blocking {
                try connection.write(
                    "POST \(origin.url("/hash")) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            }
            try await eventually("the head at the origin") { origin.requests("/hash") == 1 }
            let answer = try await blocking {
                try connection.write("zz\r\n")
                return String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(try await proxy.calls(1)[0].call.outcome == .cancelled)
            try await eventually { origin.openConnections == 0 }
        }
    }

    @Test("of nothing at all is closed when the connection was idle for too long")
    func idle() async throws {
        try await withProxy(configuring: { $0.clientIdleTimeout = .milliseconds(200) }) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.get(origin.url()).status == 200)
            #expect(try await client.readToEnd().isEmpty)
            #expect(try await proxy.client().readToEnd().isEmpty)
        }
    }

    @Test("of random bytes never harms the proxy", arguments: 0..<8)
    func random(seed: UInt64) async throws {
        try await withProxy { proxy, origin in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<30 {
                let connection = try proxy.connection()
                var bytes = Array(
                    "GET \(origin.url("/echo")) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
                        .utf8)
                for _ in 0..<Int(random.next() % 6) {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                let message = bytes
                try await blocking {
                    try? connection.write(message)
                    connection.shutdownWrite()
                    _ = try? connection.read()
                    connection.close()
                }
            }
            #expect(try await proxy.client().get(origin.url()).status == 200)
        }
    }
}
