import Foundation
import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("Signing in by way of GitHub")
struct GitHubSignInTests {
    private static let grants: [GitHubGrant] = [
        GitHubGrant(.user("octocat"), as: .viewer), GitHubGrant(.userID(42), as: .admin),
        GitHubGrant(.organization("acme"), as: .viewer),
        GitHubGrant(.team(organization: "acme", slug: "sre"), as: .operator),
        GitHubGrant(.team(organization: "other", slug: "sre"), as: .admin),
    ]

    private func withSite(
        _ grants: [GitHubGrant] = grants, configure: @escaping (inout ServerConfiguration) -> Void = { _ in },
        _ body: (RunningServer, GitHubSite) async throws -> Void
    ) async throws {
        let site = try await GitHubSite()
        try await withServer {
            $0.gitHub = site.configuration(grants)
            configure(&$0)
        } _: { server in
            try await body(server, site)
        }
    }

    @Test("somebody who may comes in, with the role that is theirs, for a day, and is in the audit log")
    func good() async throws {
        try await withSite { server, site in
            try await site.set(#"{"person":{"id":583231,"login":"OctoCat"}}"#)
            var visitor = GitHubVisitor(server, site)
            let url = try await visitor.begin()
            #expect(url.contains("scope=read%3Aorg&") && url.contains("&code_challenge_method=S256"))
            #expect(
                url.contains(
                    "redirect_uri=http%3A%2F%2F127.0.0.1%3A\(server.port)%2Fapi%2Fv1%2Flogin%2Fgithub%2Fcallback&"))
            let back = try await site.authorize(url)
            let response = try await visitor.comeBack(back)
            #expect(response["location"] == "http://127.0.0.1:\(server.port)/")
            #expect(response["set-cookie"]?.contains("; Max-Age=86400; Path=/; HttpOnly; SameSite=Strict") == true)
            let token = try #require(response.sessionToken)
            let session = try await server.get("/api/v1/session", token: token)
            #expect(session["account"].string == "github:OctoCat/583231")
            #expect(session["role"].string == "viewer")
            let ways = try await server.request("GET", "/api/v1/login")
            #expect(ways.text == #"{"ways":["password","secret","github"]}"#)

            let audit = try await server.store.audit(AuditQuery(limit: 10))
            #expect(audit.first?.event == .signIn && audit.first?.actor == "github:OctoCat/583231")
            #expect(audit.first?.detail == "GitHub, octocat=viewer")
            let code = try #require(URLComponents(string: back)?.queryItems?.first { $0.name == "code" }?.value)
            for secret in [GitHubSite.clientSecret, "gho_", code, token] {
                #expect(!server.log.text.contains(secret), "\(secret)")
                #expect(!"\(audit)".contains(secret))
            }
        }
    }

