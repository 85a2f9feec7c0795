import Foundation
import Logging
import TestSupport
import Testing
import VenusAnalysis
import VenusServer
import VenusStore

@Suite("Signing in")
struct SignInTests {
    @Test("the generated secret signs in, with a token for programs and a cookie for browsers")
    func secret() async throws {
        try await withServer(generatesSecret: true) { server in
            #expect(server.secret.count == 43)
            let response = try await server.login("{\"secret\":\"\(server.secret)\"}", [server.origin])
            #expect(response.status == 200)
            let body = try JSONValue(response.text)
            let token = try #require(body["token"].string)
            let expiry = try #require(body["expires_at"].string.flatMap(Timestamp.milliseconds))
            #expect(expiry > 1_700_000_000_000)
            let cookie = try #require(response["set-cookie"])
            #expect(cookie == "venus_session=\(token); Max-Age=604800; Path=/; HttpOnly; SameSite=Strict")
            let stored = try await server.store.setting("server.secret_hash")
            #expect(stored?.contains(server.secret) == false)
            #expect(!server.log.text.contains(server.secret))
            #expect(!server.log.text.contains(token))
        }
    }

    @Test("where people come by https the cookie never travels without it")
    func secureCookie() async throws {
        try await withServer {
            $0.publicURL = "https://venus.example/"
        } _: { server in
            let response = try await server.login(
                "{\"secret\":\"\(server.secret)\"}",
                [
                    ("origin", "https://venus.example"), ("host", "venus.example"),
                ])
            #expect(response["set-cookie"]?.hasPrefix("__Host-venus_session=") == true)
            #expect(response["set-cookie"]?.hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Secure") == true)
            #expect(try await server.server.makeSignInLink().hasPrefix("https://venus.example/sign-in#"))
        }
    }

    @Test("a sign-in link works once")
    func link() async throws {
        #expect(ServerConfiguration().signInLinkLifetime == .seconds(600))
        try await withServer { server in
            let link = try await server.server.makeSignInLink()
            #expect(link.hasPrefix("http://127.0.0.1:\(server.port)/sign-in#"))
            let token = try #require(link.split(separator: "#").last)
            #expect(try await server.login("{\"token\":\"\(token)\"}").status == 200)
            let again = try await server.login("{\"token\":\"\(token)\"}")
            #expect(again.status == 401)
            #expect(try JSONValue(again.text)["type"].string == "urn:venus:problem:sign-in-refused")
        }
    }

    @Test("a sign-in link expires")
    func linkExpires() async throws {
        try await withServer {
            $0.signInLinkLifetime = .milliseconds(-1)
        } _: { server in
            let token = try #require(try await server.server.makeSignInLink().split(separator: "#").last)
            #expect(try await server.login("{\"token\":\"\(token)\"}").status == 401)
        }
    }

    @Test(
        "what is no sign-in is a problem",
        arguments: [
            ("", 400), ("{", 400), ("[]", 400), ("{}", 400), (#"{"secret":5}"#, 400),
            (#"{"secret":"a","token":"b"}"#, 400),
            (#"{"secret":""}"#, 401), (#"{"secret":"wrong-secret"}"#, 401), (#"{"token":"wrong"}"#, 401),
        ])
    func refused(body: String, status: Int) async throws {
        try await withServer { server in
            let response = try await server.login(body)
            #expect(response.status == status)
            #expect(response["content-type"] == "application/problem+json")
            #expect(response["set-cookie"] == nil)
            #expect(!server.log.text.contains("wrong-secret"))
        }
    }

    @Test("a body must be JSON, small, and from our own page")
    func bodies() async throws {
        try await withServer { server in
            let body = "{\"secret\":\"\(server.secret)\"}"
            let form = try await server.request("POST", "/api/v1/login", [("content-type", "text/plain")], body: body)
            #expect(form.status == 415)
            #expect(try await server.login(body, [("origin", "http://evil.example")]).status == 403)
            #expect(try await server.login(String(repeating: " ", count: 70_000)).status == 413)
            #expect(try await server.request("PUT", "/api/v1/login", body: "").status == 405)
        }
    }

    @Test("after ten failures an address has to wait, even with the right secret, and a restart forgets none of them")
    func brake() async throws {
        try await withServer { owner in
            let wrong = #"{"token":"wrong"}"#
            let right = "{\"secret\":\"\(owner.secret)\"}"
            let before = try await RunningServer(sharing: owner)
            for _ in 0..<10 { #expect(try await before.login(wrong).status == 401) }
            let response = try await before.login(right)
            #expect(response.status == 429)
            #expect(response["retry-after"].flatMap(Int.init).map { (1...60).contains($0) } == true)
            try await before.stop()
            let after = try await RunningServer(sharing: owner)
            // The first wait may be over by now. One failure more is the eleventh, and makes wait again.
            try await eventually("the end of the first wait", holds: { try await after.login(wrong).status == 401 })
            #expect(try await after.login(right).status == 429)
            try await after.stop()
        }
    }

    @Test("a sign-in link is not held up while the administrator's account is locked, which the secret is")
    func linkBesideLock() async throws {
        try await withServer { server in
            // From everywhere at once: the account has to wait, and no address.
            let account = SignInSubject.account(.administrator)
            let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
            for _ in 0..<SignInAttempts.Patience.account.free {
                #expect(try await server.store.beginSignIn([account], now: now + 30_000) == 0)
            }
            let secret = "{\"secret\":\"\(server.secret)\"}"
            #expect(try await server.login(secret).status == 429)
            let token = try #require(try await server.server.makeSignInLink().split(separator: "#").last)
            #expect(try await server.login("{\"token\":\"\(token)\"}").status == 200)
            // Nor does it end the wait of those who guess.
            #expect(try await server.login(secret).status == 429)
        }
    }

    @Test("a configured secret takes the place of the stored one; a later start without keeps it")
    func configured() async throws {
        let directory = try TemporaryDirectory()
        let logger = CapturedLog().logger
        let store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: logger)
        let start = { (secret: String?) async throws -> ServerStart in
            var configuration = ServerConfiguration()
            configuration.secret = secret
            return try await Server(
                configuration: configuration, store: store, feed: InProcessFeed(), logger: logger
            ).prepare()
        }
        #expect(try await start(nil).generatedSecret != nil)
        #expect(try await start(nil).generatedSecret == nil)
        #expect(try await start("first secret").generatedSecret == nil)
        let first = try await store.setting("server.secret_hash")
        _ = try await start("first secret")
        #expect(try await store.setting("server.secret_hash") == first)
        let session = Session(tokenHash: [1], createdAt: 1, expiresAt: 4_000_000_000_000)
        _ = try await store.addSession(session, of: nil)
        _ = try await start("first secret")
        #expect(try await store.session(tokenHash: [1], now: 2) != nil)
        _ = try await start("second secret")
        // Whoever came in by the old secret must know the new one.
        #expect(try await store.session(tokenHash: [1], now: 2) == nil)
        #expect(try await store.setting("server.secret_hash") != first)
        #expect(try await start(nil).generatedSecret == nil)
        let error = await #expect(throws: ServerError.self) { _ = try await start("short") }
        #expect(error?.code == .weakSecret)
        await store.close()
    }
}
