import Glibc
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A call that fails", .timeLimit(.minutes(2)))
struct FailureTests {
    private func expectFailure(
        _ proxy: RunningProxy, _ url: String, status: Int, _ type: ErrorType, method: String = "GET"
    ) async throws {
        let before = proxy.calls.count
        let client = try proxy.client()
        let answer = try await client.request(method, url)
        #expect(answer.status == status)
        #expect(answer["proxy-status"] == "venus; error=\(type.name)")
        #expect(answer["content-type"] == "text/plain; charset=utf-8")
        #expect(answer.text.hasPrefix("venus: \(type.name): "))
        let call = try await proxy.calls(before + 1)[before].call
        #expect(call.outcome == .transportError)
        #expect(call.errorType == type)
        #expect(call.status == 0)
    }

    @Test("because the port is dead is 502 connection_refused, and the connection goes on")
    func refused() async throws {
        try await withProxy { proxy, origin in
            let port = try freePort()
            try await expectFailure(proxy, "http://127.0.0.1:\(port)/", status: 502, .connectionRefused)
            let client = try proxy.client()
            #expect(try await client.get("http://127.0.0.1:\(port)/").status == 502)
            #expect(try await client.get(origin.url()).status == 200)
        }
    }

    @Test("because the name is unknown is 502 dns_error")
    func unknownName() async throws {
        try await withProxy(lookup: { _ in nil }, configuring: { _ in }) { proxy, _ in
            try await expectFailure(proxy, "http://nowhere.example/", status: 502, .dnsError)
        }
    }

    @Test("because the name server is silent is 504 dns_timeout, while others go on")
    func silentNameServer() async throws {
        let isOver = Mutex(false)
        try await withProxy(
            lookup: { name in
                if name == "slow.example" { while !isOver.withLock({ $0 }) { usleep(1_000) } }
                return IPAddress("127.0.0.1").map { [$0] }
            }, configuring: { $0.dnsTimeout = .milliseconds(200) }
        ) { proxy, origin in
            try await expectFailure(proxy, "http://slow.example/", status: 504, .dnsTimeout)
            let other = try await proxy.client().get("http://quick.example:\(origin.port)/bytes/3")
            #expect(other.bodyLength == 3)
            let call = try await proxy.calls(2)[1]
            #expect(call.operation.host == "quick.example")
            #expect(call.call.phases[.dns] != nil)
            isOver.withLock { $0 = true }
        }
    }

    @Test("on one address of a name goes on to the next")
    func nextAddress() async throws {
        let addresses = ["127.0.0.2", "::1", "127.0.0.1"].compactMap { IPAddress($0) }
        try await withProxy(lookup: { _ in addresses }, configuring: { _ in }) { proxy, origin in
            let answer = try await proxy.client().get("http://several.example:\(origin.port)/bytes/4")
            #expect(answer.bodyLength == 4)
            #expect(try await proxy.calls(1)[0].call.outcome == .success)
        }
    }

    @Test("because the host stays silent is 504 http_response_timeout")
    func silent() async throws {
        try await withProxy(configuring: { $0.responseTimeout = .milliseconds(200) }) { proxy, origin in
            try await expectFailure(proxy, origin.url("/silent"), status: 504, .httpResponseTimeout)
        }
    }

    @Test("because the host hangs up is 502 connection_terminated")
    func hangsUp() async throws {
        try await withProxy { proxy, origin in
            try await expectFailure(proxy, origin.url("/reset"), status: 502, .connectionTerminated)
        }
    }

