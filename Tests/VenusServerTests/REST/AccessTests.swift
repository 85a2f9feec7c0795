import TestSupport
import Testing
import VenusServer

@Suite("Who gets in")
struct AccessTests {
    private static let routes = [
        ("GET", "/api/v1/graph"), ("GET", "/api/v1/kpis"), ("GET", "/api/v1/history"), ("GET", "/api/v1/losses"),
        ("GET", "/api/v1/pins"), ("GET", "/api/v1/proxies"), ("GET", "/api/v1/policy"),
        ("GET", "/api/v1/live"),
        ("HEAD", "/api/v1/graph"), ("POST", "/api/v1/logout"), ("GET", "/api/v1/nothing"), ("POST", "/api/v1/graph"),
        ("DELETE", "/api/v1/services/x"), ("GET", "/api/v1/graph?window=nonsense"), ("GET", "/api/"),
    ]

    @Test("every route answers 401 without a token and with a wrong one, and no token is logged")
    func unauthenticated() async throws {
        try await withServer { server in
            let wrong = Token.random().text
            for fields in [
                [], [server.bearer(wrong)], [server.bearer("nonsense")], [("authorization", "Basic \(wrong)")],
                [server.bearer(String(repeating: "a", count: 6_000))],
            ] {
                for (method, path) in Self.routes {
                    let response = try await server.request(method, path, fields)
                    #expect(response.status == 401, "\(method) \(path)")
                    #expect(response["content-type"] == "application/problem+json")
                    #expect(response["www-authenticate"]?.hasPrefix("Bearer") == true)
                }
            }
            #expect(!server.log.text.contains(wrong))
            #expect(server.log.text.contains("invalid token"))
        }
    }

    @Test("probes and the sign-in need no token; a probe may come by any name")
    func open() async throws {
        try await withServer { server in
            let health = try await server.request("GET", "/healthz", [("host", "10.1.2.3.probe.example")])
            #expect(health.status == 200)
            #expect(health.text == #"{"status":"ok"}"#)
            let ready = try await server.request("GET", "/readyz", [("host", "whatever.example")])
            #expect(ready.status == 200)
            #expect(try JSONValue(ready.text)["checks"]["store"].string == "ok")
            #expect(try JSONValue(ready.text)["checks"]["feed"].string == "absent")
            #expect(try JSONValue(ready.text)["checks"]["transport"].string == "loopback")
        }
    }

    @Test("beyond loopback without TLS is plain, whatever stands before it")
    func reach() {
        for host in ["127.0.0.1", "127.1.2.3", "::1", "localhost"] {
            #expect(Reach(host: host, isTLS: false) == .loopback && Reach(host: host, isTLS: true) == .tls)
        }
        for host in ["0.0.0.0", "::", "10.1.2.3", "venus.example"] {
            #expect(Reach(host: host, isTLS: false) == .plain && Reach(host: host, isTLS: true) == .tls)
        }
    }

