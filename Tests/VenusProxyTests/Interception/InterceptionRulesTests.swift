import Testing
import VenusProxy

@Suite("Which tunnels are intercepted")
struct InterceptionRulesTests {
    @Test(
        "hosts by name, by suffix and by address",
        arguments: [
            ("api.example.com", true), ("API.EXAMPLE.COM.", true), ("x.api.example.com", false),
            ("a.shop.example", true), ("a.b.shop.example", true), ("shop.example", false),
            ("pay.shop.example", false), ("10.1.2.3", true), ("10.1.9.9", false), ("11.1.2.3", false),
            ("::ffff:10.1.2.3", true), ("2001:db8::1", true), ("2001:db9::1", false), ("other.example", false),
        ])
    func patterns(host: String, expected: Bool) throws {
        let rules = InterceptionRules(
            hosts: try patterns("api.example.com", "*.shop.example", "10.0.0.0/8", "[2001:db8::1]"),
            pass: try patterns("PAY.shop.example", "10.1.9.9"))
        #expect(rules.intercepts(try #require(SubjectName(host: Array(host.utf8)))) == expected)
    }

    @Test("* is everything, also addresses, but what passes passes")
    func everything() throws {
        let rules = InterceptionRules(hosts: try patterns("*"), pass: try patterns("*.bank.example", "127.0.0.0/8"))
        for (host, expected) in [
            ("a.example", true), ("10.0.0.1", true), ("::1", true), ("x.bank.example", false), ("127.0.0.1", false),
        ] {
            #expect(rules.intercepts(try #require(SubjectName(host: Array(host.utf8)))) == expected, "\(host)")
        }
        #expect(!InterceptionRules().intercepts(.host(Array("a.example".utf8))))
    }

    @Test(
        "what is no pattern is refused",
        arguments: ["", "a b", "*x", "a.*", "10.0.0.0/33", "https://a.example", "a:443"])
    func faults(text: String) {
        #expect(throws: PolicyFault.self) { try InterceptionPattern(text) }
    }

    @Test("the first certificate that fits an origin is shown to it")
    func clientCertificates() throws {
        let rules = InterceptionRules(
            clientCertificates: [
                .init(hosts: try patterns("a.example"), certificate: "1.pem", key: "1.key"),
                .init(hosts: try patterns("*.example"), certificate: "2.pem", key: "2.key"),
            ])
        #expect(rules.clientCertificate(for: .host(Array("a.example".utf8))) == 0)
        #expect(rules.clientCertificate(for: .host(Array("b.example".utf8))) == 1)
        #expect(rules.clientCertificate(for: .host(Array("b.other".utf8))) == nil)
    }

    private func patterns(_ texts: String...) throws -> [InterceptionPattern] {
        try texts.map { try InterceptionPattern($0) }
    }
}