    @Test(
        "because the answer is no HTTP is 502 http_protocol_error",
        arguments: [
            ("SSH-2.0-x\r\n", ErrorType.httpProtocolError),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .httpProtocolError),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n", .httpResponseTransferCoding),
            ("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", .httpUpgradeFailed),
            ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 70_000))\r\n\r\n", .httpResponseHeaderSectionSize),
        ])
    func malformed(answer: String, type: ErrorType) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(answer)
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            try await expectFailure(proxy, origin.url(), status: 502, type)
        }
    }

    @Test(
        "in the middle of a body never looks complete, and is http_response_incomplete",
        arguments: [
            "Content-Length: 100", "Transfer-Encoding: chunked", "X-Until: close",
        ])
    func truncated(field: String) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            let body = field.hasPrefix("T") ? "5\r\nhello\r\n" : "hello"
            connection.write("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n\(body)")
            usleep(50_000)
            if field.hasPrefix("X") { connection.reset() }
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            await #expect(throws: TestFailure.self) {
                let response = try await client.get(origin.url())
                // A body by its length shows its truncation by its length.
                if response.bodyLength < 100, field.hasPrefix("C") { throw TestFailure("short") }
            }
            let call = try await proxy.calls(1)[0].call
            #expect(call.outcome == .transportError)
            #expect(call.errorType == .httpResponseIncomplete)
            #expect(call.status == 200)
        }
    }

    @Test("with broken chunks in the middle is cut off as http_protocol_error")
    func brokenChunks() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            usleep(50_000)
            connection.write("zz\r\nhello\r\n0\r\n\r\n")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            await #expect(throws: TestFailure.self) { _ = try await client.get(origin.url()) }
            let call = try await proxy.calls(1)[0].call
            #expect(call.errorType == .httpProtocolError)
        }
    }

    @Test("on a reused connection that died is tried once more, unseen by the client")
    func retried() async throws {
        let origin = try ScriptedOrigin { connection in
            // Every first connection serves one request, then closes on the second without an answer.
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
            connection.readHead()
            if connection.number == 0 { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            #expect(try await client.get(origin.url()).text == "1")
            #expect(try await client.get(origin.url()).text == "1")
            #expect(origin.accepted == 2)
            let call = try await proxy.calls(2)[1].call
            #expect(call.outcome == .success)
            #expect(call.flags.contains(.retried))
            #expect(!call.flags.contains(.reused))
        }
    }

    @Test("that could do harm twice is not tried again")
    func notRetried() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
            connection.readHead()
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            #expect(try await client.get(origin.url()).text == "1")
            #expect(try await client.request("POST", origin.url(), body: Array("x".utf8)).status == 502)
            #expect(origin.accepted == 1)
            #expect(try await proxy.calls(2)[1].call.errorType == .connectionTerminated)
        }
    }

    @Test("on an idle connection that the origin has closed goes out on a new one", arguments: ["GET", "POST"])
    func staleConnection(method: String) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(connection.number)")
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            for number in 0..<5 {
                #expect(try await client.request(method, origin.url()).text == "\(number)")
                try await eventually { origin.openConnections == 0 }
            }
        }
    }

    @Test("because its caller had enough of the silence is caller_timeout; sooner it is cancelled")
    func callerLeaves() async throws {
        try await withProxy(configuring: { $0.callerPatience = .milliseconds(300) }) { proxy, origin in
            for (wait, end) in [(500, Outcome.transportError), (50, .cancelled)] {
                let before = proxy.calls.count
                let connection = try proxy.connection()
                try await blocking {
                    try connection.write("GET \(origin.url("/silent")) HTTP/1.1\r\nHost: x\r\n\r\n")
                    usleep(UInt32(wait) * 1_000)
                    connection.close()
                }
                let call = try await proxy.calls(before + 1)[before].call
                #expect(call.outcome == end)
                #expect(call.errorType == (end == .transportError ? .callerTimeout : nil))
                // From when the proxy read the request, which is a moment after it was written.
                #expect(call.duration + 40_000 >= UInt32(wait) * 1_000)
            }
        }
    }

    @Test(
        "does not fail because its caller shuts its side behind its last request",
        arguments: ["HTTP/1.0\r\n", "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"])
    func callerShutsItsSide(version: String) async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.writeLast("GET \(origin.url("/delay/300")) \(version)\r\n")
                return String(decoding: try connection.read(), as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(try await proxy.calls(1)[0].call.outcome == .success)
        }
    }

    @Test("because its caller shuts its side and resets the connection before the answer is cancelled")
    func callerShutsAndResets() async throws {
        try await withProxy(configuring: { $0.callerPatience = .seconds(60) }) { proxy, origin in
            let connection = try proxy.connection()
            try await blocking { try connection.writeLast("GET \(origin.url("/silent")) HTTP/1.0\r\n\r\n") }
            try await eventually { origin.requests("/silent") == 1 }
            connection.reset()
            #expect(try await proxy.calls(1)[0].call.outcome == .cancelled)
        }
    }

    @Test("because its caller leaves during the body is cancelled")
    func callerLeavesBody() async throws {
        try await withProxy(configuring: { $0.callerPatience = .zero }) { proxy, origin in
            let connection = try proxy.connection()
            try await blocking {
                try connection.write("GET \(origin.url("/bytes/50000000")) HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try connection.read()
                connection.close()
            }
            let call = try await proxy.calls(1)[0].call
            #expect(call.outcome == .cancelled)
            #expect(call.status == 200)
        }
    }

    @Test("because it leads back to the proxy is 502 proxy_loop_detected")
    func loops() async throws {
        let lookup: Resolver.Lookup = { _ in IPAddress("127.0.0.1").map { [$0] } }
        try await withProxy(lookup: lookup, configuring: { _ in }) { proxy, origin in
            for host in ["127.0.0.1", "me.example", "[::ffff:127.0.0.1]", "0.0.0.0"] {
                try await expectFailure(proxy, "http://\(host):\(proxy.port)/", status: 502, .proxyLoopDetected)
            }
            let tunnel = try await proxy.client().connect("127.0.0.1:\(proxy.port)")
            #expect(tunnel["proxy-status"] == "venus; error=proxy_loop_detected")
            // A request that has been here says so in Via; one that went through another proxy does not.
            let via = try #require(try await proxy.client().get(origin.url())["via"])
            let again = try await proxy.client().get(origin.url(), [("Via", "1.1 other, \(via)")])
            #expect(again["proxy-status"] == "venus; error=proxy_loop_detected")
            #expect(try await proxy.client().get(origin.url(), [("Via", "1.1 other, 1.1 venus-0")]).status == 200)
        }
    }

    @Test("because there are too many connections is 503 connection_limit_reached; a short wait is only blocked")
    func limit() async throws {
        try await withProxy(configuring: {
            $0.maximumConnectionsPerDependency = 1
            $0.connectTimeout = .milliseconds(2_000)
        }) { proxy, origin in
            async let first = proxy.client().get(origin.url("/delay/1000"))
            try await eventually { origin.requests("/delay/1000") == 1 }
            let second = try await proxy.client().get(origin.url("/bytes/2"))
            #expect(second.status == 200)
            _ = try await first
            let blocked = try #require(try await proxy.calls(2).first { $0.operation.route == "/bytes/*" })
            #expect(blocked.call.phases[.blocked].map { $0 > 10_000 } == true)
            #expect(blocked.call.flags.contains(.reused))
            async let third = proxy.client().get(origin.url("/delay/5000"))
            try await eventually { origin.requests("/delay/5000") == 1 }
            try await expectFailure(proxy, origin.url("/bytes/3"), status: 503, .connectionLimitReached)
            _ = try await third
        }
    }

    @Test("with thousands that wait for the same dead host fails them all, one by one")
    func deadQueue() async throws {
        let port = try freePort()
        try await withProxy(configuring: { $0.maximumConnectionsPerDependency = 1 }) { proxy, origin in
            let connections = try (0..<500).map { _ in try proxy.connection() }
            try await blocking {
                for connection in connections {
                    try connection.write("GET http://127.0.0.1:\(port)/ HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                for connection in connections {
                    let head = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
                    #expect(head.contains("error=connection_refused"))
                }
            }
            #expect(try await proxy.calls(500).allSatisfy { $0.call.errorType == .connectionRefused })
            #expect(try await proxy.client().get(origin.url()).status == 200)
        }
    }
}