    @Test("a page from elsewhere is told nothing that would let it read an answer")
    func foreignOrigin() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for method in ["GET", "OPTIONS", "POST"] {
                for credential in [server.bearer(token), ("cookie", "venus_session=\(token)")] {
                    let response = try await server.request(
                        method, "/api/v1/graph",
                        [
                            credential, ("origin", "https://elsewhere.example"),
                            ("access-control-request-method", "GET"),
                            ("access-control-request-headers", "authorization"),
                        ])
                    for name in ["origin", "credentials", "methods", "headers"] {
                        #expect(response["access-control-allow-\(name)"] == nil, "\(method) \(name)")
                    }
                }
            }
        }
    }

    @Test("a page of a site that is configured reads with a token; with a cookie none does")
    func corsOrigins() async throws {
        try await withServer {
            $0.corsOrigins = ["https://grafana.example"]
        } _: { server in
            let token = try await server.signIn()
            let site = ("origin", "https://grafana.example")
            let read = try await server.request("GET", "/api/v1/graph", [server.bearer(token), site])
            #expect(read.status == 200)
            #expect(read["access-control-allow-origin"] == site.1)
            #expect(read["vary"] == "Accept, Accept-Encoding, Origin")
            #expect(read["access-control-expose-headers"]?.contains("ETag") == true)
            // It can tell that its token is none any more.
            let refused = try await server.request("GET", "/api/v1/graph", [server.bearer("x"), site])
            #expect(refused.status == 401 && refused["access-control-allow-origin"] == site.1)

            let question = [
                ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization"),
            ]
            for path in ["/api/v1/graph", "/api/v1/nothing"] {
                let answer = try await server.request("OPTIONS", path, [site] + question)
                #expect(answer.status == 204 && answer["access-control-allow-origin"] == site.1)
                #expect(answer["access-control-allow-headers"]?.contains("Authorization") == true)
                #expect(answer["access-control-allow-methods"]?.contains("DELETE") == true)
            }
            let others = [
                "https://evil.example", "http://grafana.example", "https://grafana.example:8443", "null",
                "https://grafana.example.evil.example",
            ]
            for other in others {
                for method in ["GET", "OPTIONS"] {
                    let fields = [server.bearer(token), ("origin", other)] + question
                    let answer = try await server.request(method, "/api/v1/graph", fields)
                    #expect(answer["access-control-allow-origin"] == nil, "\(other)")
                    #expect(answer["access-control-allow-headers"] == nil)
                    #expect(answer["vary"]?.hasSuffix("Origin") == true)
                }
            }
            for answer in [read, refused] { #expect(answer["access-control-allow-credentials"] == nil) }
            let foreignName = try await server.request(
                "OPTIONS", "/api/v1/graph", [("host", "evil.example"), site] + question)
            #expect(foreignName.status == 421)
        }
    }

    @Test("a bearer token and a cookie both open what is read")
    func credentials() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for fields in [[server.bearer(token)], [("cookie", "x=y; venus_session=\(token)")]] {
                let response = try await server.request("GET", "/api/v1/graph", fields)
                #expect(response.status == 200)
                #expect(response["cache-control"] == "private, no-cache")
                #expect(response["content-type"] == "application/json")
                #expect(response["x-content-type-options"] == "nosniff")
                #expect(response["x-frame-options"] == "DENY")
                #expect(response["referrer-policy"] == "no-referrer")
                #expect(response["content-security-policy"]?.contains("script-src 'self';") == true)
            }
            let head = try await server.request("HEAD", "/api/v1/graph", [server.bearer(token)])
            #expect(head.status == 200)
        }
    }

    @Test("a name that is not ours is not answered, whatever it shows")
    func hosts() async throws {
        try await withServer {
            $0.allowedHosts = ["venus.example"]
        } _: { server in
            let token = try await server.signIn()
            for host in ["evil.example", "localhost.evil.example", "evil.example:\(server.port)"] {
                for path in ["/", "/api/v1/graph"] {
                    let response = try await server.request("GET", path, [("host", host), server.bearer(token)])
                    #expect(response.status == 421, "\(host)")
                }
                let login = try await server.login("{\"secret\":\"\(server.secret)\"}", [("host", host)])
                #expect(login.status == 421)
                #expect(login["set-cookie"] == nil)
            }
            for host in ["localhost:1", "venus.example", "[::1]", "127.0.0.1"] {
                let response = try await server.request("GET", "/api/v1/graph", [("host", host), server.bearer(token)])
                #expect(response.status == 200, "\(host)")
            }
            #expect(
                try await server.request("GET", "/api/v1/graph", [("host", "a b"), server.bearer(token)]).status == 400)
        }
    }

    @Test("a cookie signs out only from our own pages; a bearer token from anywhere")
    func origins() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let cookie = ("cookie", "venus_session=\(token)")
            for origin in [
                nil, "http://evil.example", "null", "https://127.0.0.1:\(server.port)", server.origin.1 + "0",
            ] {
                let fields = [cookie] + (origin.map { [("origin", $0)] } ?? [])
                let response = try await server.request("POST", "/api/v1/logout", fields, body: "")
                #expect(response.status == 403, "\(origin ?? "none")")
            }
            #expect(try await server.request("GET", "/api/v1/graph", [cookie]).status == 200)
            for csrf in [nil, "", "x", Token.random().text] {
                let fields = [cookie, server.origin] + (csrf.map { [("x-csrf-token", $0)] } ?? [])
                let response = try await server.request("POST", "/api/v1/logout", fields, body: "")
                #expect(response.status == 403)
                #expect(response.text.contains("csrf-token-missing"))
            }
            let csrf = try await server.get("/api/v1/session", token: token)["csrf_token"].string ?? ""
            let out = try await server.request(
                "POST", "/api/v1/logout", [cookie, server.origin, ("x-csrf-token", csrf)], body: "{}")
            #expect(out.status == 204)
            #expect(out["set-cookie"]?.hasPrefix("venus_session=; Max-Age=0") == true)
            #expect(try await server.request("GET", "/api/v1/graph", [cookie]).status == 401)

            let other = try await server.signIn()
            let fields = [server.bearer(other), ("origin", "http://evil.example")]
            #expect(try await server.request("POST", "/api/v1/logout", fields, body: "").status == 204)
            #expect(try await server.request("GET", "/api/v1/graph", [server.bearer(other)]).status == 401)
        }
    }

    @Test("a session ends at its time")
    func expiry() async throws {
        try await withServer {
            $0.sessionLifetime = .milliseconds(300)
        } _: { server in
            let token = try await server.signIn()
            try await eventually(holds: {
                try await server.request("GET", "/api/v1/graph", [server.bearer(token)]).status == 401
            })
        }
    }
}
