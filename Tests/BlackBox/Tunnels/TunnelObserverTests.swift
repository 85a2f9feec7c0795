import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("HTTPS without interception", .timeLimit(.minutes(10)))
    struct TunnelObserverTests {
        @Test("estimated times are within 10 % or 2 ms of what origin and client measured, every exchange once")
        func accuracy() async throws {
            let script = VenusBinary.packageRoot + "/Benchmarks/https-estimates/run"
            let run = try await ChildProcess.output(
                of: "python3", [script, "--quick", "--count", "9"], environment: ["VENUS_BINARY": VenusBinary.path()],
                within: .seconds(300))
            #expect(run.status == .exited(0), "\(run.standardOutput)\n\(run.standardError)")
        }

        @Test("an origin that answers only 503 is shown by its connections, and nothing says that it is available")
        func onlyErrors() async throws {
            let origin = try await TLSOrigin()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let urls = Array(repeating: origin.url("/delay/20/status/503"), count: 25)
            let run = try await venus.run(
                service: "checkout", ["curl", "-sS", "--cacert", origin.certificate] + urls, options: ["--summary"])
            #expect(run.status == .exited(0), "\(run.standardError)")
            let summary = run.standardError.split(separator: "\n").first { $0.contains(origin.authority) }
            #expect(summary?.contains("100 % connecting") == true, "\(run.standardError)")

            let edge = try await eventually(within: .seconds(10), "the exchanges") { () -> JSONValue? in
                let edge = try await api.edge("checkout", origin.authority)
                return edge?["kpis"]["estimated"].int == 25 ? edge : nil
            }
            let kpis = edge["kpis"]
            #expect(kpis["basis"].string == "transport")
            #expect(kpis["calls"].int == 26, "one connection, and the exchanges inside")
            #expect(kpis["availability"].double == 1, "of connecting")
            #expect(kpis["server_error_rate"].isNull && kpis["client_error_rate"].isNull)
            #expect(try #require(kpis["response_time_ms"]["p50"].double) > 18)
            #expect(try #require(kpis["ttfb_ms"]["p50"].double) > 18)
            #expect(edge["phases"]["tls"]["mean_ms"].double != nil)
            #expect(edge["tunnel_protocols"].array.compactMap(\.string).allSatisfy { $0.hasPrefix("tls/1.3") })
            let operations = try await api.get("/kpis?by=operation&service=checkout")["items"].array
            #expect(operations.count == 2)
            #expect(operations.contains { $0["operation"].string?.hasPrefix("CONNECT tls/1.3") == true })

            let graph = try await venus.command(["graph"])
            #expect(graph.contains("100 % connecting") && graph.contains("not visible"))
            #expect(graph.contains("≈") && !graph.contains("good"))
        }

        @Test("a tunnel that is open and in use is visible before it ends", arguments: TLSOrigin.Version.allCases)
        func openTunnel(version: TLSOrigin.Version) async throws {
            let origin = try await TLSOrigin(version)
            let venus = try await VenusUp(arguments: ["--service", "checkout"])
            let api = try await venus.signIn()
            let client = try venus.holdConnection(to: origin)
            try await client.waitForLine { $0 == "answered" }
            let kpis = try await eventually(within: .seconds(10), "the exchange") { () -> JSONValue? in
                let kpis = try await api.edge("checkout", origin.authority)?["kpis"]
                return kpis?["estimated"].int == 1 ? kpis : nil
            }
            #expect(kpis["calls"].int == 2)
            #expect(kpis["basis"].string == "transport")
            #expect(client.isRunning)
            // Said with the heartbeat, every 5 s.
            try await eventually(within: .seconds(15), "the tunnel in flight") {
                let service = try await api.graph()["nodes"].array.first { $0["kind"].string == "service" }
                return service?["kpis"]["load"]["in_flight"].int == 1
            }
            #expect(client.isRunning)
        }

        @Test("bytes of a connection that is no TLS count while they flow")
        func opaque() async throws {
            let origin = try await ChildProcess.server(Script.echo)
            let venus = try await VenusUp(arguments: ["--service", "checkout"])
            let api = try await venus.signIn()
            let client = try ChildProcess("python3", ["-c", Script.chatter, "\(venus.proxyPort)", "\(origin.port)"])
            let edge = try await eventually(within: .seconds(30), "bytes after the first ones") { () -> JSONValue? in
                let edge = try await api.edge("checkout", "127.0.0.1:\(origin.port)", window: "10s")
                return (edge?["kpis"]["load"]["bytes_received_per_second"].double ?? 0) > 1_000 ? edge : nil
            }
            #expect(client.isRunning)
            #expect(edge["kpis"]["basis"].string == "transport")
            #expect(edge["kpis"]["estimated"].int == 0)
            #expect(edge["tunnel_protocols"].array == [.string("tunnel")])
            let all = try #require(try await api.edge("checkout", "127.0.0.1:\(origin.port)"))
            #expect(all["kpis"]["calls"].int == 1)
        }

        @Test("a certificate that the client rejects is a transport error", arguments: TLSOrigin.Version.allCases)
        func rejectedCertificate(version: TLSOrigin.Version) async throws {
            let origin = try await TLSOrigin(version)
            let venus = try await VenusUp()
            let lines = try await venus.tail {
                let run = try await venus.run(service: "checkout", ["curl", "-sS", origin.url()])
                #expect(run.status == .exited(60), "\(run.standardError)")
            } until: {
                $0.contains { $0["kind"].string == "tunnel" }
            }
            let tunnel = try #require(lines.first { $0["kind"].string == "tunnel" })
            #expect(tunnel["outcome"].string == "transport_error")
            #expect(tunnel["error_type"].string == "tls_certificate_error")
            #expect(!lines.contains { $0["kind"].string == "exchange" })
            let api = try await venus.signIn()
            let kpis = try await eventually { try await api.edge("checkout", origin.authority)?["kpis"] }
            #expect(kpis["availability"].double == 0 && kpis["transport_error_rate"].double == 1)
        }

        @Test("TLS to a port that does not speak it is a transport error, plain text to a TLS port an opaque tunnel")
        func mismatched() async throws {
            let plain = try await ChildProcess.server(Script.refuse)
            let secure = try await TLSOrigin()
            let venus = try await VenusUp()
            let lines = try await venus.tail {
                let failed = try await venus.run(
                    service: "checkout", ["curl", "-sSk", "https://127.0.0.1:\(plain.port)/"])
                #expect(failed.status == .exited(35), "\(failed.standardError)")
                _ = try await venus.run(service: "checkout", ["curl", "-sSp", "http://\(secure.authority)/"])
            } until: {
                $0.filter { $0["kind"].string == "end" }.count == 2
            }
            let tunnels = lines.filter { $0["kind"].string == "tunnel" }
            let toPlain = try #require(tunnels.first { $0["dependency"].string == "127.0.0.1:\(plain.port)" })
            #expect(toPlain["outcome"].string == "transport_error")
            #expect(toPlain["error_type"].string == "tls_protocol_error")
            let toSecure = try #require(tunnels.first { $0["dependency"].string == secure.authority })
            #expect(toSecure["outcome"].string == "success")
            #expect(toSecure["protocol"].string == "tunnel")
            #expect(!lines.contains { $0["kind"].string == "exchange" })
        }

        @Test(
            "over HTTP/2 no single requests are claimed, and the edge says what is inside",
            arguments: TLSOrigin.Version.allCases)
        func http2(version: TLSOrigin.Version) async throws {
            let origin = try await HTTP2Origin(version)
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let urls = Array(repeating: origin.url("/bytes/1000000"), count: 4)
            let run = try await venus.run(
                service: "checkout",
                [
                    "curl", "-sS", "--http2", "-w", "%{http_version}\n", "-o", "/dev/null", "--cacert",
                    origin.certificate,
                ]
                    + urls.flatMap { [$0, "-o", "/dev/null"] }.dropLast(2))
            #expect(run.status == .exited(0) && run.standardOutput.hasPrefix("2\n"), "\(run.standardError)")
            let edge = try await eventually(within: .seconds(10), "the bytes") { () -> JSONValue? in
                let edge = try await api.edge("checkout", origin.authority)
                return (edge?["kpis"]["load"]["bytes_received_per_second"].double ?? 0) * 300 > 3_900_000 ? edge : nil
            }
            #expect(edge["tunnel_protocols"].array == [.string(version == .tls12 ? "tls/1.2 h2" : "tls/1.3 h2")])
            #expect(edge["kpis"]["calls"].int == 1)
            #expect(edge["kpis"]["estimated"].int == 0)
            #expect(edge["kpis"]["response_time_ms"]["mean"].isNull)

            let first = try await venus.run(
                service: "catalogue",
                ["curl", "-sS", "--http1.1", "-o", "/dev/null", "--cacert", origin.certificate]
                    + [origin.url("/bytes/1000")])
            #expect(first.status == .exited(0))
            try await eventually(within: .seconds(10), "the exchange over HTTP/1.1") {
                try await api.edge("catalogue", origin.authority)?["kpis"]["estimated"].int == 1
            }
        }

        @Test("venus tail shows a tunnel, its exchanges and its end, whose bytes add up to those that were moved")
        func tail() async throws {
            let origin = try await TLSOrigin()
            let venus = try await VenusUp()
            let text = try VenusBinary.start(["tail"], environment: venus.runEnvironment)
            let lines = try await venus.tail {
                let urls = Array(repeating: origin.url("/bytes/30000"), count: 3)
                let run = try await venus.run(
                    service: "checkout", ["curl", "-sS", "--cacert", origin.certificate] + urls)
                #expect(run.status == .exited(0))
            } until: {
                $0.contains { $0["kind"].string == "end" }
            }
            #expect(lines.compactMap { $0["kind"].string } == ["tunnel", "exchange", "exchange", "exchange", "end"])
            #expect(lines[0]["phases_ms"]["tls"].double != nil)
            for exchange in lines[1...3] {
                #expect(exchange["outcome"].string == "unknown" && exchange["status"].isNull)
                #expect(exchange["flags"].array.contains(.string("estimated")))
                #expect((30_000..<32_000).contains(try #require(exchange["bytes_received"].int)))
            }
            #expect(lines.reduce(0) { $0 + ($1["bytes_received"].int ?? 0) } < 97_000)
            let line = try await text.waitForLine { $0.contains("HTTPS exchange ≈") }
            #expect(line.contains("checkout → \(origin.authority)"))
            try await text.waitForLine { $0.contains("CONNECT tls/1.3") && $0.contains(" ended") }
        }
    }
}

