import TestSupport
import Testing
import VenusServer
import VenusStore

/// The whole table of routes, as the server has it: a route that is added later is tested without being named here.
@Suite("Every route")
struct EveryRouteTests {
    private static let open: Set<String> = [
        "GET /healthz", "GET /readyz", "POST /api/v1/login", "GET /api/v1/login", "GET /api/v1/login/github",
        "GET /api/v1/login/github/callback",
    ]

    @Test("is closed, but for the probes and the sign-in")
    func closed() async throws {
        try await withServer { server in
            let table = server.server.accessTable
            let open = table.filter { $0.role == nil }.map { "\($0.method) \($0.path)" }
            #expect(Set(open) == Self.open)
            #expect(table.count > 20)
            for route in table where route.role != nil && route.method != "GET" && route.path != "/api/v1/logout" {
                let isOwn = route.path.hasPrefix("/api/v1/sessions") || route.path == "/api/v1/password"
                #expect(isOwn || route.role != .viewer, "\(route.method) \(route.path)")
            }
        }
    }

    @Test("answers 401 to what opens nothing: no token, garbage, cut off, expired, idle, revoked, another server's")
    func unauthenticated() async throws {
        try await withServer { server in
            try await withServer { other in
                let good = try await server.session(.admin)
                let expired = try await server.session(.admin, expiresAt: RunningServer.nowMilliseconds + 1)
                let idle = try await server.session(.admin, idleExpiresAt: RunningServer.nowMilliseconds + 1)
                let revoked = try await server.session(.admin)
                _ = try await server.get("/api/v1/session", token: revoked)
                let id = try #require(Token(revoked)).hash
                let gone = try await server.request(
                    "DELETE", "/api/v1/sessions/\(Principal.sessionID(id))", [server.bearer(good)])
                #expect(gone.status == 204)
                let key = try await server.key([.read, .writeHosts])
                _ = try await server.get("/api/v1/session", token: key.text)
                let revocation = try await server.request(
                    "DELETE", "/api/v1/keys/\(key.id)", [server.bearer(good)])
                #expect(revocation.status == 204)
                let unknownKey = Token.randomKey().text
                let swapped = "venus_\(try await server.key([.read]).id)_" + Token.random().text

                let bad: [(String, [(String, String)])] = [
                    ("none", []), ("garbage", [server.bearer("garbage")]), ("empty", [server.bearer("")]),
                    ("cut off", [server.bearer(String(good.dropLast()))]), ("longer", [server.bearer(good + "A")]),
                    ("basic", [("authorization", "Basic \(good)")]), ("bare", [("authorization", good)]),
                    ("expired", [server.bearer(expired)]), ("idle", [server.bearer(idle)]),
                    ("revoked", [server.bearer(revoked)]), ("another's", [server.bearer(try await other.signIn())]),
                    ("revoked key", [server.bearer(key.text)]), ("unknown key", [server.bearer(unknownKey)]),
                    ("another key's id", [server.bearer(swapped)]),
                    ("garbage cookie", [("cookie", "venus_session=x"), server.origin]),
                    ("two", [server.bearer("x"), ("cookie", "venus_session=\(good)"), server.origin]),
                    ("in the query", []),
                ]
                for route in server.server.accessTable where route.role != nil {
                    for (what, fields) in bad {
                        let response = try await server.ask(route, fields)
                        #expect(response.status == 401, "\(what): \(route.method) \(route.path)")
                        #expect(response["www-authenticate"] != nil)
                        #expect(response["set-cookie"] == nil)
                    }
                }
                let inQuery = try await server.request("GET", "/api/v1/graph?token=\(good)&access_token=\(good)")
                #expect(inQuery.status == 401)
                for text in [good, revoked, key.text] { #expect(!server.log.text.contains(text)) }
            }
        }
    }

    @Test("answers 403 to a role that is too low, and to a key without the scope; and lets the others in")
    func forbidden() async throws {
        try await withServer { server in
            let sessions = try await Role.allCases.asyncMap { ($0, try await server.session($0)) }
            let keys = try await KeyScope.allCases.asyncMap { ($0, try await server.key([$0]).text) }
            for route in server.server.accessTable {
                guard let needed = route.role, route.path != "/api/v1/logout" else { continue }
                for (role, token) in sessions where route.path != "/api/v1/sessions" || route.method == "GET" {
                    let response = try await server.ask(route, [server.bearer(token)])
                    let isRefused = response.status == 403
                    #expect(isRefused == (role < needed), "\(role): \(route.method) \(route.path) \(response.status)")
                    #expect(response.status != 401)
                }
                for (scope, key) in keys {
                    let response = try await server.ask(route, [server.bearer(key)])
                    #expect(
                        (response.status == 403) == (route.scope != scope), "\(scope): \(route.method) \(route.path)")
                    #expect(response.status != 401)
                }
            }
        }
    }

