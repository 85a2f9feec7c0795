import Testing
import TestSupport
import VenusCore

@Suite("Route templates")
struct RouteTemplateTests {
    @Test(
        "keep the names of a route",
        arguments: [
            "/", "/v1/charges", "/v1.2/users", "/oauth2/token", "/api/v2beta1/projects:search", "/index.html",
            "/healthz", "/.well-known/openid-configuration", "/s3/buckets", "/wp-admin/admin-ajax.php", "/xmlrpc.php",
            "/getUserById", "/package.Service/ListInvoices", "/sha256/sums", "/a/b/c", "/ec2/DescribeInstances",
            "/internationalization/settings", "/covid-19/statistics", "/openapi3.json", "/search", "/K8s/pods", "/a//b",
            "/customer_support/tickets", "/TOKENS", "/EC2", "/getUserURL", "/i18n/de", "/.", "/graphql",
        ])
    func names(_ path: String) {
        // `getUserURL` has too many capitals for its length to be told from a token.
        #expect(RouteTemplate.template(path) == (path == "/getUserURL" ? "/*" : path))
    }

    @Test(
        "turn values into stars",
        arguments: [
            ("/v1/charges/123", "/v1/charges/*"), ("/users/42/orders/7", "/users/*/orders/*"),
            ("/users/550e8400-e29b-41d4-a716-446655440000", "/users/*"),
            ("/users/550E8400E29B41D4A716446655440000/x", "/users/*/x"),
            ("/commits/da39a3ee5e6b4b0d3255bfef95601890afd80709", "/commits/*"), ("/commits/deadbeef", "/commits/*"),
            ("/users/ada@example.com", "/users/*"), ("/users/ada%40example.com", "/users/*"),
            ("/~ada/papers", "/*/papers"), ("/2026-11-21/report", "/*/report"), ("/2026/11/21", "/*/*/*"),
            ("/watch/dQw4w9WgXcQ", "/watch/*"), ("/keys/AKIAIOSFODNN7EXAMPLE", "/keys/*"),
            ("/hooks/T024BE7LD/B0JJ3LLT1/x2FgT9aQ0bZ7nM4kLpR8sVwE", "/hooks/*/*/*"),
            ("/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/sendMessage", "/*/sendMessage"),
            ("/jwt/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "/jwt/*"), ("/key=value;a", "/*"),
            ("/größe", "/*"), ("/日本", "/*"), ("/a b", "/*"), ("/10.0.0.1/x", "/*/x"), ("/%2e%2e/etc", "/*/etc"),
            ("/" + String(repeating: "a", count: 41), "/*"), ("/sk_live_4eC39HqLyjWDarjtT1zdp7dc", "/*"),
            ("/qwjzkxvbnmplkjhg", "/*"), ("/QWJZKXVBNMPLKJHG", "/*"), ("/aBcDeFgHiJkLmNop", "/*"),
        ])
    func values(_ path: String, _ template: String) { #expect(RouteTemplate.template(path) == template) }

    @Test(
        "have no query, no fragment, and nothing that is not a path",
        arguments: [
            ("/a?token=secret", "/a"), ("/a#secret", "/a"), ("?secret", "/"), ("", "/"), ("*", "*"),
            ("secret", "*"), ("/a?b/c?d", "/a"), ("/a/?x", "/a/"), ("#", "/"),
        ])
    func noQuery(_ path: String, _ template: String) { #expect(RouteTemplate.template(path) == template) }

    @Test("are bounded in segments and in bytes")
    func bounded() {
        #expect(
            RouteTemplate.template(String(repeating: "/a", count: 100))
                == String(repeating: "/a", count: RouteTemplate.maximumSegments) + "/**")
        #expect(RouteTemplate.template(String(repeating: "/a", count: 12)) == String(repeating: "/a", count: 12))
        let long = String(repeating: "/abcdefghij", count: 10_000)
        #expect(RouteTemplate.template(long).utf8.count < 200)
    }

    @Test(
        "let hardly any random token pass as a name",
        arguments: [
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16, 0.005),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 22, 0.005),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 24, 0.01),
            ("abcdefghijklmnopqrstuvwxyz0123456789", 16, 0.005), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 0.001),
            ("0123456789abcdef", 8, 0.001), ("0123456789ABCDEF", 32, 0.0001), ("0123456789", 1, 0),
            ("abcdefghijklmnopqrstuvwxyz", 26, 0),
        ] as [(String, Int, Double)])
    func tokens(_ alphabet: String, _ length: Int, _ share: Double) {
        var generator = SeededGenerator(seed: UInt64(length))
        let characters = Array(alphabet)
        let rounds = 20_000
        var survivors: [String] = []
        for _ in 0..<rounds {
            let token = String((0..<length).map { _ in characters.randomElement(using: &generator) ?? "-" })
            if RouteTemplate.template("/t/" + token) != "/t/*" { survivors.append(token) }
        }
        #expect(Double(survivors.count) <= share * Double(rounds), "\(survivors.prefix(10))")
    }

    @Test("hold no byte that could break a line or a field, whatever the path")
    func bytes() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<5_000 {
            let length = Int.random(in: 0..<60, using: &generator)
            let path = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) } + [UInt8(ascii: "/")]
            var output: [UInt8] = []
            path.withUnsafeBufferPointer { RouteTemplate.append($0, to: &output) }
            #expect(output.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            #expect(output.count <= path.count + 4)
        }
    }
}