extension VenusUp {
    /// What a command of ours prints that asks its server.
    fileprivate func command(_ arguments: [String]) async throws -> String {
        try await ChildProcess.run(VenusBinary.path(), arguments, environment: runEnvironment)
    }

    /// The lines of `venus tail --json` that come while `body` runs and after it, until they are what is waited for.
    func tail(
        _ body: () async throws -> Void, until isEnough: ([JSONValue]) -> Bool
    ) async throws -> [JSONValue] {
        let tail = try VenusBinary.start(["tail", "--json"], environment: runEnvironment)
        // It shows what comes after its start: a call of another service tells that it has begun.
        try await eventually(within: .seconds(20), "venus tail") {
            _ = try await ChildProcess.output(
                of: "curl", ["-s", "-x", "http://127.0.0.1:\(proxyPort)", "http://127.0.0.1:1/"])
            return !tail.standardOutput.lines.isEmpty
        }
        try await body()
        return try await eventually(within: .seconds(15), "the lines of venus tail") {
            let lines = try tail.standardOutput.lines.map { try JSONValue($0) }
                .filter { $0["dependency"].string != "127.0.0.1:1" }
            return isEnough(lines) ? lines : nil
        }
    }

    /// A client that sends one request through the proxy, prints `answered`, and keeps its connection.
    fileprivate func holdConnection(to origin: TLSOrigin) throws -> ChildProcess {
        try ChildProcess(
            "python3", ["-c", Script.holdConnection, "\(proxyPort)", "\(origin.port)", origin.certificate])
    }
}