    @Test("that changes something refuses a cookie without our own page's Origin and token")
    func crossSite() async throws {
        try await withServer { server in
            let token = try await server.session(.admin)
            let cookie = ("cookie", "venus_session=\(token)")
            let csrf = try #require(try await server.get("/api/v1/session", token: token)["csrf_token"].string)
            let other = try #require(
                try await server.get("/api/v1/session", token: try await server.session(.admin))["csrf_token"].string)
            for route in server.server.accessTable where route.role != nil && route.method != "GET" {
                for origin in [
                    nil, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:\(server.port)",
                ] {
                    let fields = [cookie, ("x-csrf-token", csrf)] + (origin.map { [("origin", $0)] } ?? [])
                    #expect(try await server.ask(route, fields).status == 403, "\(origin ?? "none") \(route.path)")
                }
                for shown in [nil, "", "x", other, token, csrf + "A"] {
                    let fields = [cookie, server.origin] + (shown.map { [("x-csrf-token", $0)] } ?? [])
                    let response = try await server.ask(route, fields)
                    #expect(response.status == 403, "\(route.path)")
                    #expect(response.text.contains("csrf-token-missing"))
                }
            }
            let page = [cookie, server.origin, ("x-csrf-token", csrf)]
            #expect(try await server.request("DELETE", "/api/v1/sessions/AAAAAAAAAAAA", page).status == 404)
            #expect(try await server.request("POST", "/api/v1/logout", page, body: "").status == 204)
        }
    }

    @Test("is not answered under a foreign name, whatever is shown")
    func rebinding() async throws {
        try await withServer { server in
            let token = try await server.session(.admin)
            for route in server.server.accessTable where !["/healthz", "/readyz"].contains(route.path) {
                for host in ["evil.example", "evil.example:\(server.port)", "127.0.0.1.evil.example"] {
                    let response = try await server.ask(route, [("host", host), server.bearer(token)])
                    #expect(response.status == 421, "\(host) \(route.path)")
                }
            }
            #expect(try await server.get("/api/v1/session", token: token)["role"].string == "admin")
        }
    }

    @Test("withstands headers and parameters that are too many, too long or malformed")
    func abuse() async throws {
        try await withServer { server in
            let token = server.bearer(try await server.session(.viewer))
            let table = server.server.accessTable.filter { $0.role == .viewer && $0.method == "GET" }
            for route in table where route.path != "/api/v1/live" {
                for query in [
                    "?%00=1", "?window=%ff", "?window=%zz", "?x" + String(repeating: "&a=b", count: 100),
                    "?" + String(repeating: "a", count: 9_000), "?window=1m&window=1m",
                ] {
                    let response = try await server.request("GET", route.path + query, [token])
                    #expect(
                        [400, 414].contains(response.status), "\(route.path)\(query.prefix(20)) \(response.status)")
                }
                let many = (0..<200).map { ("x-\($0)", "1") }
                #expect(try await server.request("GET", route.path, [token] + many).status >= 400)
                let long = ("x-long", String(repeating: "a", count: 40_000))
                #expect(try await server.request("GET", route.path, [token, long]).status >= 400)
            }
            for path in ["/healthz", "/readyz"] {
                for query in ["?x=1", "?%ff", "?" + String(repeating: "a", count: 9_000)] {
                    #expect([400, 414].contains(try await server.request("GET", path + query).status), "\(path)")
                }
                #expect(try await server.request("GET", path).status == 200)
            }
        }
    }
}

extension Sequence where Self: Sendable, Element: Sendable {
    func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
