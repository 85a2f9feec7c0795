import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("CONNECT with TLS inside", .timeLimit(.minutes(2)))
struct TLSTunnelTests {
    /// curl through the proxy, with a name for what is to be trusted.
    @discardableResult
    private func curl(_ proxy: RunningProxy, _ origin: TLSOrigin?, _ arguments: [String]) async throws -> Int32? {
        let trust = origin.map { ["--cacert", $0.certificate] } ?? []
        let output = try await ChildProcess.output(
            of: "curl",
            ["-sS", "--noproxy", "", "--proxy", "http://127.0.0.1:\(proxy.port)", "-o", "/dev/null"] + trust + arguments
        )
        guard case .exited(let status) = output.status else { return nil }
        return status
    }

    /// Takes the client's first record: what is left unread would turn the end into a reset.
    private static func readHello(_ connection: ScriptedOrigin.Connection) {
        let header = connection.read(TLSRecord.headerBytes)
        guard header.count == TLSRecord.headerBytes else { return }
        connection.read(Int(header[3]) << 8 | Int(header[4]))
    }

    private func withTLS(_ body: (RunningProxy, TLSOrigin) async throws -> Void) async throws {
        let origin = try await TLSOrigin()
        try await withProxy { proxy, _ in try await body(proxy, origin) }
    }

    /// Several URLs on one connection.
    private func urls(_ origin: TLSOrigin, _ paths: [String]) -> [String] {
        paths.enumerated().flatMap { ($0.offset == 0 ? [] : ["-o", "/dev/null"]) + [origin.url($0.element)] }
    }

    @Test("is seen as a handshake and exchanges, with their times", arguments: ["1.3", "1.2"])
    func exchanges(version: String) async throws {
        try await withTLS { proxy, origin in
            let paths = ["/delay/600", "/bytes/1000", "/delay/600"]
            #expect(
                try await curl(proxy, origin, ["--http1.1", "--tls-max", version] + urls(origin, paths)) == 0)
            let end = try await proxy.ends(1)[0]
            #expect(end.errorType == nil)
            #expect(end.flags.contains(.closeNotify))
            #expect(!end.flags.contains(.endedByDependency))

            let tunnel = try #require(proxy.tunnels.first)
            #expect(proxy.tunnels.count == 1)
            #expect(tunnel.call.outcome == .success)
            #expect(tunnel.operation.scheme == "tcp")
            #expect(tunnel.operation.method == "CONNECT")
            #expect(tunnel.operation.networkProtocol == "tls/\(version)")
            #expect(tunnel.operation.dependency == origin.authority)
            let handshake = try #require(tunnel.call.phases[.tls])
            #expect((200...tunnel.call.duration).contains(handshake))

            let exchanges = proxy.calls.filter { $0.call.flags.contains(.estimated) }
            #expect(exchanges.count == 3)
            for exchange in exchanges {
                #expect(exchange.operation.scheme == "https")
                #expect(exchange.operation.name == "_OTHER")
                #expect(exchange.operation.networkProtocol == "http/1.1")
                #expect(exchange.operation.dependency == origin.authority)
                #expect(exchange.call.outcome == .unknown)
                #expect(exchange.call.status == 0)
                #expect(exchange.call.errorType == nil)
            }
            #expect(exchanges.map { $0.call.flags.contains(.reused) } == [false, true, true])
            let times = try exchanges.map { try #require($0.call.phases[.ttfb]) }
            // The server's tickets, which come at once, are no response.
            #expect(times[0] >= 599_000)
            #expect(times[1] < 599_000)
            #expect(times[2] >= 599_000)
            #expect(exchanges[1].call.bytesReceived > 1_000)
            // Nothing is counted twice.
            let overhead: UInt64 = 16_384
            #expect((1_000...1_000 + overhead).contains(proxy.bytesReceived))
        }
    }

