import Testing
import VenusProxy
import venus

@Suite("The text of a policy's file")
struct PolicyTextTests {
    private func problems(_ yaml: String) -> String {
        do throws(PolicyTextError) {
            _ = try PolicyText.policy(yaml)
            return "(none)"
        } catch { return "\(error)" }
    }

    @Test("says who may call what")
    func reads() throws {
        let policy = try PolicyText.policy(
            """
            mode: report
            default: deny
            rules:
              - allow:
                  hosts: [api.example.com, "*.example.org"]
                  ports: [443, 8000-8999]
                  services: checkout
                  methods: [CONNECT, GET, _OTHER]
              # The rest of the house.
              - deny: { addresses: [private, 10.0.0.0/8, "fd00::/8"] }
            """)
        #expect(policy.mode == .report && policy.fallback == .deny)
        #expect(policy.rules.map(\.action) == [.allow, .deny])
        #expect(policy.rules.map(\.line) == [4, 10])
        #expect(policy.rules[0].hosts?.map(\.text) == ["api.example.com", "*.example.org"])
        #expect(policy.rules[0].ports?.map(\.text) == ["443", "8000-8999"])
        #expect(policy.rules[0].services == [Array("checkout".utf8)])
        #expect(policy.rules[0].addresses == nil && policy.rules[1].hosts == nil)
        #expect(policy.rules[1].addresses?.classes == AddressClasses(.private))
        #expect(policy.rules[1].addresses?.networks.map(\.text) == ["10.0.0.0/8", "fd00::/8"])
        #expect(try PolicyText.policy("default: allow").isOpen)
    }

    @Test(
        "is refused with the line, the key and what would be right",
        arguments: [
            ("", "line 1: the file is empty"), ("- a", "line 1: expected keys"), ("rules: []", "default: is missing"),
            ("default: maybe", "line 1: default: expected one of allow, deny"),
            ("default: deny\nmode: log", "line 2: mode: expected one of enforce, report"),
            ("default: deny\nrule: []", "line 2: rule: there is no such key; did you mean rules?"),
            ("default: deny\nrules: 1", "line 2: rules: expected a list"),
            ("default: deny\nrules:\n  - hosts: [a.b]", "line 3: rules: expected `allow:` or `deny:`"),
            ("default: deny\nrules:\n  - allow: {}", "line 3: allow: has no conditions"),
            (
                "default: deny\nrules:\n  - allow: { host: a.b }",
                "line 3: host: there is no such condition; did you mean hosts?"
            ),
            ("default: deny\nrules:\n  - allow: { hosts: [] }", "line 3: hosts: expected a list"),
            (
                "default: deny\nrules:\n  - allow: { hosts: [10.0.0.1] }",
                "hosts: 10.0.0.1 is an address; write it under `addresses`"
            ),
            ("default: deny\nrules:\n  - allow: { hosts: [*.a.b] }", "in quotes"),
            ("default: deny\nrules:\n  - allow: { hosts: [bücher.de] }", "A-label"),
            ("default: deny\nrules:\n  - allow: { ports: [0] }", "line 3: ports: 0 is no port; expected one like 443"),
            ("default: deny\nrules:\n  - allow: { addresses: [privat] }", "privat is no class of addresses; expected"),
            ("default: deny\nrules:\n  - allow: { addresses: [10.0.0.1/8] }", "expected 10.0.0.0/8"),
            ("default: deny\nrules:\n  - allow: { methods: [get] }", "get is no method: they are in capitals, GET"),
            ("default: deny\nrules:\n  - allow: { methods: [FETCH] }", "_OTHER"),
            ("default: deny\nrules:\n  - allow: { methods: [OBTAIN] }", "_OTHER"),
            ("default: deny\nrules:\n  - allow: { services: [\"\"] }", "names no service"),
            ("default: deny\ndefault: allow", "given twice: default"), ("default: [", "the file is not YAML"),
        ])
    func refuses(yaml: String, problem: String) {
        #expect(problems(yaml).contains(problem), "\(problems(yaml))")
    }

    @Test("tells every fault, and is bounded")
    func faults() {
        let many = problems("default: x\nmode: y\nrules:\n" + (0..<9).map { _ in "  - x: y\n" }.joined())
        #expect(many.contains("default:") && many.contains("mode:") && many.hasSuffix("and 6 more"))
        let rules = (0...EgressPolicy.maximumRules).map { "  - deny: { ports: \($0 + 1) }\n" }.joined()
        #expect(problems("default: deny\nrules:\n" + rules).contains("at most 1000"))
    }
}

