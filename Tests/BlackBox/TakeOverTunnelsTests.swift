import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("A new proxy takes over while tunnels are in use")
    struct TakeOverTunnelsTests {
        @Test("TLS with requests inside and a WebSocket go on through the old one, each recorded once")
        func goOn() async throws {
            let (origin, chat, plain) = (try await TLSOrigin(), try RawServer(.script(Chat.serve)), try Origin())
            let fleet = try await Fleet(environment: ["VENUS_PROXY_DRAIN_TIMEOUT": "60s"])
            let caller = try Self.keepCalling(origin, through: fleet)
            let socket = try await WebSocketClient(port: fleet.proxyPort, path: "http://\(chat.authority)/live")
            #expect(socket.response.status == 101)
            try await caller.waitForLine("an answer") { $0 == "answered 5" }

            let (first, second) = (fleet.process(.proxy), try await Self.takeOver(fleet))
            let before = Self.answered(caller)
            first.signal(SIGTERM)
            // For 5 s, which is longer than anything idle is left open.
            for round in 0..<50 {
                try socket.send("round \(round)")
                #expect(try await socket.next() == "round \(round)")
                try await Task.sleep(for: .milliseconds(100))
            }
            try await eventually(within: .seconds(20), "calls inside", holds: { Self.answered(caller) >= before + 40 })
            #expect(caller.isRunning && socket.isOpen && first.isRunning)
            #expect(try await HTTPClient(port: fleet.proxyPort).get(plain.url()).status == 200)

            socket.close()
            #expect(try await caller.stop(SIGTERM) == .exited(0), "\(caller.transcript)")
            // With nothing more to wait for it does not use up its time.
            #expect(try await first.waitForExit(within: .seconds(10)) == .exited(0))
            let answered = Self.answered(caller)
            let api = try await fleet.signIn()
            try await eventually(within: .seconds(20), "\(answered) exchanges") {
                let kpis = try await api.edge("checkout", origin.authority)?["kpis"]
                // The tunnel is a call as well.
                guard kpis?["estimated"].int == answered, kpis?["calls"].int == answered + 1 else {
                    throw TestFailure("\(kpis?.description ?? "no edge")")
                }
                return try await api.edge("checkout", chat.authority)?["kpis"]["calls"].int == 1
            }
            let kpis = try #require(try await api.edge("checkout", chat.authority)?["kpis"])
            #expect(kpis["availability"].double == 1)
            #expect(try await second.stop() == .exited(0))
        }

        @Test("what takes longer than the limit is cut off then, and not before")
        func limit() async throws {
            let (origin, chat) = (try await TLSOrigin(), try RawServer(.script(Chat.serve)))
            let fleet = try await Fleet(roles: [.proxy], environment: ["VENUS_PROXY_DRAIN_TIMEOUT": "4s"])
            let caller = try Self.keepCalling(origin, through: fleet)
            let socket = try await WebSocketClient(port: fleet.proxyPort, path: "http://\(chat.authority)/live")
            try await caller.waitForLine("an answer") { $0 == "answered 5" }
            let (first, second) = (fleet.process(.proxy), try await Self.takeOver(fleet))
            let start = ContinuousClock.now
            first.signal(SIGTERM)
            while socket.isOpen && ContinuousClock.now - start < .seconds(20) {
                try? socket.send("still here")
                _ = try? await socket.next(within: .milliseconds(500))
                try await Task.sleep(for: .milliseconds(50))
            }
            let took = ContinuousClock.now - start
            #expect(took > .milliseconds(3_900) && took < .seconds(10), "\(took)")
            #expect(try await first.waitForExit(within: .seconds(10)) == .exited(0))
            #expect(try await caller.waitForExit() == .exited(1), "the caller sees the cut")
            #expect(Self.answered(caller) > 30)
            #expect(try await second.stop() == .exited(0))
        }

        /// Starts a second proxy beside that of the fleet, and waits until it listens.
        private static func takeOver(_ fleet: Fleet) async throws -> ChildProcess {
            let next = try VenusBinary.start(
                ["proxy"], environment: fleet.environment(of: "proxy"), directory: fleet.directory.path)
            try await next.waitForLine("the address") { $0.contains("Proxy") && $0.contains(":\(fleet.proxyPort)") }
            return next
        }

        /// A client that makes a request every 100 ms on one TLS connection, until it is told to end.
        private static func keepCalling(_ origin: TLSOrigin, through fleet: Fleet) throws -> ChildProcess {
            try ChildProcess(
                "python3", ["-c", caller, "\(fleet.proxyPort)", "\(origin.port)", origin.certificate],
                endSignal: SIGTERM)
        }

        /// How many answers it has told of.
        private static func answered(_ caller: ChildProcess) -> Int {
            caller.standardOutput.lines.last.flatMap { Int($0.dropFirst("answered ".count)) } ?? 0
        }

        private static let caller = """
            import http.client, signal, ssl, sys, time

            is_over = []
            signal.signal(signal.SIGTERM, lambda *_: is_over.append(True))
            context = ssl.create_default_context(cafile=sys.argv[3])
            connection = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context, timeout=20)
            connection.set_tunnel("127.0.0.1", int(sys.argv[2]))
            connection.connect()
            # Another connection would hide that this one was cut.
            connection.auto_open = False
            answered = 0
            while not is_over:
                connection.request("GET", "/bytes/2000")
                if len(connection.getresponse().read()) != 2000: sys.exit("a short answer")
                answered += 1
                print("answered", answered, flush=True)
                time.sleep(0.1)
            connection.close()
            """
    }
}

/// A WebSocket server (RFC 6455) that sends every text of up to 125 bytes back.
private enum Chat {
    /// Answers the key of RFC 6455, section 1.3, which ``WebSocketClient`` sends.
    private static let answer = """
        HTTP/1.1 101 Switching Protocols\r
        connection: Upgrade\r
        upgrade: websocket\r
        sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        \r\n
        """

    static func serve(_ connection: TCPConnection) {
        guard let request = try? connection.read(upTo: "\r\n\r\n"), !request.isEmpty,
            (try? connection.write(answer)) != nil
        else { return }
        // Two bytes of a head, four of a mask, and the masked text.
        while let head = read(6, connection), let text = read(Int(head[1] & 0x7F), connection) {
            let plain = text.enumerated().map { $1 ^ head[2 + $0 % 4] }
            guard (try? connection.write([head[0], UInt8(plain.count)] + plain)) != nil else { return }
        }
    }

    private static func read(_ count: Int, _ connection: TCPConnection) -> [UInt8]? {
        var bytes: [UInt8] = []
        let got = try? connection.read(exactly: count) { bytes += $0 }
        return got == count ? bytes : nil
    }
}
