import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A proxy with an egress policy", .timeLimit(.minutes(2)))
struct PolicyTests {
    /// The addresses that a name has, changed by the test.
    private final class Names: Sendable {
        private let addresses: Mutex<[String]>
        init(_ texts: [String]) { addresses = Mutex(texts) }
        func set(_ texts: [String]) { addresses.withLock { $0 = texts } }
        var lookup: Resolver.Lookup { { [self] _ in addresses.withLock { $0.compactMap { IPAddress($0) } } } }
    }

    private func rule(
        _ action: PolicyRule.Action, line: Int = 0, hosts: [String]? = nil, networks: [String]? = nil,
        classes: AddressClasses = [], methods: [String]? = nil
    ) throws -> PolicyRule {
        var rule = PolicyRule(action)
        rule.line = line
        rule.hosts = try hosts?.map { try HostPattern($0) }
        if networks != nil || !classes.isEmpty {
            rule.addresses = AddressCondition(
                classes: classes, networks: try (networks ?? []).map { try IPNetwork($0) })
        }
        rule.methods = methods?.map { Array($0.utf8) }
        return rule
    }

    private func with(
        _ policy: EgressPolicy, _ names: Names = Names(["127.0.0.1"]),
        configuring change: (inout ProxyConfiguration) -> Void = { _ in },
        _ body: (RunningProxy, LoggingOrigin) async throws -> Void
    ) async throws {
        let origin = try LoggingOrigin()
        let proxy = try RunningProxy(policy: policy, lookup: names.lookup, configuring: change)
        do { try await body(proxy, origin) } catch {
            await proxy.stop()
            throw error
        }
        await proxy.stop()
    }

    @Test("answers 403 with the rule, records the call as denied, and goes on with the connection")
    func denies() async throws {
        let policy = EgressPolicy(
            fallback: .allow, rules: [try rule(.deny, line: 4, hosts: ["*.evil.example"], methods: ["GET", "CONNECT"])])
        try await with(policy) { proxy, origin in
            let client = try proxy.client()
            let answer = try await client.get("http://A.Evil.example.:\(origin.port)/x")
            #expect(answer.status == 403)
            #expect(answer["proxy-status"] == "venus; error=http_request_denied; details=\"rule 1, line 4\"")
            #expect(answer.text.hasSuffix("the egress policy denies the call (rule 1, line 4).\n"))
            #expect(answer["connection"] == nil)
            #expect(try await client.request("POST", "http://a.evil.example:\(origin.port)/y").status == 200)
            #expect(try await proxy.client().connect("a.evil.example:443").status == 403)
            let calls = try await proxy.calls(3).map(\.call)
            #expect(calls.map(\.outcome) == [.denied, .success, .denied])
            #expect(calls[0].errorType == .httpRequestDenied && calls[0].status == 0)
            #expect(calls[2].flags.contains(.tunnel))
            #expect(origin.take().requests.map(\.path) == ["/y"])
        }
    }

