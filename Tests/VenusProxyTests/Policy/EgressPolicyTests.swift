import Testing
import VenusCore
import VenusProxy

@Suite("The egress policy")
struct EgressPolicyTests {
    /// Asks as the engine does: the host in lower case.
    private func ask<Result>(
        host: String, port: UInt16 = 443, method: StaticString = "CONNECT", service: String = "checkout",
        _ use: (PolicySubject) -> Result
    ) -> Result {
        var (host, service) = (host, service)
        return host.withUTF8 { host in
            service.withUTF8 { use(PolicySubject(host: host, port: port, method: method, service: $0)) }
        }
    }

    private func rule(
        _ action: PolicyRule.Action, hosts: [String]? = nil, ports: [String]? = nil, classes: [AddressClass] = [],
        networks: [String] = [], services: [String]? = nil, methods: [String]? = nil
    ) throws -> PolicyRule {
        var rule = PolicyRule(action)
        rule.hosts = try hosts?.map { try HostPattern($0) }
        rule.ports = ports?.compactMap { PortRange($0) }
        if !classes.isEmpty || !networks.isEmpty {
            rule.addresses = AddressCondition(
                classes: AddressClasses(classes.map { AddressClasses($0) }),
                networks: try networks.map { try IPNetwork($0) })
        }
        rule.services = services?.map { Array($0.utf8) }
        rule.methods = methods?.map { Array($0.utf8) }
        return rule
    }