@Suite("A call that is tried on a policy")
struct PolicyTrialTests {
    private func explain(
        _ url: String, _ yaml: String, method: String? = nil, service: String = "checkout", linkLocal: Bool = false,
        addresses: [String] = ["192.0.2.1"]
    ) throws -> PolicyTrial.Explanation {
        var policy = try PolicyText.policy(yaml)
        policy.deniesLinkLocal = linkLocal
        let trial = try #require(PolicyTrial(url: url, method: method, service: service))
        return trial.explain(policy) { _ in addresses.compactMap { IPAddress($0) } }
    }

    @Test("is explained by the rule, its line, and the class of each address")
    func explains() throws {
        let yaml = "default: deny\nrules:\n  - deny: { hosts: [bad.example] }\n  - allow: { addresses: [global] }\n"
        let name = try explain("https://bad.example/x", yaml)
        #expect(!name.isAllowed)
        #expect(
            name.lines == ["checkout → CONNECT bad.example:443", "denied by rule 1, line 3, whatever its address"])
        let mixed = try explain("good.example:8443", yaml, addresses: ["8.8.8.8", "10.0.0.1"])
        #expect(mixed.isAllowed)
        #expect(
            mixed.lines == [
                "checkout → CONNECT good.example:8443", "8.8.8.8 (global): allowed by rule 2, line 4",
                "10.0.0.1 (private): denied: no rule matches",
            ])
        let literal = try explain("http://2852039166/", "mode: report\n" + yaml, addresses: [])
        #expect(!literal.isAllowed)
        #expect(literal.lines[0] == "checkout → GET 2852039166:80")
        #expect(literal.lines[1] == "169.254.169.254 (metadata): would be denied: no rule matches")
        #expect(literal.lines[2].contains("report"))
        let shared = try explain("http://[fe80::1]/", "default: allow", linkLocal: true)
        #expect(!shared.isAllowed && shared.lines[1].contains("other machines"))
        #expect(try !explain("https://good.example", yaml, addresses: []).isAllowed)
        #expect(try explain("https://x.example", "default: allow").isAllowed)
        for text in ["", "http://", "https://a:0/", "https://a:70000/", "http://a b/"] {
            #expect(PolicyTrial(url: text, method: nil, service: "s") == nil, "\(text)")
        }
    }

    @Test("what was called becomes an allow-list that can be read, and allows just that")
    func suggestion() throws {
        var suggestion = PolicySuggestion(window: "1h")
        for name in ["api.example.com:443", "b.example.com:443", "inner.example:443", "10.0.0.5:5432", "[::1]:80"] {
            suggestion.add(service: "checkout", dependency: name)
        }
        suggestion.add(service: "a \"quoted\" one", dependency: "api.example.com:443")
        suggestion.add(service: "checkout", dependency: "_overflow")
        let text = suggestion.text { $0.hasPrefix("inner") ? [IPAddress("10.1.1.1")!] : [IPAddress("8.8.8.8")!] }
        #expect(text.contains("# left out: \"_overflow\""))
        let policy = try PolicyText.policy(text)
        #expect(policy.mode == .report && policy.fallback == .deny && policy.rules.count == 5)
        let cases = [
            ("checkout", "https://api.example.com", "8.8.8.8", true),
            ("checkout", "https://b.example.com", "1.1.1.1", true),
            ("checkout", "https://api.example.com", "10.1.1.1", false),
            ("checkout", "https://inner.example", "10.1.1.1", true),
            ("checkout", "https://inner.example", "8.8.8.8", false), ("checkout", "10.0.0.5:5432", "", true),
            ("checkout", "10.0.0.5:5433", "", false), ("checkout", "http://[::1]", "", true),
            ("other", "https://api.example.com", "8.8.8.8", false),
        ]
        for (service, url, address, isAllowed) in cases {
            let trial = try #require(PolicyTrial(url: url, method: nil, service: service))
            let explanation = trial.explain(policy) { _ in [IPAddress(address)].compactMap { $0 } }
            #expect(explanation.isAllowed == isAllowed, "\(service) \(url) \(address): \(explanation.lines)")
        }
    }
}