    @Test("leaves out addresses that are denied, and denies where none is left")
    func addresses() async throws {
        let policy = EgressPolicy(fallback: .allow, rules: [try rule(.deny, networks: ["127.0.0.2/32"])])
        let names = Names(["127.0.0.2", "127.0.0.1"])
        try await with(policy, names) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.get("http://some.example:\(origin.port)/x").status == 200)
            let literal = try await client.get("http://127.0.0.2:\(origin.port)/x")
            #expect(literal.status == 403)
            #expect(literal["proxy-status"] == "venus; error=destination_ip_prohibited; details=\"rule 1\"")
            for spelling in ["127.2", "0x7f000002", "2130706434", "[::ffff:127.0.0.2]", "[64:ff9b::127.0.0.2]"] {
                #expect(try await client.get("http://\(spelling):\(origin.port)/x").status == 403, "\(spelling)")
            }
            let calls = try await proxy.calls(7).map(\.call)
            #expect(calls.dropFirst().allSatisfy { $0.outcome == .denied && $0.errorType == .destinationIPProhibited })
            #expect(origin.take().requests.count == 1)
        }
    }

    @Test("a name that changes its address is checked again, and goes on over a connection to one that was checked")
    func rebinding() async throws {
        let policy = EgressPolicy(fallback: .allow, rules: [try rule(.deny, networks: ["127.0.0.2/32", "::1"])])
        let names = Names(["127.0.0.1"])
        try await with(policy, names, configuring: { $0.dnsLifetime = .microseconds(1) }) { proxy, origin in
            let url = "http://rebound.example:\(origin.port)/x"
            let client = try proxy.client()
            #expect(try await client.get(url).status == 200)
            names.set(["127.0.0.2", "::1"])
            // The connection that is there goes to the address that was allowed.
            #expect(try await client.get(url).status == 200)
            #expect(try await proxy.client().connect("rebound.example:\(origin.port)").status == 403)
            #expect(origin.take().requests.allSatisfy { $0.connection == 0 })
        }
    }

    @Test("a connection to an address is not lent to calls that may not go there")
    func pooledConnections() async throws {
        let policy = EgressPolicy(
            fallback: .allow, rules: [try rule(.deny, networks: ["::1"], methods: ["POST", "PROPFIND"])])
        try await with(policy, Names(["::1", "127.0.0.1"])) { proxy, origin in
            let client = try proxy.client()
            let url = "http://both.example:\(origin.port)/x"
            for method in ["GET", "POST", "GET", "PROPFIND", "POST", "MKCOL"] {
                #expect(try await client.request(method, url).status == 200, "\(method)")
            }
            let requests = origin.take().requests
            // The first went to ::1; those that may not, over a connection of their own.
            let first = try #require(requests.first?.connection)
            let barred = requests.filter { ["POST", "PROPFIND"].contains($0.method) }
            #expect(barred.count == 3 && barred.allSatisfy { $0.connection != first })
        }
    }

    @Test("in report mode passes everything on, and marks what would be denied")
    func report() async throws {
        let policy = EgressPolicy(
            mode: .report, fallback: .deny,
            rules: [try rule(.allow, hosts: ["good.example"]), try rule(.allow, networks: ["127.0.0.2/32"])])
        try await with(policy) { proxy, origin in
            let client = try proxy.client()
            for host in ["good.example", "bad.example", "bad.example", "127.0.0.1"] {
                #expect(try await client.get("http://\(host):\(origin.port)/x").status == 200)
            }
            let tunnel = try proxy.client()
            #expect(try await tunnel.connect("bad.example:\(origin.port)").status == 200)
            tunnel.close()
            let calls = try await eventually("five calls") {
                let calls = proxy.calls.filter { !$0.isActivity }
                return calls.count == 5 ? calls : nil
            }
            #expect(calls.map { $0.call.flags.contains(.wouldBeDenied) } == [false, true, true, true, true])
            #expect(calls.allSatisfy { $0.call.outcome == .success })
        }
    }

    @Test("another policy holds for the next call, also where a connection is there")
    func replacing() async throws {
        try await with(EgressPolicy()) { proxy, origin in
            let client = try proxy.client()
            let url = "http://some.example:\(origin.port)/x"
            #expect(try await client.get(url).status == 200)
            proxy.server.replacePolicy(
                EgressPolicy(fallback: .allow, rules: [try rule(.deny, networks: ["127.0.0.0/8"])]))
            try await eventually("the new policy") { try await client.get(url).status == 403 }
            proxy.server.replacePolicy(EgressPolicy())
            try await eventually("the old policy") { try await client.get(url).status == 200 }
        }
    }

    @Test("listening for other machines it denies metadata and link-local addresses; on loopback it would not")
    func linkLocal() async throws {
        let hosts = [
            "169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0xa9fea9fe", "2852039166",
            "metadata.google.internal",
            "[64:ff9b::a9fe:a9fe]", "100.100.100.200",
        ]
        try await with(EgressPolicy(mode: .report, fallback: .allow, rules: []), configuring: { $0.host = "0.0.0.0" }) {
            proxy, origin in
            let client = try proxy.client()
            for host in hosts {
                let answer = try await client.get("http://\(host):\(origin.port)/x")
                #expect(answer.status == 403, "\(host)")
                #expect(answer["proxy-status"] == "venus; error=destination_ip_prohibited", "\(host)")
            }
            #expect(try await client.get("http://some.example:\(origin.port)/x").status == 200)
            let calls = try await proxy.calls(hosts.count + 1).map(\.call)
            #expect(calls.dropLast().allSatisfy { $0.outcome == .denied })
            #expect(calls.last?.outcome == .success)
        }
        // Its name says what it is; here it stands for an address that is there.
        try await with(EgressPolicy()) { proxy, origin in
            let client = try proxy.client()
            for host in ["metadata.google.internal", "metadata.google.internal", "other.example"] {
                #expect(try await client.get("http://\(host):\(origin.port)/x").status == 200)
            }
            let calls = try await proxy.calls(3).map(\.call)
            #expect(calls.map { $0.flags.contains(.linkLocal) } == [true, true, false])
        }
    }

    @Test("no call leads to a listener of Venus itself")
    func ownListeners() async throws {
        let other = try LoggingOrigin()
        try await with(
            EgressPolicy(),
            configuring: { $0.ownServers = [BoundAddress(host: "127.0.0.1", port: UInt16(other.port))] }
        ) { proxy, origin in
            let client = try proxy.client()
            for host in ["127.0.0.1", "some.example", "[::ffff:127.0.0.1]", "0.0.0.0"] {
                let answer = try await client.get("http://\(host):\(other.port)/api")
                #expect(
                    answer.status == 403 && answer["proxy-status"] == "venus; error=destination_ip_prohibited",
                    "\(host)")
                #expect(try await client.get("http://\(host):\(proxy.port)/api").status == 502, "\(host)")
            }
            #expect(try await client.get("http://some.example:\(origin.port)/x").status == 200)
            #expect(other.take().requests.isEmpty)
            let calls = try await proxy.calls(9).map(\.call)
            #expect(calls.count { $0.outcome == .denied } == 4)
        }
    }
}
