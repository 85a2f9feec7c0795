import Foundation
import Synchronization
import TestSupport
import Testing

extension TheBinary {
    /// Names of a name server that is against us: permitted when they are asked for first, and then, or at the same
    /// time, something else.
    @Suite("Names that change what they stand for, under an egress policy")
    struct RebindingTests {
        @Test("enforced: whatever a name answers, only permitted addresses are connected to")
        func enforced() async throws {
            let scene = try await RebindingScene(mode: "enforce")
            for (place, address) in RebindingScene.forbidden.enumerated() {
                for method in ["GET", "CONNECT"] {
                    let call = { (kind: String) in
                        try await blocking { try scene.call(method, "\(kind)-\(method)-\(place).rebind.test") }
                    }
                    let message = Comment(rawValue: "\(method) \(address)")
                    // Anew each time: the name's answers are good for no time.
                    let later = try await [call("later"), call("later"), call("later")]
                    #expect(later == [200, 403, 403], message)
                    let behind = try await [call("alias"), call("later-alias"), call("later-alias")]
                    #expect(behind == [403, 200, 403], message)
                    // In one answer, what is permitted is dialled; where that refuses, nothing else is.
                    let both = try await [call("both"), call("both-reversed"), call("refusing")]
                    #expect(both == [200, 200, 502], message)
                }
            }
            try scene.expectNothingForbidden()
            try await scene.stop()
        }