    @Test("the first rule whose conditions are all met decides; where none is, the default does")
    func order() throws {
        let policy = try EgressPolicy(
            fallback: .deny,
            rules: [
                rule(.deny, hosts: ["admin.example.com"]),
                rule(.allow, hosts: ["*.example.com"], ports: ["443", "8000-8999"]),
                rule(.allow, hosts: ["example.org"], services: ["checkout"], methods: ["GET", "_OTHER"]),
            ])
        let cases: [(String, UInt16, StaticString, String, Bool, PolicyVerdict.Reason)] = [
            ("admin.example.com", 443, "CONNECT", "checkout", false, .rule(1)),
            ("admin.example.com.", 443, "CONNECT", "checkout", false, .rule(1)),
            ("api.example.com", 443, "CONNECT", "checkout", true, .rule(2)),
            ("a.b.example.com", 8_500, "GET", "shop", true, .rule(2)),
            ("api.example.com.", 8_999, "GET", "shop", true, .rule(2)),
            ("example.com", 443, "CONNECT", "checkout", false, .fallback),
            ("badexample.com", 443, "CONNECT", "checkout", false, .fallback),
            ("api.example.com", 80, "GET", "checkout", false, .fallback),
            ("api.example.com", 9_000, "GET", "checkout", false, .fallback),
            ("example.org", 443, "GET", "checkout", true, .rule(3)),
            ("example.org", 443, "_OTHER", "checkout", true, .rule(3)),
            ("example.org", 443, "POST", "checkout", false, .fallback),
            ("example.org", 443, "GET", "shop", false, .fallback),
            ("example.org", 443, "GET", "check", false, .fallback),
        ]
        for (host, port, method, service, isAllowed, reason) in cases {
            let verdict = ask(host: host, port: port, method: method, service: service) { policy.verdict($0) }
            #expect(
                verdict?.isAllowed == isAllowed && verdict?.reason == reason, "\(host):\(port) \(method) \(service)")
            #expect(verdict?.errorType == .httpRequestDenied)
        }
    }

    @Test("a rule about addresses waits for them, and decides by the one that is dialled")
    func addresses() throws {
        let policy = try EgressPolicy(
            fallback: .allow,
            rules: [
                rule(.allow, hosts: ["db.internal"], networks: ["10.1.0.0/16"]),
                rule(.deny, classes: [.private, .loopback, .linkLocal]),
            ])
        #expect(ask(host: "db.internal") { policy.verdict($0) } == nil)
        let cases = [
            ("db.internal", "10.1.2.3", true), ("db.internal", "10.2.2.3", false), ("db.internal", "8.8.8.8", true),
            ("other", "10.1.2.3", false), ("rebound", "127.0.0.1", false), ("rebound", "0.0.0.0", false),
            ("rebound", "169.254.169.254", false), ("rebound", "::ffff:10.1.2.3", false),
            ("db.internal", "::ffff:10.1.2.3", true), ("db.internal", "64:ff9b::10.1.2.3", true),
            ("rebound", "2002:a01:203::1", false), ("rebound", "64:ff9b::127.0.0.1", false),
            ("rebound", "2001:0:808:808:0:0:80ff:fffe", false), ("rebound", "fe80::5efe:8.8.8.8", false),
            ("rebound", "8.8.8.8", true), ("rebound", "2606:4700::1", true), ("rebound", "fd00:ec2::254", false),
        ]
        for (host, text, isAllowed) in cases {
            let address = try #require(IPAddress(text))
            let verdict = ask(host: host) { policy.verdict($0, at: address) }
            #expect(verdict.isAllowed == isAllowed, "\(host) at \(text)")
            if !isAllowed { #expect(verdict.errorType == .destinationIPProhibited) }
        }
    }

    @Test("a rule that allows addresses lets no embedded one of another class through")
    func allowingByAddress() throws {
        let policy = try EgressPolicy(fallback: .deny, rules: [rule(.allow, classes: [.global])])
        let cases = [
            ("8.8.8.8", true), ("64:ff9b::8.8.8.8", true), ("64:ff9b::10.0.0.1", false), ("2002:a00:1::1", false),
            // Teredo with a private server, though its client is global.
            ("2001:0:a00:1:0:0:f7f7:f7f7", false), ("fe80::5efe:8.8.8.8", false), ("168.63.129.16", false),
            ("169.254.169.254", false),
        ]
        for (text, isAllowed) in cases {
            let address = try #require(IPAddress(text))
            let verdict = ask(host: "x") { policy.verdict($0, at: address) }
            #expect(verdict.isAllowed == isAllowed && verdict.isByAddress, "\(text)")
        }
        let metadata = try EgressPolicy(fallback: .deny, rules: [rule(.allow, classes: [.metadata])])
        let address = try #require(IPAddress("169.254.169.254"))
        #expect(ask(host: "x") { metadata.verdict($0, at: address) }.isAllowed)
        let linkLocal = try EgressPolicy(fallback: .deny, rules: [rule(.allow, classes: [.linkLocal])])
        #expect(!ask(host: "x") { linkLocal.verdict($0, at: address) }.isAllowed)
    }

    @Test(
        "a proxy for other machines denies link-local and metadata addresses, in report mode too, unless a rule names them"
    )
    func builtIn() throws {
        func verdict(_ policy: EgressPolicy, _ host: String, _ text: String) throws -> PolicyVerdict {
            let address = try #require(IPAddress(text))
            return ask(host: host) { policy.verdict($0, at: address) }
        }
        let forbidden = [
            ("x", "169.254.169.254"), ("x", "169.254.7.7"), ("x", "fe80::1"), ("x", "fd00:ec2::254"),
            ("x", "::ffff:169.254.169.254"), ("x", "64:ff9b::169.254.169.254"), ("metadata.google.internal", "8.8.8.8"),
            ("metadata.google.internal.", "8.8.8.8"), ("metadata", "8.8.8.8"), ("x", "100.100.100.200"),
        ]
        for mode in EgressPolicy.Mode.allCases {
            let policies = try [
                EgressPolicy(mode: mode, fallback: .allow, rules: [], deniesLinkLocal: true),
                EgressPolicy(mode: mode, fallback: .allow, rules: [rule(.allow, hosts: ["*"])], deniesLinkLocal: true),
                EgressPolicy(
                    mode: mode, fallback: .allow, rules: [rule(.allow, classes: [.global])], deniesLinkLocal: true),
            ]
            for policy in policies.prefix(2) {
                for (host, text) in forbidden {
                    let found = try verdict(policy, host, text)
                    #expect(found.reason == .linkLocal && policy.keepsBack(found), "\(mode) \(host) \(text)")
                }
                #expect(try verdict(policy, "x", "10.0.0.1").isAllowed)
            }
            #expect(try verdict(policies[2], "x", "169.254.169.254").reason == .linkLocal)
            // What only would be denied goes out, but not there.
            let reporting = try EgressPolicy(
                mode: mode, fallback: .deny, rules: [rule(.deny, classes: [.linkLocal])], deniesLinkLocal: true)
            #expect(reporting.keepsBack(try verdict(reporting, "x", "169.254.169.254")))
            #expect(reporting.keepsBack(try verdict(reporting, "x", "8.8.8.8")) == (mode == .enforce))
            let named = try EgressPolicy(
                mode: mode, fallback: .deny, rules: [rule(.allow, classes: [.metadata])], deniesLinkLocal: true)
            #expect(try verdict(named, "x", "169.254.169.254").isAllowed)
        }
    }

    @Test("patterns of hosts are names; what is none is refused with what would be right")
    func patterns() throws {
        #expect(try HostPattern("API.Example.COM.").text == "api.example.com")
        #expect(try HostPattern("*.Example.com").text == "*.example.com")
        #expect(try HostPattern("XN--BCHER-KVA.example").text == "xn--bcher-kva.example")
        let wrong = [
            ("bücher.example", "A-label"), ("http://example.com", "URL"), ("user@example.com", "URL"),
            ("10.0.0.1", "addresses"), ("127.1", "addresses"), ("0x7f000001", "addresses"), ("[::1]", "addresses"),
            ("::1", "addresses"), ("10.0.0.0/8", "addresses"), ("example.com:443", "ports"),
            ("*example.com", "first part"),
            ("a.*.com", "first part"), ("", "empty"), ("*.", "empty"), ("a..b", "empty"), ("a b", "no host's name"),
            ("%61.com", "no host's name"), (String(repeating: "a", count: 64) + ".com", "longer than 63"),
        ]
        for (text, word) in wrong {
            do throws(PolicyFault) {
                _ = try HostPattern(text)
                Issue.record("\(text) is taken for a pattern")
            } catch { #expect(error.reason.contains(word), "\(text): \(error.reason)") }
        }
        #expect(PortRange("8000-8999")?.contains(8_999) == true)
        for text in ["", "0", "65536", "9-8", "-1", "1-", "+1", "x", "1-2-3"] {
            #expect(PortRange(text) == nil, "\(text)")
        }
    }
}
