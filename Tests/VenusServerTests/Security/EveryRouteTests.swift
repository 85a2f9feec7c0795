import TestSupport
import Testing
import VenusServer
import VenusStore

/// The whole table of routes, as the server has it: a route that is added later is tested without being named here.
@Suite("Every route")
struct EveryRouteTests {
    private static let open: Set<String> = [
        "GET /healthz", "GET /readyz", "POST /api/v1/login", "GET /api/v1/login", "GET /api/v1/login/github",
        "POST /api/v1/login/github", "GET /api/v1/login/github/callback",
    ]

    private static let unsafeMethods: Set<String> = ["POST", "PUT", "PATCH", "DELETE"]
    private static let methods = unsafeMethods.union(["GET"])
    /// Who may what, by the word after `/api/v1/`, and by hand: a route that slips to a lower role is found. What
    /// changes something stands here, whatever it is.
    private static let roles: [(role: Role, methods: Set<String>, resources: [String])] = [
        (.admin, methods, ["users", "keys", "audit", "agent"]),
        (.admin, ["DELETE"], ["services", "dependencies"]),
        (.admin, ["POST"], ["hosts"]),
        (.operator, methods, ["webhooks"]),
        (.operator, unsafeMethods, ["thresholds", "rules", "silences", "objectives", "alerts"]),
        (.operator, ["DELETE"], ["hosts"]),
        // One's own.
        (.viewer, unsafeMethods, ["sessions", "password", "logout"]),
    ]

    private static func resource(of route: RouteAccess) -> String {
        let parts = route.path.split(separator: "/")
        return parts.count > 2 ? String(parts[2]) : ""
    }

    @Test("is closed, but for the probes and the sign-in")
    func closed() async throws {
        try await withServer { server in
            let table = server.server.accessTable
            let open = table.filter { $0.role == nil }.map { "\($0.method) \($0.path)" }
            #expect(Set(open) == Self.open)
            #expect(table.count > 20)
            for route in table where route.role != nil {
                let pinned = Self.roles.filter {
                    $0.methods.contains(route.method) && $0.resources.contains(Self.resource(of: route))
                }
                if route.method != "GET" { #expect(pinned.count == 1, "\(route.method) \(route.path)") }
                for pin in pinned { #expect(route.role == pin.role, "\(route.method) \(route.path)") }
            }
            // Under another name, nothing would hold it any more.
            let resources = Set(table.map { Self.resource(of: $0) })
            #expect(Set(Self.roles.flatMap(\.resources)).subtracting(resources).isEmpty)
        }
    }

    @Test("that is open says little to who brings nothing")
    func nothingBrought() async throws {
        try await withServer { server in
            // Of another site's page, and of one of ours, where GitHub's way in is not set up.
            let answers = [
                "GET /healthz": (200, 200), "GET /readyz": (200, 200), "POST /api/v1/login": (403, 400),
                "GET /api/v1/login": (200, 200), "GET /api/v1/login/github": (404, 404),
                "POST /api/v1/login/github": (403, 400), "GET /api/v1/login/github/callback": (404, 404),
            ]
            #expect(Set(answers.keys) == Self.open)
            for route in server.server.accessTable where route.role == nil {
                let (foreign, ours) = try #require(answers["\(route.method) \(route.path)"])
                let elsewhere = try await server.ask(route, [("origin", "http://evil.example")])
                #expect(elsewhere.status == foreign, "\(route.method) \(route.path)")
                #expect(elsewhere["set-cookie"] == nil)
                let response = try await server.ask(route, [server.origin])
                #expect(response.status == ours, "\(route.method) \(route.path)")
                #expect(response["set-cookie"] == nil)
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
            let token = server.bearer(try await server.session(.admin))
            for route in server.server.accessTable where !["/healthz", "/readyz"].contains(route.path) {
                // To open ones as a page of ours asks.
                let field = route.role == nil ? server.origin : token
                try await Self.expectQueriesAreRefused(server, route, field)
                try await Self.expectFieldsAreRefused(server, route, field)
                try await Self.expectSegmentsAreRefused(server, route, field)
            }
            // Not even one of them signed it out, or was taken for what it looks like.
            #expect(try await server.request("GET", "/api/v1/session", [token]).status == 200)
            for path in ["/healthz", "/readyz"] {
                for query in ["?x=1", "?%ff", "?" + String(repeating: "a", count: 9_000)] {
                    #expect([400, 414].contains(try await server.request("GET", path + query).status), "\(path)")
                }
                #expect(try await server.request("GET", path).status == 200)
            }
        }
    }

    private static func expectQueriesAreRefused(
        _ server: RunningServer, _ route: RouteAccess, _ token: (String, String)
    ) async throws {
        // Whatever follows its path, a request for the live socket that is no handshake is asked for one.
        let refused = route.path == "/api/v1/live" ? 426 : 400
        for (query, status) in [
            ("?%00=1", refused), ("?window=%ff", refused), ("?window=%zz", refused),
            ("?x" + String(repeating: "&a=b", count: 100), refused), ("?window=1m&window=1m", refused),
            ("?" + String(repeating: "a", count: 9_000), 414),
        ] {
            let response = try await server.ask(route, [token], query: query)
            #expect(response.status == status, "\(route.method) \(route.path)\(query.prefix(20))")
        }
    }

    private static func expectFieldsAreRefused(
        _ server: RunningServer, _ route: RouteAccess, _ token: (String, String)
    ) async throws {
        let many = (0..<200).map { ("x-\($0)", "1") }
        let long = [("x-long", String(repeating: "a", count: 40_000))]
        for fields in [many, long] {
            // Without a body: the answer may come, and the connection end, before it is sent.
            let response = try await server.request(
                route.method, route.path(with: "nothing"), [token] + fields)
            #expect(response.status == 431, "\(route.method) \(route.path)")
        }
    }

    /// In the place of each parameter of its path.
    private static func expectSegmentsAreRefused(
        _ server: RunningServer, _ route: RouteAccess, _ token: (String, String)
    ) async throws {
        guard route.path.contains("{") else { return }
        let hasBody = route.method != "GET" && route.method != "DELETE"
        for segment in ["%00", "%ff", "%zz", "..%2f..%2fetc", "%F0%9F%98%80", String(repeating: "a", count: 2_000)] {
            let path = route.path(with: segment)
            // Not through the server's own request(): what is no name in a path has no description.
            let client = try HTTPClient(port: server.port)
            defer { client.close() }
            let response = try await client.request(
                route.method, path,
                [server.host, token] + (hasBody ? [("content-type", "application/json")] : []),
                body: hasBody ? Array("{}".utf8) : nil)
            #expect([400, 404].contains(response.status), "\(route.method) \(path.prefix(60)) \(response.status)")
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