    @Test(
        "what GitHub says of somebody decides who comes in as what, and what fails there lets nobody in",
        arguments: [
            (#"{"person":{"id":42,"login":"whoever"}}"#, "admin"),
            (#"{"person":{"id":7,"login":"nobody"}}"#, "not_allowed"),
            (#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9}}}"#, "viewer"),
            (#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9,"state":"pending"}}}"#, "pending"),
            (#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9,"forbids":true}}}"#, "organization"),
            (#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9,"login":"evil"}}}"#, "unavailable"),
            (
                #"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9}},"teams":[["acme","sre"]]}"#,
                "operator"
            ),
            // On the third page; the same slug of another organisation does not count.
            (
                #"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9}},"teams":[["x","sre"],["acme","a"],"#
                    + #"["acme","b"],["acme","c"],["acme","d"],["acme","e"],["acme","sre"]]}"#, "operator"
            ),
            // A team of an organisation whose invitation waits.
            (
                #"{"person":{"id":7,"login":"ada"},"organizations":{"other":{"id":8,"state":"pending"}},"#
                    + #""teams":[["other","sre"]]}"#, "pending"
            ),
            (#"{"denies":true}"#, "denied"), (#"{"code_lives":-1}"#, "code"),
            (#"{"token_error":"bad_verification_code"}"#, "code"), (#"{"token_error":"access_denied"}"#, "denied"),
            (#"{"token_error":"incorrect_client_credentials"}"#, "misconfigured"),
            (#"{"token_error":"redirect_uri_mismatch"}"#, "misconfigured"),
            (#"{"scope":""}"#, "scope"), (#"{"scope":"user,repo"}"#, "scope"), (#"{"scope":"admin:org"}"#, "viewer"),
            (#"{"revoked_at":"/user"}"#, "revoked"), (#"{"revoked_at":"/user/memberships/orgs/other"}"#, "revoked"),
            (#"{"failures":{"token":500}}"#, "unavailable"), (#"{"failures":{"token":"garbage"}}"#, "unavailable"),
            (#"{"failures":{"token":"cut"}}"#, "unavailable"), (#"{"failures":{"token":404}}"#, "misconfigured"),
            (#"{"failures":{"/user":502}}"#, "unavailable"), (#"{"failures":{"/user":"garbage"}}"#, "unavailable"),
            (#"{"failures":{"/user":"rate"}}"#, "unavailable"), (#"{"failures":{"/user":"huge"}}"#, "unavailable"),
            (#"{"failures":{"/user":302}}"#, "unavailable"),
            (#"{"failures":{"/user/memberships/orgs/acme":503}}"#, "unavailable"),
            (#"{"person":{"id":0,"login":"octocat"}}"#, "unavailable"),
            (#"{"person":{"id":5,"login":"../../x"}}"#, "unavailable"),
            (#"{"person":{"login":"octocat"}}"#, "unavailable"),
        ])
    func outcomes(scenario: String, outcome: String) async throws {
        try await withSite { server, site in
            try await site.set(scenario)
            var visitor = GitHubVisitor(server, site)
            let response = try await visitor.signIn()
            #expect(response.status == 302)
            if let role = Role(rawValue: outcome) {
                let token = try #require(response.sessionToken, "\(scenario): \(response.refusal ?? "")")
                #expect(try await server.get("/api/v1/session", token: token)["role"].string == role.rawValue)
            } else {
                #expect(response.refusal == outcome, "\(scenario)")
                #expect(response["location"] == "http://127.0.0.1:\(server.port)/sign-in?refused=\(outcome)")
                #expect(response["set-cookie"] == nil)
                let audit = try await server.store.audit(AuditQuery(limit: 1))
                #expect(audit.first?.event == .signInRefused && audit.first?.detail == "GitHub: \(outcome)")
                #expect(try await server.store.sessions(of: nil, now: 0, limit: 10).isEmpty)
            }
        }
    }

    @Test("eight sign-ins are under way at most: the next is told so, asks GitHub nothing, and may come again")
    func bounded() async throws {
        #expect(GitHubSignIn.maximumRunning == 8 && GitHubSignIn.patience == .seconds(20))
        #expect(GitHubSignInStateMachine.maximumPages == 20)
        let configuration = GitHubConfiguration(clientID: "x", clientSecret: "y", grants: [])
        #expect(configuration.answerTimeout == .seconds(10))
        try await withSite { server, site in
            try await site.set(#"{"slow":{"/user":9}}"#)
            var returns: [(visitor: GitHubVisitor, url: String)] = []
            for _ in 0..<9 {
                var visitor = GitHubVisitor(server, site)
                let url = try await visitor.begin()
                returns.append((visitor, try await site.authorize(url)))
            }
            let last = returns.removeLast()
            let asked = {
                try await site.log().filter { $0.hasSuffix("/user") || $0.hasSuffix("/access_token") }.count
            }
            try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                for one in returns { group.addTask { try await one.visitor.comeBack(one.url) } }
                try await eventually("eight questions after the person", holds: { try await asked() == 16 })
                let refused = try await last.visitor.comeBack(last.url)
                #expect(refused.refusal == "busy" && refused.sessionToken == nil)
                let audit = try await server.store.audit(AuditQuery(event: .signInRefused, limit: 9))
                #expect(audit.map(\.detail) == ["GitHub: busy"] && audit.first?.address == "127.0.0.1")
                #expect(try await asked() == 16)
                try await site.set("{}")
                for try await response in group { #expect(response.sessionToken != nil, "\(response.refusal ?? "")") }
            }
            #expect(try await last.visitor.comeBack(last.url).sessionToken != nil)
        }
    }

    @Test("a state is good once, in the browser where it began, at any server of the store")
    func states() async throws {
        try await withSite { server, site in
            let other = try await RunningServer(sharing: server) {
                $0.gitHub = site.configuration(Self.grants)
                // Where GitHub sends people is one address, whichever server they reach there.
                $0.publicURL = "http://127.0.0.1:\(server.port)"
            }
            var visitor = GitHubVisitor(server, site)
            try await site.set("{}")
            let back = try await site.authorize(try await visitor.begin())
            var stranger = GitHubVisitor(server, site)
            #expect(try await stranger.comeBack(back).refusal == "state")
            _ = try await stranger.begin()
            #expect(try await stranger.comeBack(back).refusal == "state")
            let forged = back.replacingOccurrences(of: "state=", with: "state=A")
            #expect(try await visitor.comeBack(forged).refusal == "state")
            #expect(try await visitor.comeBack("/api/v1/login/github/callback").refusal == "state")
            #expect(try await visitor.comeBack("/api/v1/login/github/callback?code=x&state=x").refusal == "state")
            // Of all that, one entry: it costs nothing to send.
            let audit = try await server.store.audit(AuditQuery(event: .signInRefused, limit: 9))
            #expect(audit.map(\.detail) == ["GitHub: state"])
            // None of that has asked GitHub anything, or used the state up.
            #expect(try await !site.log().contains("/login/oauth/access_token"))
            #expect(try await visitor.comeBack(back, to: other).sessionToken != nil)
            #expect(try await visitor.comeBack(back).refusal == "state")
            #expect(try await visitor.comeBack(back, to: other).refusal == "state")
            // A state of one's own with the code of somebody else's sign-in: PKCE.
            let stolen = try await site.authorize(try await visitor.begin())
            let own = try await site.authorize(try await stranger.begin())
            let code = try #require(URLComponents(string: stolen)?.queryItems?.first { $0.name == "code" }?.value)
            let state = try #require(URLComponents(string: own)?.queryItems?.first { $0.name == "state" }?.value)
            let mixed =
                "/api/v1/login/github/callback?code=\(code)&state=\(state)"
                + "&installation_id=7&setup_action=install"
            #expect(try await stranger.comeBack(mixed).refusal == "code")
            try await other.stop()
        }
    }

    @Test(
        "whoever first came in by a login is who is meant: renamed they still are, and whoever takes the login is not")
    func renamed() async throws {
        try await withSite { server, site in
            var visitor = GitHubVisitor(server, site)
            try await site.set(#"{"person":{"id":583231,"login":"octocat"}}"#)
            #expect(try await visitor.signIn().sessionToken != nil)
            try await site.set(#"{"person":{"id":583231,"login":"hexacat"}}"#)
            let token = try #require(try await visitor.signIn().sessionToken)
            #expect(try await server.get("/api/v1/session", token: token)["account"].string == "github:hexacat/583231")
            try await site.set(#"{"person":{"id":666,"login":"octocat"}}"#)
            #expect(try await visitor.signIn().refusal == "renamed")
            // The same for an organisation.
            try await site.set(#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":9}}}"#)
            #expect(try await visitor.signIn().sessionToken != nil)
            try await site.set(#"{"person":{"id":7,"login":"ada"},"organizations":{"acme":{"id":10}}}"#)
            #expect(try await visitor.signIn().refusal == "renamed")
        }
    }

    @Test("who fails too often waits; GitHub's own failures count for nobody")
    func delays() async throws {
        try await withSite { server, site in
            var visitor = GitHubVisitor(server, site)
            try await site.set(#"{"failures":{"token":500}}"#)
            for _ in 0..<12 { #expect(try await visitor.signIn().refusal == "unavailable") }
            try await site.set(#"{"person":{"id":7,"login":"nobody"}}"#)
            for _ in 0..<10 { #expect(try await visitor.signIn().refusal == "not_allowed") }
            // Each further one doubles the wait, so that a slow machine gets there too.
            var last: String?
            for _ in 0..<10 where last != "delayed" { last = try await visitor.signIn().refusal }
            #expect(last == "delayed")
            let delays = try await server.store.audit(AuditQuery(event: .signInDelayed, limit: 9))
            #expect(delays.first?.detail == "GitHub: delayed" && delays.first?.address == "127.0.0.1")
        }
    }

    @Test("GitHub that is slow, or away, holds nobody for long")
    func slow() async throws {
        let site = try await GitHubSite()
        var gitHub = site.configuration(Self.grants)
        gitHub.answerTimeout = .milliseconds(500)
        try await withServer {
            $0.gitHub = gitHub
        } _: { server in
            try await site.set(#"{"slow":{"/user":5}}"#)
            var visitor = GitHubVisitor(server, site)
            let begin = ContinuousClock.now
            #expect(try await visitor.signIn().refusal == "unavailable")
            #expect(ContinuousClock.now - begin < .seconds(4))
        }
        gitHub.url = "http://127.0.0.1:\(try freePort())"
        try await withServer {
            $0.gitHub = gitHub
        } _: { server in
            var visitor = GitHubVisitor(server, site)
            let state = try #require(
                URLComponents(string: try await visitor.begin())?.queryItems?.first { $0.name == "state" })
            let back = "/api/v1/login/github/callback?code=x&state=\(state.value ?? "")"
            #expect(try await visitor.comeBack(back).refusal == "unavailable")
        }
    }

    @Test("nothing that comes says where the browser goes")
    func redirects() async throws {
        try await withSite { server, site in
            var visitor = GitHubVisitor(server, site)
            _ = try await visitor.begin()
            for query in [
                "?error=access_denied&error_uri=http://evil.example/", "?iss=http://evil.example/&state=x&code=x",
                "?code=//evil.example&state=//evil.example",
            ] {
                let response = try await visitor.comeBack("/api/v1/login/github/callback" + query)
                #expect(response["location"] == "http://127.0.0.1:\(server.port)/sign-in?refused=state")
            }
            for query in ["?next=http://evil.example", "?redirect_uri=http://evil.example"] {
                #expect(try await server.request("GET", "/api/v1/login/github" + query).status == 400)
                #expect(try await visitor.comeBack("/api/v1/login/github/callback" + query).status == 400)
            }
        }
    }

    @Test("where people come by https, and under a path, the cookie and the way back are so")
    func behindProxy() async throws {
        try await withSite(configure: { $0.publicURL = "https://venus.example/watch" }) { server, site in
            let response = try await server.request("GET", "/watch/api/v1/login/github", [("host", "venus.example")])
            let cookie = try #require(response["set-cookie"])
            #expect(cookie.hasPrefix("__Host-venus_github="))
            #expect(cookie.hasSuffix("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure"))
            #expect(
                response["location"]?.contains(
                    "redirect_uri=https%3A%2F%2Fvenus.example%2Fwatch%2Fapi%2Fv1%2Flogin%2Fgithub%2Fcallback&") == true)
        }
    }

    @Test("nobody is asked anything at GitHub that does not matter")
    func questions() async throws {
        try await withSite([GitHubGrant(.user("octocat"), as: .admin)]) { server, site in
            try await site.set("{}")
            var visitor = GitHubVisitor(server, site)
            let url = try await visitor.begin()
            #expect(url.contains("&scope=&"))
            #expect(try await visitor.comeBack(try await site.authorize(url)).sessionToken != nil)
            #expect(
                try await site.log() == ["/login/oauth/authorize", "/login/oauth/access_token", "/api/v3/user"])
        }
    }

    @Test("there is no such way where nobody has set it up")
    func absent() async throws {
        try await withServer { server in
            for path in ["/api/v1/login/github", "/api/v1/login/github/callback"] {
                let response = try await server.request("GET", path)
                #expect(response.status == 404)
            }
            let ways = try await server.request("GET", "/api/v1/login")
            #expect(ways.text == #"{"ways":["password","secret"]}"#)
        }
    }

    @Test(
        "what would carry secrets in the clear is refused",
        arguments: ["http://github.example", "github.com", "ftp://x"])
    func plain(url: String) async throws {
        await #expect(throws: ServerError.self) {
            try await withServer {
                $0.gitHub = GitHubConfiguration(clientID: "x", clientSecret: "y", grants: [])
                $0.gitHub?.url = url
            } _: { _ in
            }
        }
    }
}
