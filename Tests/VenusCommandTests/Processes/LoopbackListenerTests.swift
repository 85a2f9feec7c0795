import TestSupport
import Testing
import VenusServer
import venus

@Suite("The loopback listener of venus login", .timeLimit(.minutes(1)))
struct LoopbackListenerTests {
    private static let challenge = GitHubStates.challenge(of: "verifier")

    /// What the server sends a browser to, as the browser asks for it.
    private static func target(code: String) throws -> String {
        let commandLine = try #require(CommandLineReturn(port: 40_123, challenge: challenge))
        return String(commandLine.url(code: code).dropFirst("http://127.0.0.1:40123".count))
    }

    /// What came back, and what `browse` saw at the port.
    private func wait<Seen: Sendable>(
        _ browse: @escaping @Sendable (Int) async throws -> Seen
    ) async throws -> (found: BrowserReturn?, seen: Seen) {
        var browsing: Task<Seen, any Error>?
        let found = try await LoopbackListener.wait(for: Self.challenge, patience: .seconds(20), answer: "done") {
            port in browsing = Task { try await browse(port) }
        }
        return (found, try await #require(browsing).value)
    }

    @Test("what the server sends a browser to is understood")
    func understood() throws {
        let commandLine = try #require(CommandLineReturn(port: 40_123, challenge: Self.challenge))
        for (url, wanted) in [
            (commandLine.url(code: "a.viewer.github:ada/7"), BrowserReturn.code("a.viewer.github:ada/7")),
            (commandLine.url(refusal: .denied), .refusal("denied")),
        ] {
            let target = String(url.dropFirst("http://127.0.0.1:40123".count))
            #expect(BrowserReturn(target: target, challenge: Self.challenge) == wanted)
        }
    }

    @Test("nothing else is: another's state, another path, a piece missing, garbage")
    func other() {
        let state = "state=\(Self.challenge)"
        for target in [
            "/venus-login?code=a&state=x", "/venus-login?code=a", "/venus-login?\(state)", "/other?code=a&\(state)",
            "/venus-login?code=a&error=b&\(state)", "/venus-login?token=a&\(state)", "/venus-login?code&\(state)",
            "/venus-login", "/favicon.ico", "*", "", "\u{0}\u{FFFD}",
        ] {
            #expect(BrowserReturn(target: target, challenge: Self.challenge) == nil, "\(target)")
        }
    }

    @Test("other requests, junk and heads that are too long do not end the waiting")
    func waits() async throws {
        let (found, seen) = try await wait { port in
            let target = try Self.target(code: "wanted")
            let other = try Self.target(code: "unwanted")
            let client = try HTTPClient(port: port)
            let favicon = try await client.get("/favicon.ico")
            let stranger = try await client.get("/venus-login?code=x&state=x")
            let posted = try await HTTPClient(port: port).request("POST", other, body: Array("x=1".utf8))
            let tooLong = String(repeating: "x", count: 20_000)
            // Refused, or cut off.
            let long = try? await HTTPClient(port: port).get(other, [("x", tooLong)])
            let longer = try? await HTTPClient(port: port).get(other + "&x=" + tooLong)
            let junk = try? await HTTPClient(port: port).raw(Array("\u{0}\u{FFFD}\r\n\r\n".utf8))
            #expect(![long, longer, junk].contains { $0?.status == 200 })
            let answer = try await HTTPClient(port: port).get(target)
            #expect(answer.text == "done")
            return [favicon, stranger, posted, answer]
        }
        #expect(found == .code("wanted"))
        #expect(seen.map(\.status) == [404, 404, 404, 200])
        for answer in seen {
            #expect(answer.head["content-type"] == "text/plain; charset=utf-8")
            #expect(answer.head["cache-control"] == "no-store")
            #expect(answer.head["referrer-policy"] == "no-referrer")
            #expect(answer.head["x-content-type-options"] == "nosniff")
        }
    }

    @Test("more idle connections than it takes hold up the one that it waits for only until they are closed")
    func idle() async throws {
        #expect(LoopbackListener.maximumConnections == 16 && LoopbackListener.maximumHeadBytes == 8_192)
        let begin = ContinuousClock.now
        let (found, status) = try await wait { port in
            let idle = try (0..<20).map { _ in try HTTPClient(port: port) }
            // Begun, and never finished.
            for client in idle.prefix(10) { try client.connection.write("GET / HTTP/1.1\r\nhost: ") }
            let answer = try await HTTPClient(port: port).get(try Self.target(code: "c"))
            withExtendedLifetime(idle) {}
            return answer.status
        }
        #expect(found == .code("c"))
        #expect(status == 200)
        // Idle ones are closed after two seconds: without a bound nobody would wait for that.
        #expect(begin.duration(to: .now) > .milliseconds(1_500))
    }

    @Test("nobody reaches it but by 127.0.0.1")
    func loopback() async throws {
        let (_, isReached) = try await wait { port in
            let others = ["127.0.0.2", "::1"].map { (try? HTTPClient(host: $0, port: port)) != nil }
            _ = try await HTTPClient(port: port).get(try Self.target(code: "c"))
            return others
        }
        #expect(isReached == [false, false])
    }

    @Test("it ends by itself where nobody comes, and where nobody can be asked to")
    func nobody() async throws {
        #expect(LoopbackListener.patience == .seconds(300))
        let found = try await LoopbackListener.wait(
            for: Self.challenge, patience: .milliseconds(50), answer: ""
        ) { _ in }
        #expect(found == nil)
        await #expect(throws: CancellationError.self) {
            try await LoopbackListener.wait(for: Self.challenge, patience: .seconds(60), answer: "") { _ in
                throw CancellationError()
            }
        }
    }
}