extension ChildProcess {
    /// A server of a few lines, which has its port as argument and says `ready`.
    fileprivate static func server(_ script: String) async throws -> (port: Int, process: ChildProcess) {
        let port = try freePort()
        let process = try ChildProcess("python3", ["-c", script, "\(port)"])
        try await process.waitForLine { $0 == "ready" }
        return (port, process)
    }
}

private enum Script {
    static let holdConnection = """
        import http.client, ssl, sys, threading
        context = ssl.create_default_context(cafile=sys.argv[3])
        connection = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context)
        connection.set_tunnel("127.0.0.1", int(sys.argv[2]))
        connection.request("GET", "/bytes/5000")
        connection.getresponse().read()
        print("answered", flush=True)
        threading.Event().wait()
        """

    static let echo = """
        import socket, sys
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            while piece := connection.recv(65536): connection.sendall(piece)
        """

    /// Speaks HTTP, and likes no request.
    static let refuse = """
        import socket, sys
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n")
            connection.close()
        """

    /// Says something every 50 ms, for as long as it lives.
    static let chatter = """
        import socket, sys, time
        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        connection.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" % int(sys.argv[2]))
        connection.recv(4096)
        while True:
            connection.sendall(b"hello " * 100)
            connection.recv(65536)
            time.sleep(0.05)
        """
}
