import Dispatch
import Logging
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Stopping while tunnels are open", .timeLimit(.minutes(2)))
struct StoppingTunnelsTests {
    /// Stops the proxy, and calls `body` once it has closed what is idle: a tunnel without a word that is opened last.
    private func stop(_ proxy: RunningProxy, _ body: () async throws -> Void) async throws {
        let origin = try Origin()
        let unused = try proxy.client()
        #expect(try await unused.connect(origin.authority).status == 200)
        async let stopped: Void = proxy.stop(within: .seconds(30))
        #expect(try await unused.readToEnd().isEmpty)
        try await body()
        await stopped
    }

    @Test("closes those that are seen to be idle, and lets the others go on")
    func idle() async throws {
        let origin = try Origin()
        let secure = try await TLSOrigin()
        let proxy = try RunningProxy()
        let kept = try ChildProcess(
            "openssl", ["s_client", "-quiet", "-connect", secure.authority, "-proxy", "127.0.0.1:\(proxy.port)"],
            standardInput: "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try await kept.waitForLine("the answer") { $0.hasPrefix("HTTP/1.1 200") }
        let plain = try proxy.client()
        #expect(try await plain.connect(origin.authority).status == 200)
        #expect(try await plain.get("/").status == 200)
        let busy = try proxy.client()
        #expect(try await busy.connect(origin.authority).status == 200)
        let late = Task { try await busy.get("/delay/6000") }
        try await eventually { origin.requests("/delay/6000") == 1 }
        let start = ContinuousClock.now
        try await stop(proxy) {
            _ = try await kept.waitForExit()
            #expect(ContinuousClock.now - start < .milliseconds(5_900))
            #expect(try await late.value.text == "late\n")
            // Nobody can see what it is used for.
            #expect(try await plain.get("/").status == 200)
            plain.close()
            busy.close()
        }
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(proxy.tunnels.map(\.call.outcome) == [.success, .success, .success, .success])
    }

    @Test("waits for the first answer of a connection, behind the session tickets of TLS 1.3")
    func firstAnswer() async throws {
        let origin = try await TLSOrigin(.tls13)
        let proxy = try RunningProxy()
        async let output = ChildProcess.output(
            of: "curl",
            [
                "-sS", "--noproxy", "", "--proxy", "http://127.0.0.1:\(proxy.port)", "--cacert", origin.certificate,
                "--http1.1", "-o", "/dev/null", origin.url("/delay/3000"),
            ])
        _ = try await proxy.calls(1)
        let start = ContinuousClock.now
        await proxy.stop(within: .seconds(30))
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(try await output.status == .exited(0))
        let exchanges = proxy.calls.map(\.call).filter { $0.flags.contains(.estimated) }
        #expect(exchanges.map(\.errorType) == [nil])
        #expect(exchanges.map(\.outcome) == [.unknown])
    }

    @Test("leaves a WebSocket alone whose server had the last word")
    func webSocket() async throws {
        let goesOn = DispatchSemaphore(value: 0)
        defer { goesOn.signal() }
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst")
            goesOn.wait()
            connection.write("second")
            _ = connection.readToEnd()
        }
        let proxy = try RunningProxy()
        let client = try proxy.client()
        let offer = "GET \(origin.url()) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        #expect(try await client.raw(Array(offer.utf8)).status == 101)
        let first = try await blocking { try client.connection.read(upTo: "first") }
        #expect(first != nil)
        try await stop(proxy) {
            goesOn.signal()
            let second = try await blocking { try client.connection.read(upTo: "second") }
            #expect(second != nil)
            client.close()
        }
    }

    @Test("leaves HTTP/2 alone, as nobody can see whether a stream is open")
    func http2() async throws {
        let goesOn = DispatchSemaphore(value: 0)
        defer { goesOn.signal() }
        let hello = WatchedTunnel.clientHello(["h2", "http/1.1"])
        let flight = WatchedTunnel.serverHello13() + [32, 839, 281, 69].flatMap { TLSBytes.record(23, $0) }
        let request = TLSBytes.record(20, 1) + TLSBytes.record(23, 69) + TLSBytes.record(23, 150)
        let (settings, answer) = (TLSBytes.record(23, 60), TLSBytes.record(23, 500))
        let origin = try ScriptedOrigin { connection in
            connection.read(hello.count)
            connection.write(flight)
            connection.read(request.count)
            connection.write(settings)
            goesOn.wait()
            connection.write(answer)
            _ = connection.readToEnd()
        }
        let proxy = try RunningProxy()
        let client = try proxy.client()
        #expect(try await client.connect("127.0.0.1:\(origin.port)").status == 200)
        let got = try await blocking {
            try client.connection.write(hello)
            let got = try client.connection.read(exactly: flight.count) { _ in }
            try client.connection.write(request)
            return try got + client.connection.read(exactly: settings.count) { _ in }
        }
        #expect(got == flight.count + settings.count)
        #expect(try await proxy.calls(1)[0].operation.networkProtocol == "tls/1.3 h2")
        try await stop(proxy) {
            goesOn.signal()
            let got = try await blocking { try client.connection.read(exactly: answer.count) { _ in } }
            #expect(got == answer.count)
            client.close()
        }
    }

    @Test("takes what has come into a tunnel before it closes it")
    func unreadBytes() async throws {
        let origin = try Origin()
        let log = HeldLog()
        let proxy = try RunningProxy(
            logger: Logger(label: "test") { _ in log }, configuring: { $0.stopGrace = .zero })
        let tunnel = try proxy.client()
        #expect(try await tunnel.connect(origin.authority).status == 200)
        let others = [try proxy.client(), try proxy.client()]
        for client in others { #expect(try await client.get(origin.url()).status == 200) }
        let opened = ContinuousClock.now
        try await eventually("a second of silence") { ContinuousClock.now - opened > .milliseconds(1_100) }

        // The loop stands still at a line of its log. Meanwhile it is told to stop, and a line more is made ready: both
        // are of its next turn, in which it stands still once more, and at whose end it closes what is idle.
        try others[0].connection.write("bad\r\n\r\n")
        try await log.isHeld()
        async let stopped: Void = proxy.stop(within: .seconds(30))
        let told = ContinuousClock.now
        try await eventually("the word to stop") { ContinuousClock.now - told > .milliseconds(100) }
        try others[1].connection.write("bad\r\n\r\n")
        log.goOn.signal()
        try await log.isHeld()
        try tunnel.connection.write("GET /bytes/3 HTTP/1.1\r\nHost: x\r\n\r\n")
        log.goOn.signal()
        let head = try await blocking { try tunnel.connection.read(upTo: "\r\n\r\n") }
        #expect(head?.starts(with: "HTTP/1.1 200".utf8) == true)
        tunnel.close()
        await stopped
    }
}

/// A log in which each line about a refused request waits until it is told to go on.
private struct HeldLog: LogHandler {
    private let held = DispatchSemaphore(value: 0)
    let goOn = DispatchSemaphore(value: 0)
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.message == "refused a request" else { return }
        held.signal()
        _ = goOn.wait(timeout: .now() + 20)
    }

    /// Waits until a line waits.
    func isHeld() async throws {
        let isHeld = try await blocking { [held] in held.wait(timeout: .now() + 10) == .success }
        if !isHeld { throw TestFailure("no line of the log") }
    }
}
