import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("Users, keys, sessions and the audit log")
struct AccountResourceTests {
    private static let json = ("content-type", "application/json")

    /// The token of ada's new session; nil where she is refused.
    private func signIn(_ server: RunningServer, _ password: String) async throws -> String? {
        let response = try await server.login("{\"user\":\"ada\",\"password\":\"\(password)\"}")
        return try JSONValue(response.text)["token"].string
    }

    private func change(
        _ server: RunningServer, _ old: String, _ new: String, as who: (String, String)
    ) async throws -> HTTPResponse {
        let body = "{\"old_password\":\"\(old)\",\"new_password\":\"\(new)\"}"
        return try await server.request("POST", "/api/v1/password", [who, Self.json], body: body)
    }

    @Test("a user changes their own password by the old one; their other sessions end, and this one goes on")
    func password() async throws {
        try await withServer { server in
            let admin = server.bearer(try await server.signIn())
            let ada = #"{"name":"ada","role":"viewer","password":"correct horse"}"#
            _ = try await server.request("POST", "/api/v1/users", [admin, Self.json], body: ada)
            let here = server.bearer(try #require(try await signIn(server, "correct horse")))
            let elsewhere = server.bearer(try #require(try await signIn(server, "correct horse")))
            #expect(try await change(server, "wrong horse", "another horse", as: here).status == 403)
            #expect(try await change(server, "correct horse", "short", as: here).status == 400)
            #expect(try await change(server, "correct horse", "correct horse", as: here).status == 400)
            #expect(try await change(server, "correct horse", "another horse", as: admin).status == 409)
            let key = server.bearer(try await server.key([.read]).text)
            #expect(try await change(server, "correct horse", "another horse", as: key).status == 403)
            #expect(try await signIn(server, "another horse") == nil)
            #expect(try await server.request("GET", "/api/v1/session", [elsewhere]).status == 200)
            #expect(try await change(server, "correct horse", "another horse", as: here).status == 204)
            #expect(try await server.request("GET", "/api/v1/session", [here]).status == 200)
            #expect(try await server.request("GET", "/api/v1/session", [elsewhere]).status == 401)
            #expect(try await signIn(server, "correct horse") == nil)
            #expect(try await signIn(server, "another horse") != nil)
            let audit = try await server.store.audit(AuditQuery(limit: 99))
            let changed = audit.first { $0.event == .passwordChanged }
            #expect(changed?.actor == "user:ada" && changed?.subject == "user:ada")
            #expect(audit.contains { $0.event == .signInRefused && $0.detail == "to change the password" })
            for secret in ["wrong horse", "correct horse", "another horse"] {
                #expect(!server.log.text.contains(secret) && !"\(audit)".contains(secret))
            }
            // Guessing the old one waits like guessing at the door.
            var last = 0
            for _ in 0..<14 where last != 429 {
                last = try await change(server, "wrong horse", "another horse", as: here).status
            }
            #expect(last == 429)
        }
    }

    @Test("a user is added, signs in, is changed and removed; all of it is in the audit log, and no secret is")
    func users() async throws {
        try await withServer { server in
            let admin = server.bearer(try await server.signIn())
            func send(_ method: String, _ path: String, _ body: String?) async throws -> HTTPResponse {
                try await server.request(
                    method, "/api/v1" + path, [admin] + (body == nil ? [] : [Self.json]), body: body)
            }
            let ada = #"{"name":"Ada","role":"viewer","password":"correct horse"}"#
            #expect(try await send("POST", "/users", ada).status == 201)
            #expect(try await send("POST", "/users", ada).status == 409)
            for wrong in [
                #"{"name":"a b","role":"viewer","password":"correct horse"}"#,
                #"{"name":"bob","role":"king","password":"correct horse"}"#,
                #"{"name":"bob","role":"viewer","password":"short"}"#, #"{"name":"bob"}"#,
            ] { #expect(try await send("POST", "/users", wrong).status == 400) }

            let response = try await server.login(#"{"user":"ADA","password":"correct horse"}"#)
            #expect(response.status == 200)
            let body = try JSONValue(response.text)
            #expect(body["account"].string == "user:ada")
            #expect(body["role"].string == "viewer")
            let token = try #require(body["token"].string)
            #expect(try await server.get("/api/v1/session", token: token)["account"].string == "user:ada")
            #expect(try await server.request("GET", "/api/v1/users", [server.bearer(token)]).status == 403)

            #expect(try await send("PATCH", "/users/ada", #"{"password":"another horse"}"#).status == 200)
            #expect(try await server.request("GET", "/api/v1/session", [server.bearer(token)]).status == 401)
            #expect(try await server.login(#"{"user":"ada","password":"correct horse"}"#).status == 401)
            #expect(try await server.login(#"{"user":"ada","password":"another horse"}"#).status == 200)
            #expect(try await send("PATCH", "/users/ada", #"{"active":false}"#).status == 200)
            #expect(try await server.login(#"{"user":"ada","password":"another horse"}"#).status == 401)
            #expect(try await send("PATCH", "/users/ada", "{}").status == 400)
            #expect(try await send("PATCH", "/users/bob", #"{"active":false}"#).status == 404)
            #expect(try await send("DELETE", "/users/ada", nil).status == 204)
            #expect(try await send("DELETE", "/users/ada", nil).status == 404)
            #expect(try JSONValue(try await send("GET", "/users", nil).text)["items"].array.isEmpty == true)

            let audit = try await send("GET", "/audit", nil)
            let events = try JSONValue(audit.text)["items"].array.compactMap { $0["event"].string }
            #expect(
                events == [
                    "user_removed", "sign_in_refused", "user_changed", "sign_in", "sign_in_refused",
                    "password_changed", "sign_in", "user_added", "sign_in",
                ])
            for secret in ["correct horse", "another horse", token, server.secret] {
                #expect(!audit.text.contains(secret))
                #expect(!server.log.text.contains(secret))
            }
            let refused = try await send("GET", "/audit?event=sign_in_refused&actor=user:ada&limit=1", nil)
            #expect(try JSONValue(refused.text)["items"].array.count == 1)
            let next = try #require(try JSONValue(refused.text)["next"].string)
            let rest = try await send("GET", "/audit?event=sign_in_refused&before=\(next)", nil)
            #expect(try JSONValue(rest.text)["items"].array.count == 1)
            for wrong in ["event=x", "limit=0", "limit=1001", "before=x", "since=yesterday", "colour=red"] {
                #expect(try await send("GET", "/audit?\(wrong)", nil).status == 400, "\(wrong)")
            }
        }
    }

    @Test("a user who is not there is refused with the same words as one whose password is wrong")
    func unknown() async throws {
        try await withServer { server in
            let hash = try SecretHash(secret: "correct horse", costExponent: 10).text
            _ = try await server.store.addUser(User(name: "ada", role: .viewer, passwordHash: hash, createdAt: 1))
            let wrong = try await server.login(#"{"user":"ada","password":"wrong horse"}"#)
            let nobody = try await server.login(#"{"user":"bob","password":"wrong horse"}"#)
            #expect(wrong.status == 401)
            #expect(nobody.status == 401)
            #expect(wrong.text == nobody.text)
        }
    }

    @Test("a user who is not there is refused after as long as one whose password is wrong")
    func unknownTiming() async throws {
        try await withServer {
            $0.trustedProxies = ["127.0.0.1"]
        } _: { server in
            // As costly as they are by default.
            let hash = try SecretHash(secret: "correct horse").text
            for round in 0..<Self.timingRounds {
                let user = User(name: "ada\(round)", role: .viewer, passwordHash: hash, createdAt: 1)
                #expect(try await server.store.addUser(user))
            }
            // A machine that does something else meanwhile makes a round of no use; a difference shows in all of them.
            var ratios: [Double] = []
            for round in 0..<Self.timingRounds {
                let ratio = try await Self.ratio(server, round: round)
                if (1 / 1.6...1.6).contains(ratio) { return }
                ratios.append(ratio)
            }
            Issue.record("\(ratios)")
        }
    }

    private static let timingRounds = 3

    /// How much longer the median sign-in of a user takes than that of one who is not there.
    private static func ratio(_ server: RunningServer, round: Int) async throws -> Double {
        var (known, unknown): ([Duration], [Duration]) = ([], [])
        for attempt in 0..<5 {
            // One after the other, so that a machine that becomes slower is slower for both.
            known.append(try await refusal(server, of: "ada\(round)", from: "10.\(round).0.\(attempt)"))
            unknown.append(try await refusal(server, of: "bob\(round)", from: "10.\(round).1.\(attempt)"))
        }
        return known.sorted()[2] / unknown.sorted()[2]
    }

    private static func refusal(_ server: RunningServer, of user: String, from address: String) async throws -> Duration
    {
        let begin = ContinuousClock.now
        let response = try await server.login(
            #"{"user":"\#(user)","password":"wrong horse"}"#, [("x-forwarded-for", address)])
        let took = begin.duration(to: .now)
        #expect(response.status == 401)
        return took
    }

    @Test("an account makes wait too, whatever the address, whether or not it is there")
    func accountBrake() async throws {
        try await withServer {
            $0.trustedProxies = ["127.0.0.1"]
        } _: { server in
            let hash = try SecretHash(secret: "correct horse", costExponent: 10).text
            _ = try await server.store.addUser(User(name: "ada", role: .viewer, passwordHash: hash, createdAt: 1))
            for name in ["ada", "nobody"] {
                for attempt in 0..<10 {
                    let from = ("x-forwarded-for", "10.0.0.\(attempt)")
                    let response = try await server.login(#"{"user":"\#(name)","password":"wrong horse"}"#, [from])
                    #expect(response.status == 401)
                }
                let from = ("x-forwarded-for", "10.0.1.1")
                let response = try await server.login(#"{"user":"\#(name)","password":"correct horse"}"#, [from])
                #expect(response.status == 429)
                #expect(response["retry-after"].flatMap(Int.init).map { (1...2).contains($0) } == true)
                #expect(try await server.store.audit(AuditQuery(limit: 5)).contains { $0.event == .signInDelayed })
            }
        }
    }

    @Test("a key is shown once, opens what its scopes say, shows its use, and is taken away")
    func keys() async throws {
        try await withServer { server in
            let admin = server.bearer(try await server.session(.admin))
            func send(_ method: String, _ path: String, _ body: String?) async throws -> HTTPResponse {
                try await server.request(
                    method, "/api/v1" + path, [admin] + (body == nil ? [] : [Self.json]), body: body)
            }
            let created = try await send("POST", "/keys", #"{"name":"grafana","scopes":["read"]}"#)
            #expect(created.status == 201)
            let key = try #require(try JSONValue(created.text)["key"].string)
            let id = try #require(try JSONValue(created.text)["id"].string)
            #expect(key.hasPrefix("venus_\(id)_"))
            for wrong in [
                #"{"name":"x","scopes":[]}"#, #"{"name":"x","scopes":["all"]}"#, #"{"name":"","scopes":["read"]}"#,
                #"{"name":"a\nb","scopes":["read"]}"#, #"{"name":"x","scopes":["read","read"]}"#,
            ] { #expect(try await send("POST", "/keys", wrong).status == 400) }
            #expect(try JSONValue(try await send("GET", "/keys", nil).text)["items"][0]["used_at"].string == nil)
            #expect(try await server.request("GET", "/api/v1/graph", [server.bearer(key)]).status == 200)
            let listed = try await send("GET", "/keys", nil)
            #expect(!listed.text.contains(key))
            #expect(try JSONValue(listed.text)["items"][0]["used_at"].string != nil)
            #expect(try await send("DELETE", "/keys/\(id)", nil).status == 204)
            #expect(try await send("DELETE", "/keys/\(id)", nil).status == 404)
            #expect(try await server.request("GET", "/api/v1/graph", [server.bearer(key)]).status == 401)
            #expect(!server.log.text.contains(key))
            let newest = try #require(try await server.store.audit(AuditQuery(limit: 1)).first)
            #expect(newest.event == .keyRevoked && newest.subject == "key:\(id)")
        }
    }

    @Test("a secret that is made or replaced, and a key that is made, are in the audit log; neither is itself")
    func auditOfSecrets() async throws {
        try await withServer(generatesSecret: true) {
            $0.sessionRecheckInterval = .milliseconds(100)
        } _: { server in
            let token = try await server.signIn()
            let made = try await Self.audit(server, "secret_changed", token: token)
            #expect(made.count == 1)
            #expect(made.first?["actor"].string == "first start")
            #expect(made.first?["subject"].string == "administrator")

            let created = try await server.request(
                "POST", "/api/v1/keys", [server.bearer(token), Self.json],
                body: #"{"name":"grafana","scopes":["read"]}"#)
            let key = try JSONValue(created.text)
            let (id, text) = (try #require(key["id"].string), try #require(key["key"].string))
            let keys = try await Self.audit(server, "key_created", token: token)
            #expect(keys.count == 1)
            #expect(keys.first?["actor"].string == "administrator")
            #expect(keys.first?["subject"].string == "key:" + id)
            #expect(keys.first?["detail"].string == "read: grafana")

            // Another server of the store, which is given a secret; who came in by the old one is out.
            let secret = "another secret than before"
            let other = try await RunningServer(sharing: server) { $0.secret = secret }
            try await other.stop()
            try await eventually(holds: {
                try await server.request("GET", "/api/v1/session", [server.bearer(token)]).status == 401
            })
            let admin = try await server.session(.admin)
            let changed = try await Self.audit(server, "secret_changed", token: admin)
            #expect(changed.compactMap { $0["actor"].string } == ["configuration", "first start"])
            #expect(changed.allSatisfy { $0["subject"].string == "administrator" })
            let all = try await server.request("GET", "/api/v1/audit", [server.bearer(admin)]).text
            for hidden in [server.secret, secret, text, token] {
                #expect(!all.contains(hidden) && !server.log.text.contains(hidden))
            }
        }
    }

    /// What the log has of an event, the newest first.
    private static func audit(_ server: RunningServer, _ event: String, token: String) async throws -> [JSONValue] {
        try await server.get("/api/v1/audit?event=\(event)", token: token)["items"].array
    }

    @Test("sessions come page by page, of one account or of all")
    func pages() async throws {
        try await withServer { server in
            let viewer = try await server.session(.viewer)
            for _ in 0..<3 { _ = try await server.session(.viewer) }
            let admin = try await server.session(.admin)
            let all = try await server.get("/api/v1/sessions", token: admin)
            #expect(all["is_complete"].bool == true && all["next"].string == nil)
            let ids = all["items"].array.compactMap { $0["id"].string }
            #expect(Set(ids).count == 5)
            // All of them began in the same millisecond.
            var found: [[String]] = []
            var next: String? = ""
            while let before = next, found.count < 9 {
                let page = try await server.get("/api/v1/sessions?limit=2&before=\(before)", token: admin)
                found.append(page["items"].array.compactMap { $0["id"].string })
                next = page["next"].string
                #expect(page["is_complete"].bool == (next == nil))
            }
            #expect(found.map(\.count) == [2, 2, 1] && found.flatMap(\.self) == ids)

            for (query, token, count) in [
                ("account=user:viewer&limit=4", admin, 4), ("account=user:nobody", admin, 0),
                ("account=user:viewer", viewer, 4), ("account=user:admin", viewer, 0),
            ] {
                let page = try await server.get("/api/v1/sessions?" + query, token: token)
                #expect(page["items"].array.count == count && page["is_complete"].bool == true, "\(query)")
            }
            for query in [
                "before=x", "before=1.x", "before=-1.AAAAAAAAAAAA", "limit=0", "limit=1001", "account=nobody",
            ] {
                let response = try await server.request("GET", "/api/v1/sessions?" + query, [server.bearer(admin)])
                #expect(response.status == 400, "\(query)")
            }
        }
    }

    @Test("everybody sees and ends their own sessions, an admin all of them")
    func sessions() async throws {
        try await withServer { server in
            let (one, two) = (try await server.session(.viewer), try await server.session(.viewer))
            let admin = try await server.session(.admin)
            let own = try await server.get("/api/v1/sessions", token: one)["items"].array
            #expect(own.count == 2)
            #expect(own.compactMap { $0["account"].string } == ["user:viewer", "user:viewer"])
            #expect(try await server.get("/api/v1/sessions", token: admin)["items"].array.count == 3)
            let adminID = Principal.sessionID(try #require(Token(admin)).hash)
            let path = "/api/v1/sessions/\(adminID)"
            #expect(try await server.request("DELETE", path, [server.bearer(one)]).status == 404)
            #expect(try await server.request("DELETE", "/api/v1/sessions", [server.bearer(one)]).status == 204)
            #expect(try await server.request("GET", "/api/v1/session", [server.bearer(two)]).status == 401)
            #expect(try await server.request("GET", "/api/v1/session", [server.bearer(one)]).status == 200)
            #expect(try await server.request("GET", "/api/v1/session", [server.bearer(admin)]).status == 200)
            #expect(try await server.request("POST", "/api/v1/logout", [server.bearer(one)], body: "").status == 204)
            let audit = try await server.store.audit(AuditQuery(limit: 2))
            #expect(audit.map(\.event) == [.signOut, .sessionRevoked])
            #expect(audit.allSatisfy { $0.actor == "user:viewer" })
        }
    }
}
