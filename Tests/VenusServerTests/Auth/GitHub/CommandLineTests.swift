import Foundation
import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("Where a browser goes from GitHub for a command line")
struct CommandLineReturnTests {
    private static let challenge = GitHubStates.challenge(of: "verifier")

    @Test("is this machine, at a port and a path that say nothing else, and survives a state")
    func loopback() throws {
        let commandLine = try #require(CommandLineReturn(port: 40_123, challenge: Self.challenge))
        #expect(
            commandLine.url(code: "a.viewer.github:ada/7")
                == "http://127.0.0.1:40123/venus-login?code=a.viewer.github%3Aada%2F7&state=\(Self.challenge)")
        #expect(
            commandLine.url(refusal: .notAllowed)
                == "http://127.0.0.1:40123/venus-login?error=not_allowed&state=\(Self.challenge)")
        let states = GitHubStates(clientSecret: "one secret of this test")
        let browser = Token.random()
        let state = states.make(for: browser, commandLine: commandLine, now: 1_000)
        #expect(states.open(state, for: browser, now: 1_000)?.commandLine == commandLine)
        #expect(states.open(state, for: .random(), now: 1_000) == nil)
        let plain = states.make(for: browser, now: 1_000)
        #expect(try #require(states.open(plain, for: browser, now: 1_000)).commandLine == nil)
        for index in state.indices {
            var changed = state
            changed.replaceSubrange(index...index, with: state[index] == "A" ? "B" : "A")
            #expect(states.open(changed, for: browser, now: 1_000) == nil)
        }
        // Cut to the length of a state of the other kind, it is nobody's.
        #expect(states.open(String(state.prefix(plain.utf8.count)), for: browser, now: 1_000) == nil)
    }

    @Test("is nothing else", arguments: [0, 80, 1_023, 65_536, -1, Int.max])
    func ports(port: Int) {
        #expect(CommandLineReturn(port: port, challenge: Self.challenge) == nil)
        for challenge in ["", "x", Self.challenge + "A", String(Self.challenge.dropLast()), "é"] {
            #expect(CommandLineReturn(port: 40_123, challenge: challenge) == nil)
        }
    }
}

@Suite("Signing a command line in by way of GitHub")
struct CommandLineTests {
    private static let verifier = "the verifier of this test"
    private static let challenge = GitHubStates.challenge(of: verifier)
    private static let json = ("content-type", "application/json")

    private func withSite(_ body: (RunningServer, GitHubSite) async throws -> Void) async throws {
        let site = try await GitHubSite()
        try await withServer {
            $0.gitHub = site.configuration([GitHubGrant(.user("octocat"), as: .operator)])
        } _: { server in
            try await body(server, site)
        }
    }

    /// Goes to GitHub and back; returns what the command line is told.
    private func comeBack(_ server: RunningServer, _ site: GitHubSite) async throws -> [String: String] {
        var visitor = GitHubVisitor(server, site)
        let url = try await visitor.begin(forPort: 40_123, challenge: Self.challenge)
        let response = try await visitor.comeBack(try await site.authorize(url))
        let location = try #require(response["location"])
        #expect(response.status == 302 && location.hasPrefix("http://127.0.0.1:40123/venus-login?"))
        // The browser gets nothing for itself.
        #expect(response["set-cookie"] == nil)
        let items = URLComponents(string: location)?.queryItems ?? []
        let told = Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
        #expect(told["state"] == Self.challenge)
        return told
    }

    private func redeem(_ server: RunningServer, _ code: String, _ verifier: String) async throws -> HTTPResponse {
        try await server.login("{\"code\":\"\(code)\",\"verifier\":\"\(verifier)\"}")
    }