    @Test("is seen while it is open")
    func open() async throws {
        try await withTLS { proxy, origin in
            let client = try ChildProcess(
                "openssl",
                ["s_client", "-quiet", "-connect", origin.authority, "-proxy", "127.0.0.1:\(proxy.port)"],
                standardInput: "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let calls = try await proxy.calls(1)
            #expect(calls[0].operation.networkProtocol == "tls/1.3")
            // Two seconds of silence.
            let exchange = try await proxy.calls(2)[1].call
            #expect(exchange.flags == .estimated)
            try await client.stop()
            _ = try await proxy.ends(1)
        }
    }

    @Test("is followed through bulk that is spliced")
    func bulk() async throws {
        try await withTLS { proxy, origin in
            let paths = ["/bytes/20000000", "/delay/100", "/bytes/3000000", "/bytes/10"]
            #expect(try await curl(proxy, origin, urls(origin, paths)) == 0)
            let end = try await proxy.ends(1)[0]
            #expect(end.errorType == nil)
            let exchanges = proxy.calls.map(\.call).filter { $0.flags.contains(.estimated) }
            #expect(exchanges.count == 4)
            #expect((20_000_000...20_100_000).contains(exchanges[0].bytesReceived))
            #expect((3_000_000...3_020_000).contains(exchanges[2].bytesReceived))
            #expect(try #require(exchanges[1].phases[.ttfb]) >= 99_000)
            #expect(exchanges[3].bytesReceived < 2_000)
        }
    }

    @Test("whose certificate the client rejects is a transport error", arguments: ["1.3", "1.2"])
    func untrusted(version: String) async throws {
        try await withTLS { proxy, origin in
            #expect(try await curl(proxy, nil, ["--tls-max", version, origin.url()]) == 60)
            _ = try await proxy.ends(1)
            #expect(proxy.calls.count == 2)
            let call = proxy.tunnels[0]
            #expect(call.call.outcome == .transportError)
            #expect(call.call.errorType == .tlsCertificateError)
            #expect(call.operation.networkProtocol == "tls/\(version)")
        }
    }

    @Test("that the dependency does not speak is a transport error")
    func notTLS() async throws {
        let origin = try ScriptedOrigin { connection in
            Self.readHello(connection)
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        try await withProxy { proxy, _ in
            #expect(try await curl(proxy, nil, ["https://127.0.0.1:\(origin.port)/"]) == 35)
            _ = try await proxy.ends(1)
            #expect(proxy.tunnels.map(\.call.errorType) == [.tlsProtocolError])
            #expect(proxy.tunnels.map(\.operation.networkProtocol) == ["tls"])
        }
    }

    @Test("that the dependency breaks off is a transport error", arguments: [false, true])
    func brokenOff(withReset: Bool) async throws {
        let origin = try ScriptedOrigin { connection in
            Self.readHello(connection)
            if withReset { connection.reset() }
        }
        try await withProxy { proxy, _ in
            #expect(try await curl(proxy, nil, ["https://127.0.0.1:\(origin.port)/"]) == 35)
            let end = try await proxy.ends(1)[0]
            #expect(end.flags.contains(.endedByDependency))
            #expect(proxy.tunnels.map(\.call.outcome) == [.transportError])
            #expect(proxy.tunnels.map(\.call.errorType) == [.connectionTerminated])
        }
    }

    @Test("that hangs until the caller leaves is a caller_timeout, in the handshake and after it")
    func hanging() async throws {
        let silent = try ScriptedOrigin { _ = $0.readToEnd() }
        let origin = try await TLSOrigin()
        try await withProxy(configuring: { $0.callerPatience = .milliseconds(500) }) { proxy, _ in
            let limit = ["--max-time", "1"]
            #expect(try await curl(proxy, nil, limit + ["https://127.0.0.1:\(silent.port)/"]) == 28)
            _ = try await proxy.ends(1)
            #expect(proxy.tunnels.map(\.call.errorType) == [.callerTimeout])
            #expect(try await curl(proxy, origin, limit + [origin.url("/delay/3000")]) == 28)
            _ = try await proxy.ends(2)
            let exchanges = proxy.calls.map(\.call).filter { $0.flags.contains(.estimated) }
            #expect(exchanges.map(\.outcome) == [.transportError])
            #expect(exchanges.map(\.errorType) == [.callerTimeout])
            #expect(proxy.tunnels.map(\.call.outcome) == [.transportError, .success])
        }
    }

    @Test("for another name than that of the CONNECT says which")
    func serverName() async throws {
        try await withTLS { proxy, origin in
            let name = "localhost:\(origin.port)"
            #expect(
                try await curl(proxy, origin, ["--connect-to", "\(name):\(origin.authority)", "https://\(name)/"])
                    == 0)
            _ = try await proxy.ends(1)
            #expect(proxy.tunnels.map(\.operation.route) == ["localhost"])
            #expect(proxy.tunnels.map(\.operation.dependency) == [origin.authority])
            #expect(try await curl(proxy, origin, ["https://\(name)/"]) == 0)
            _ = try await proxy.ends(2)
            #expect(proxy.tunnels.map(\.operation.route) == ["localhost", ""])
        }
    }
}
