import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Forwarding", .timeLimit(.minutes(2)))
struct ForwardingTests {
    @Test("keeps both connections open and records each call")
    func keepAlive() async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            for _ in 0..<5 { #expect(try await client.get(origin.url("/bytes/200")).bodyLength == 200) }
            #expect(origin.connectionsAccepted == 1)
            let calls = try await proxy.calls(5)
            #expect(calls.map(\.call.outcome) == Array(repeating: .success, count: 5))
            #expect(calls.map { $0.call.flags.contains(.reused) } == [false, true, true, true, true])
            let first = calls[0]
            #expect(first.operation.dependency == origin.authority)
            #expect(first.operation.scheme == "http")
            #expect(first.operation.name == "GET /bytes/*")
            #expect(first.call.status == 200)
            #expect(first.call.bytesReceived == 200)
            #expect(first.call.phases[.connect] != nil)
            #expect(first.call.phases[.dns] == nil)
            #expect(calls[1].call.phases[.connect] == nil)
            #expect(first.call.phases[.ttfb] != nil)
        }
    }

    @Test("rewrites the request as a proxy must")
    func rewrites() async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            let response = try await client.get(
                origin.url("/headers?q=1"),
                [
                    ("Host", "elsewhere"), ("Proxy-Connection", "keep-alive"), ("Connection", "X-Drop"),
                    ("X-Drop", "1"),
                    ("X-Keep", "2"), ("Proxy-Authorization", "Basic secret"),
                ])
            let seen = response.text.lowercased()
            #expect(seen.hasPrefix("get /headers?q=1 http/1.1\r\n"))
            #expect(seen.contains("\r\nhost: \(origin.authority)\r\n"))
            #expect(seen.contains("\r\nx-keep: 2\r\n"))
            #expect(seen.contains("\r\nvia: 1.1 venus-"))
            for gone in ["elsewhere", "x-drop", "proxy-", "secret"] { #expect(!seen.contains(gone)) }
            #expect(response["via"]?.hasPrefix("1.1 venus-") == true)
            #expect(response["date"] != nil)
        }
    }

    @Test("passes bodies of every size and framing unchanged", arguments: [0, 1, 1_000, 65_536, 131_072, 3_000_000])
    func bodies(size: Int) async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            for framing in [HTTPClient.Framing.contentLength, .chunked] {
                let sent = try await client.request("POST", origin.url("/hash"), bodySize: size, framing: framing)
                #expect(sent.text == BodyPattern.checksum(size))
            }
            for path in ["/bytes/\(size)", "/chunked/\(size)"] {
                let received = try await client.get(origin.url(path))
                #expect(received.bodyLength == size)
                #expect(received.bodyChecksum == BodyPattern.checksum(size))
            }
            let calls = try await proxy.calls(4).map(\.call)
            #expect(calls.map(\.bytesSent) == [UInt64(size), UInt64(size), 0, 0])
            #expect(calls.suffix(2).map(\.bytesReceived) == [UInt64(size), UInt64(size)])
        }
    }

    @Test("passes a body that ends with the connection, and then ends its own")
    func untilClose() async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            let response = try await client.get(origin.url("/close/300000"))
            #expect(response.bodyChecksum == BodyPattern.checksum(300_000))
            #expect(response["connection"] == "close")
            #expect(try await proxy.calls(1)[0].call.outcome == .success)
        }
    }

    @Test(
        "knows which responses have no body",
        arguments: [
            ("HEAD", "/bytes/500", 200), ("GET", "/status/204", 204), ("GET", "/status/304", 304),
        ])
    func bodiless(method: String, path: String, status: Int) async throws {
        try await withProxy { proxy, origin in
            let client = try proxy.client()
            for _ in 0..<2 {
                let response = try await client.request(method, origin.url(path))
                #expect(response.status == status)
                #expect(response.bodyLength == 0)
                if method == "HEAD" { #expect(response["content-length"] == "500") }
            }
            #expect(origin.connectionsAccepted == 1)
        }
    }

    @Test("answers pipelined requests in their order")
    func pipelining() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let requests = (1...50).map { "GET \(origin.url("/bytes/\($0)")) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            let client = try proxy.client()
            try await blocking { try connection.write(requests) }
            let lengths = try await blocking { () -> [Int] in
                try (1...50).map { _ in
                    let head = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self).lowercased()
                    let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
                    let length = Int(line?.dropFirst(16) ?? "") ?? -1
                    return try connection.read(exactly: length) { _ in }
                }
            }
            #expect(lengths == Array(1...50))
            #expect(try await client.get(origin.url()).status == 200)
            #expect(try await proxy.calls(51).count == 51)
        }
    }

    @Test("takes a request in single bytes")
    func singleBytes() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let text =
                "POST \(origin.url("/echo")) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n0\r\n\r\n"
            try await blocking { for byte in text.utf8 { try connection.write([byte]) } }
            let answer = try await blocking {
                let head = try connection.read(upTo: "\r\n\r\n") ?? []
                return String(decoding: head, as: UTF8.self) + String(decoding: try connection.read(), as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.hasSuffix("abc"))
        }
    }

    @Test("serves a client of HTTP/1.0: no chunks, no 1xx, and the connection ends")
    func version10() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.write("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("GET \(origin.url()) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nhello world"))
            #expect(!answer.lowercased().contains("transfer-encoding"))
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test("passes 100 Continue on before the body is sent")
    func expectContinue() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(
                    "POST \(origin.url("/echo")) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                        + "Content-Length: 4\r\n\r\n"
                )
                let interim = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
                try connection.write("body")
                let final = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
                return [interim, final, String(decoding: try connection.read(), as: UTF8.self)]
            }
            #expect(answer[0].hasPrefix("HTTP/1.1 100"))
            #expect(answer[1].hasPrefix("HTTP/1.1 200"))
            #expect(answer[2] == "body")
        }
    }

    @Test("passes an answer on that comes before the request is complete, and goes on after it")
    func earlyResponse() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, other in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("POST \(origin.url()) HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\npart")
                let head = try connection.read(upTo: "early") ?? []
                try connection.write([UInt8](repeating: 1, count: 99_996))
                try connection.write("GET \(other.url("/bytes/3")) HTTP/1.1\r\nHost: x\r\n\r\n")
                let next = try connection.read(upTo: "\r\n\r\n") ?? []
                return [head, next].map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(answer[0].hasPrefix("HTTP/1.1 200"))
            #expect(answer[1].hasPrefix("HTTP/1.1 200"))
            #expect(try await proxy.calls(2).map(\.call.outcome) == [.success, .success])
        }
    }

    @Test("streams: the first bytes of a body pass before the last exist")
    func streams() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
            // Goes on only when the client, having seen the first chunk, sends its second.
            _ = connection.read(8)
            connection.write("4\r\ntwo\n\r\n0\r\n\r\n")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("POST \(origin.url()) HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
                let first = try connection.read(upTo: "one\n") ?? []
                try connection.write("continue")
                let rest = try connection.read(upTo: "0\r\n\r\n") ?? []
                return [first, rest].map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(answer[0].hasSuffix("one\n"))
            #expect(answer[1].contains("two\n"))
        }
    }

    @Test("holds a fast sender back when the receiver does not read, both ways")
    func backpressure() async throws {
        let size = 40 << 20
        let origin = try ScriptedOrigin { connection in
            let head = connection.readHead()
            if head.hasPrefix("GET") {
                connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n")
                let piece = String(repeating: "x", count: 1 << 20)
                for _ in 0..<40 { connection.write(piece) }
            } else {
                // Reads nothing until the proxy has had the time to take in too much.
                usleep(300_000)
                let body = connection.read(size)
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\(body.count)")
            }
            _ = connection.readToEnd()
        }
        try await withProxy(configuring: { $0.maximumBufferBytes = 4 << 20 }) { proxy, _ in
            let connection = try proxy.connection()
            let received = try await blocking {
                try connection.write("GET \(origin.url()) HTTP/1.1\r\nHost: x\r\n\r\n")
                usleep(300_000)
                _ = try connection.read(upTo: "\r\n\r\n")
                return try connection.read(exactly: size) { _ in }
            }
            #expect(received == size)
            let sent = try await proxy.client().request("POST", origin.url(), bodySize: size)
            #expect(sent.text == "\(size)")
        }
    }

    @Test("serves many clients at once")
    func manyClients() async throws {
        try await withProxy(configuring: { $0.loops = 2 }) { proxy, origin in
            try await withThrowingTaskGroup { group in
                for number in 0..<100 {
                    group.addTask {
                        let client = try proxy.client()
                        for turn in 0..<5 {
                            let response = try await client.get(origin.url("/bytes/\(number * 10 + turn)"))
                            #expect(response.bodyLength == number * 10 + turn)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await proxy.calls(500).count == 500)
        }
    }

    @Test("reaches an origin on IPv6")
    func ipv6() async throws {
        let origin = try Origin(host: "::1")
        try await withProxy { proxy, _ in
            #expect(try await proxy.client().get(origin.url("/bytes/9")).bodyLength == 9)
            let call = try await proxy.calls(1)[0]
            #expect(call.operation.host == "::1")
            #expect(call.operation.dependency == "[::1]:\(origin.port)")
        }
    }

    @Test("listens on IPv6")
    func listensOnIPv6() async throws {
        let origin = try Origin()
        let proxy = try RunningProxy(configuring: { $0.host = "::1" })
        let client = try HTTPClient(host: "::1", port: proxy.port)
        #expect(try await client.get(origin.url()).status == 200)
        await proxy.stop()
    }
}