    @Test("its code is good once, with its verifier, at any server of the store, and is in no log")
    func good() async throws {
        try await withSite { server, site in
            let other = try await RunningServer(sharing: server) {
                $0.gitHub = site.configuration([GitHubGrant(.user("octocat"), as: .operator)])
            }
            try await site.set("{}")
            let code = try #require(try await comeBack(server, site)["code"])
            #expect(try await server.store.sessions(of: nil, now: 0, limit: 10).isEmpty)
            #expect(try await redeem(server, code, "another verifier").status == 401)
            let raised = code.replacing(".operator.", with: ".admin.")
            #expect(raised != code)
            #expect(try await redeem(server, raised, Self.verifier).status == 401)
            let granted = code.replacing(",octocat=", with: ",acme=")
            #expect(granted != code)
            #expect(try await redeem(server, granted, Self.verifier).status == 401)
            #expect(try await server.login("{\"token\":\"\(code.prefix(43))\"}").status == 401)

            let response = try await redeem(other, code, Self.verifier)
            #expect(response.status == 200)
            let session = try JSONValue(response.text)
            #expect(session["account"].string == "github:octocat/583231")
            #expect(session["role"].string == "operator")
            #expect(response["set-cookie"]?.contains("; Max-Age=86400; ") == true)
            let token = try #require(session["token"].string)
            #expect(try await server.get("/api/v1/session", token: token)["role"].string == "operator")
            for again in [server, other] { #expect(try await redeem(again, code, Self.verifier).status == 401) }

            let audit = try await server.store.audit(AuditQuery(limit: 20))
            #expect(audit.filter { $0.event == .signIn }.map(\.actor) == ["github:octocat/583231"])
            // As of whoever signs a browser in.
            #expect(audit.filter { $0.event == .signIn }.map(\.detail) == ["GitHub, octocat=operator"])
            #expect(audit.filter { $0.event == .signInRefused }.count == 6)
            for secret in [String(code.prefix(43)), token, Self.verifier] {
                #expect(!(server.log.text + other.log.text + "\(audit)").contains(secret))
            }
            try await other.stop()
        }
    }

    @Test("a code is good for a minute")
    func expired() async throws {
        try await withSite { server, _ in
            let codes = CommandLineCodes(store: server.store)
            let account = Account.github(id: 7, login: "a.da")
            let grant = GitHubGrant(.team(organization: "a.cme", slug: "ops"), as: .viewer)
            func make() async throws -> String {
                try await codes.make(
                    for: account, role: .viewer, grant: grant, challenge: Self.challenge, now: 1_000)
            }
            #expect(try await redeem(server, try await make(), Self.verifier).status == 401)
            #expect(try await codes.take(try await make(), verifier: Self.verifier, now: 61_000) == nil)
            let taken = try await codes.take(try await make(), verifier: Self.verifier, now: 60_999)
            #expect(taken?.account == account && taken?.role == .viewer && taken?.grant == "a.cme/ops=viewer")
            for garbage in [
                "", ".", "..", "x.viewer.github:a/1", "x.viewer.github:a/1,a=viewer", "x.king.github:a/1,a=viewer",
                "x.viewer.nobody,a=viewer", "x.viewer.,",
            ] {
                #expect(try await codes.take(garbage, verifier: Self.verifier, now: 1_000) == nil)
            }
        }
    }

    @Test(
        "who is refused at GitHub, or here, is told so by the command line",
        arguments: [
            (#"{"denies":true}"#, "denied"), (#"{"person":{"id":7,"login":"nobody"}}"#, "not_allowed"),
            (#"{"failures":{"/user":500}}"#, "unavailable"),
        ])
    func refused(scenario: String, refusal: String) async throws {
        try await withSite { server, site in
            try await site.set(scenario)
            let told = try await comeBack(server, site)
            #expect(told == ["error": refusal, "state": Self.challenge])
            let audit = try await server.store.audit(AuditQuery(limit: 1))
            #expect(audit.first?.event == .signInRefused && audit.first?.detail == "GitHub: \(refusal)")
        }
    }

    @Test("where the store is away when the browser comes back, the command line is told at once")
    func storeAway() async throws {
        try await withSite { server, site in
            try await site.set("{}")
            var visitor = GitHubVisitor(server, site)
            let url = try await visitor.begin(forPort: 40_123, challenge: Self.challenge)
            let back = try await site.authorize(url)
            await server.store.close()
            let response = try await visitor.comeBack(back)
            #expect(response.status == 302)
            #expect(
                response["location"]
                    == "http://127.0.0.1:40123/venus-login?error=unavailable&state=\(Self.challenge)")
        }
    }

    @Test("nothing but a page of ours begins it, and nothing that comes leads elsewhere than to this machine")
    func begin() async throws {
        try await withSite { server, _ in
            let good = "{\"port\":40123,\"challenge\":\"\(Self.challenge)\"}"
            func post(_ body: String, _ fields: [(String, String)]) async throws -> HTTPResponse {
                try await server.request("POST", "/api/v1/login/github", fields, body: body)
            }
            let ours = [Self.json, server.origin]
            let begun = try await post(good, ours)
            #expect(begun.status == 200)
            #expect(begun["set-cookie"]?.contains("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax") == true)
            #expect(try await post(good, [Self.json]).status == 403)
            for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
                #expect(try await post(good, [Self.json, ("origin", origin)]).status == 403, "\(origin)")
            }
            // What a form of another page could send.
            #expect(try await post(good, [("content-type", "text/plain"), server.origin]).status == 415)
            for body in [
                "{}", "{\"port\":80,\"challenge\":\"\(Self.challenge)\"}", "{\"port\":40123,\"challenge\":\"x\"}",
                "{\"port\":\"40123@evil.example\",\"challenge\":\"\(Self.challenge)\"}",
            ] {
                #expect(try await post(body, ours).status == 400, "\(body)")
            }
            for query in ["?port=40123&challenge=\(Self.challenge)", "?redirect_uri=http://127.0.0.1:40123/"] {
                #expect(try await server.request("GET", "/api/v1/login/github" + query).status == 400)
            }
        }
    }

    @Test("who guesses codes waits, like anybody who fails")
    func guesses() async throws {
        try await withSite { server, _ in
            let code = "\(Token.random().text).admin.github:octocat/583231,octocat=admin"
            for _ in 0..<10 { #expect(try await redeem(server, code, Self.verifier).status == 401) }
            // Each further one doubles the wait, so that a slow machine gets there too.
            var last = 401
            for _ in 0..<10 where last != 429 { last = try await redeem(server, code, Self.verifier).status }
            #expect(last == 429)
        }
    }

    @Test("there is no such way where nobody has set it up")
    func absent() async throws {
        try await withServer { server in
            let body = "{\"port\":40123,\"challenge\":\"\(Self.challenge)\"}"
            let begun = try await server.request(
                "POST", "/api/v1/login/github", [Self.json, server.origin], body: body)
            #expect(begun.status == 404)
            #expect(try await redeem(server, "x.admin.github:octocat/1,octocat=admin", Self.verifier).status == 401)
        }
    }
}