        @Test("enforced: a name that changes with every question never leads calls at the same time astray")
        func flipping() async throws {
            let scene = try await RebindingScene(mode: "enforce", threads: 2)
            let statuses = try await withThrowingTaskGroup(of: [Int].self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        try await blocking {
                            try (0..<25).map { turn in
                                try scene.call((worker + turn) % 3 == 0 ? "CONNECT" : "GET", "flip-a-0.rebind.test")
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(statuses) == [200, 403] && statuses.count == 200)
            try scene.expectNothingForbidden()
            try await scene.stop()
        }

        @Test("reported: calls go out and are marked, but for link-local addresses and our own listeners")
        func reported() async throws {
            let scene = try await RebindingScene(mode: "report", listen: "0.0.0.0")
            let tail = try VenusBinary.start(
                ["tail", "--json"], environment: scene.environment, directory: scene.directory.path)
            try await eventually(within: .seconds(15), "a call in venus tail") {
                _ = try await blocking { try scene.call("GET", "warming-a-0.rebind.test") }
                return tail.standardOutput.text.contains("warming-a-0")
            }
            var wanted: [String: [String]] = [:]
            for (place, address) in RebindingScene.forbidden.enumerated() {
                let isLocal = RebindingScene.isLocal(address)
                guard isLocal || RebindingScene.isLinkLocal(address) else { continue }
                for method in ["GET", "CONNECT"] {
                    let host = "later-\(method)-\(place).rebind.test".lowercased()
                    let statuses = try await blocking { try [scene.call(method, host), scene.call(method, host)] }
                    #expect(statuses == [200, isLocal ? 200 : 403], "\(method) \(address)")
                    wanted[host] = ["success", isLocal ? "success marked" : "denied destination_ip_prohibited"]
                }
            }
            // The listener of the proxy itself.
            let own = try await blocking { try scene.call("GET", "always-a-0.rebind.test", port: scene.port) }
            #expect(own == 502)
            let records = try await eventually(within: .seconds(15), "the records of all calls") {
                var records: [String: [String]] = [:]
                for line in tail.standardOutput.lines {
                    guard let record = try? JSONValue(line), ["call", "tunnel"].contains(record["kind"].string ?? ""),
                        let host = record["dependency"].string?.split(separator: ":").first.map(String.init),
                        wanted[host] != nil
                    else { continue }
                    var words = [record["outcome"].string ?? "?"]
                    if let type = record["error_type"].string { words.append(type) }
                    if record["flags"].array.contains(.string("would_be_denied")) { words.append("marked") }
                    records[host, default: []].append(words.joined(separator: " "))
                }
                return records.values.reduce(0) { $0 + $1.count } >= 2 * wanted.count ? records : nil
            }
            #expect(records.mapValues { $0.sorted() } == wanted.mapValues { $0.sorted() })
            _ = try await tail.stop(SIGTERM)
            try await scene.stop()
        }

        @Test(
            "connections that are kept go on to permitted addresses alone, whatever the name or the policy says later")
        func pooled() async throws {
            let scene = try await RebindingScene(mode: "report")
            let client = try HTTPClient(port: scene.port)
            let get = { (host: String) in try await client.get("http://\(host):\(scene.origin.port)/kept").status }
            // In report mode a connection to the forbidden origin comes into the pool.
            #expect(try await get("back-a-0.rebind.test") == 200)
            #expect(scene.forbiddenOrigin.take().requests.count == 1)
            try await scene.replacePolicy(mode: "enforce")
            #expect(try await get("back-a-0.rebind.test") == 200)
            #expect(scene.origin.take().requests.count == 1)

            // The name leads elsewhere by now; the connection does not.
            for _ in 0..<3 { #expect(try await get("later-a-0.rebind.test") == 200) }
            let requests = scene.origin.take().requests.filter { $0.path == "/kept" }
            #expect(requests.count == 3 && Set(requests.map(\.connection)).count == 1)
            #expect(try await blocking { try scene.call("CONNECT", "later-a-0.rebind.test") } == 403)

            #expect(try await get("warming-a-0.rebind.test") == 200)

            // A tunnel that is open stays; the pool's connection is not used under a policy that denies its address.
            let tunnel = try TCPConnection(port: scene.port, timeout: .seconds(10))
            let opened = try await blocking {
                try tunnel.write(Array("CONNECT 127.0.0.2:\(scene.origin.port) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                var reader = AnswerReader(tunnel)
                return try reader.next(isHead: true)?.status
            }
            #expect(opened == 200)
            try await scene.replacePolicy(mode: "enforce", permitting: "127.0.0.3")
            #expect(try await get("warming-a-0.rebind.test") == 403)
            #expect(scene.origin.take().requests.filter { $0.path == "/kept" }.isEmpty)
            let inside = try await blocking {
                try tunnel.write(Array("GET /inside HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                var reader = AnswerReader(tunnel)
                return try reader.next(isHead: false)?.status
            }
            #expect(inside == 200)
            #expect(scene.forbiddenOrigin.take().requests.isEmpty)
            try await scene.stop()
        }
    }
}

/// A proxy with a policy and a name server of the test's own; an origin that may be reached, on 127.0.0.2, and one that
/// may not, on 127.0.0.1 and ::1 with the same port.
private final class RebindingScene: Sendable {
    /// What the names lead to that must not be reached.
    static let forbidden = [
        "127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
        "2002:7f00:1::1", "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1", "fd00:ec2::254",
        "10.0.0.1", "192.168.0.1", "100.64.0.1", "fc00::1", "::ffff:10.0.0.1", "192.0.2.1", "2001:db8::1",
    ]
    private static let permitted = "127.0.0.2"
    private static let policyOfPermitted = "\(permitted), \(refusing)"
    /// Permitted, and nobody listens there.
    private static let refusing = "127.0.0.4"

    let forbiddenOrigin: LoggingOrigin
    let origin: LoggingOrigin
    let directory: TemporaryDirectory
    let port: Int
    let environment: [String: String]
    private let names: DNSServer
    private let process: ChildProcess

    init(mode: String, listen: String = "127.0.0.1", threads: Int = 1) async throws {
        forbiddenOrigin = try LoggingOrigin()
        origin = try LoggingOrigin(host: Self.permitted, port: forbiddenOrigin.port)
        for each in [forbiddenOrigin, origin] {
            each.answer(
                "/", with: .init("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", .closes))
        }
        directory = try TemporaryDirectory("venus-rebinding")
        port = try freePort()
        names = try DNSServer { RebindingScene.answer($0) }
        environment = [
            "VENUS_DATA": directory.file("data"), "VENUS_SERVICE": "rebinding", "VENUS_PROXY_THREADS": "\(threads)",
            "VENUS_PROXY_LISTEN": "\(listen):\(port)", "VENUS_PROXY_AUTHENTICATION": "none",
            "VENUS_PROXY_DNS_SERVER": names.authority,
            "VENUS_POLICY_FILE": try directory.write(Self.policy(mode, Self.policyOfPermitted), to: "policy.yaml"),
        ]
        process = try VenusBinary.start(["proxy"], environment: environment, directory: directory.path)
        let port = port
        try await process.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(port)") }
    }

    func stop() async throws {
        let status = try await process.stop(SIGTERM, within: .seconds(20))
        #expect(status == .exited(0), "\(process.transcript)")
    }

    static func isLocal(_ address: String) -> Bool { ["127.0.0.1", "::ffff:127.0.0.1"].contains(address) }

    static func isLinkLocal(_ address: String) -> Bool {
        address.contains("169.254") || address.contains("a9fe") || address == "fe80::1" || address == "fd00:ec2::254"
    }

    private static func policy(_ mode: String, _ permitted: String) -> String {
        """
        mode: \(mode)
        default: deny
        rules:
          - deny: { addresses: [127.0.0.1, "::1", private, link_local, metadata, shared, unspecified, reserved] }
          - allow: { addresses: [\(permitted)] }
        """
    }

    /// Waits until it holds.
    func replacePolicy(mode: String, permitting other: String? = nil) async throws {
        try directory.write(Self.policy(mode, other ?? Self.policyOfPermitted), to: "policy.yaml")
        let denied = other == nil ? "127.0.0.1" : Self.permitted
        try await eventually(within: .seconds(15), "the policy of the new file") {
            try await blocking { try self.call("GET", denied) } == 403
        }
        _ = (origin.take(), forbiddenOrigin.take())
    }

    /// The status of a call on a connection of its own, to the origins' port; a tunnel carries a request.
    func call(_ method: String, _ host: String, port other: Int? = nil) throws -> Int {
        let connection = try TCPConnection(port: port, timeout: .seconds(10))
        defer { connection.close() }
        let authority = "\(host):\(other ?? origin.port)"
        let line = method == "CONNECT" ? "CONNECT \(authority)" : "\(method) http://\(authority)/"
        try connection.write(Array("\(line) HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8))
        var reader = AnswerReader(connection)
        guard let answer = try reader.next(isHead: method == "CONNECT") else { throw TestFailure("\(line): no answer") }
        if answer.status == 403, !answer.head.contains("error=destination_ip_prohibited") {
            throw TestFailure("\(line): \(answer.head)")
        }
        guard method == "CONNECT", answer.status == 200 else { return answer.status }
        try connection.write(Array("GET / HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8))
        guard let inside = try reader.next(isHead: false) else { throw TestFailure("\(line): nothing inside") }
        return inside.status
    }

    /// Neither a request nor a connection has come to the origin that must not be reached.
    func expectNothingForbidden() throws {
        let strays = forbiddenOrigin.take()
        #expect(strays.requests.isEmpty && strays.strays.isEmpty, "\(strays)")
        let probe = try TCPConnection(port: forbiddenOrigin.port, timeout: .seconds(10))
        defer { probe.close() }
        try probe.write(Array("GET /probe HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        var reader = AnswerReader(probe)
        #expect(try reader.next(isHead: false)?.status == 200)
        #expect(forbiddenOrigin.take().requests.map(\.connection) == [0])
        #expect(!origin.take().requests.isEmpty)
    }

    /// Names are `KIND-ANYTHING-PLACE.rebind.test`, the place one among the forbidden addresses.
    private static func answer(_ question: DNSServer.Question) -> DNSServer.Answer {
        let words = question.name.split(separator: ".").first?.split(separator: "-") ?? []
        guard words.count >= 3, question.name.hasSuffix(".rebind.test"), let place = words.last.flatMap({ Int($0) }),
            forbidden.indices.contains(place)
        else { return .code(3) }
        let address = forbidden[place]
        let isFirst = question.earlier == 0
        switch words.dropLast(2).joined(separator: "-") {
        case "warming": return .addresses([permitted], seconds: 0)
        case "always": return .addresses([address], seconds: 0)
        case "back": return .addresses([isFirst ? address : permitted], seconds: 0)
        case "later": return .addresses([isFirst ? permitted : address], seconds: 0)
        case "flip": return .addresses([question.earlier % 2 == 0 ? permitted : address], seconds: 0)
        case "alias": return .alias("other.rebind.test", [address], seconds: 0)
        case "later-alias": return .alias("other.rebind.test", [isFirst ? permitted : address], seconds: 0)
        case "both": return .addresses([permitted, address])
        case "both-reversed": return .addresses([address, permitted])
        case "refusing": return .addresses([address, refusing])
        default: return .code(3)
        }
    }
}
