import Foundation
import TestSupport
import Testing

extension TheAlerts {
    @Suite("A chain of services that call each other")
    struct ServiceChainTests {
        @Test(
            "its leaf takes five services down, and it alone is told of; so is its middle, failing alone")
        func life() async throws {
            let scene = try await AlertScene(gather: "5s")
            let chain = try await ServiceChain(scene)
            defer { withExtendedLifetime(chain) {} }
            #expect(try await scene.api.get("/alerts")["items"].array.isEmpty)

            scene.origin.refuse()
            try await scene.told(1, "that the leaf fails")
            var alerts = try await chain.firing(["checkout", "frontend", "orders", "payments", "refunds"])
            #expect(ServiceChain.inhibited(alerts) == ["frontend", "orders", "refunds"])
            #expect(Set(alerts.values.map { $0["fault"].string }) == [try scene.messages[0].fault])
            try scene.origin.accept()
            try await scene.told(2, "that the leaf has recovered")
            try await scene.isOver("the end of what the leaf brought about")

            try chain.breakMiddle()
            try await scene.told(3, "that the middle fails")
            alerts = try await chain.firing(["frontend", "orders", "refunds"])
            #expect(ServiceChain.inhibited(alerts) == ["frontend"])
            try chain.mendMiddle()
            try await scene.told(4, "that the middle has recovered")
            try await scene.isOver("the end of what the middle brought about")
            try await scene.stored()

            let messages = try scene.messages
            let each = ["alert.firing", "alert.resolved"]
            #expect(messages.map(\.kind) == each + each, "\(messages)")
            #expect(messages.allSatisfy { $0.verified == [0] })
            let (leaf, middle) = (messages[0], messages[2])
            #expect(messages.map(\.fault) == [leaf.fault, leaf.fault, middle.fault, middle.fault])
            #expect(leaf.fault != middle.fault)
            #expect(leaf.data["kind"].string == "dependency" && leaf.data["name"].string == scene.origin.authority)
            #expect(leaf.data["services"] == .array([.string("checkout"), .string("payments")]), "\(leaf.data)")
            #expect(leaf.data["inhibited"].array.compactMap(\.string).sorted() == chain.edgesAboveLeaf, "\(leaf.data)")
            #expect(middle.data["kind"].string == "service" && middle.data["name"].string == "payments")
            #expect(middle.data["services"] == .array([.string("orders"), .string("refunds")]), "\(middle.data)")
            #expect(middle.data["inhibited"] == .array([.string(chain.edgesAboveLeaf[0])]), "\(middle.data)")
            // The leaf was well all the time while the middle failed.
            for rule in ["checkout", "payments"] {
                let transitions = try await AlertBench.transitions(scene.api, of: rule)
                #expect(transitions == ["pending", "firing", "resolved"], "\(rule)")
            }
        }
    }
}

/// frontend → orders → payments → the scene's origin, which checkout calls as well; and refunds → payments. Each is a
/// process under a `venus run` of its own, and those that are called announce their addresses.
private final class ServiceChain: Sendable {
    private let api: VenusAPI
    private let processes: [ChildProcess]
    /// While it is there, payments answers 503.
    private let flag: String
    /// Sorted, as messages write them.
    let edgesAboveLeaf: [String]

    init(_ scene: AlertScene) async throws {
        api = scene.api
        let flag = scene.venus.directory.file("broken")
        self.flag = flag
        let (orders, payments) = (try freePort(), try freePort())
        let targets = [
            "checkout": scene.origin.authority, "payments": scene.origin.authority, "orders": "127.0.0.1:\(payments)",
            "refunds": "127.0.0.1:\(payments)", "frontend": "127.0.0.1:\(orders)",
        ]
        edgesAboveLeaf = ["frontend", "orders", "refunds"].map { "\($0) → \(targets[$0] ?? "")" }
        let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/service.py"
        var processes: [ChildProcess] = []
        for (service, port) in [("payments", payments), ("orders", orders), ("refunds", nil), ("frontend", nil)] {
            // Only payments is ever broken.
            let serving = port.map { ["\($0)", service == "payments" ? flag : flag + "-never"] } ?? []
            let announced = port.map { ["VENUS_ANNOUNCE": "127.0.0.1:\($0)"] } ?? [:]
            let process = try VenusBinary.start(
                ["run", "--service", service, "--", "/usr/bin/python3", script, "http://\(targets[service] ?? "")/"]
                    + serving,
                environment: scene.venus.runEnvironment.merging(announced) { $1 },
                directory: scene.venus.directory.path)
            if port != nil { try await process.waitForLine("\(service)") { $0 == "ready" } }
            processes.append(process)
        }
        self.processes = processes
        try await joined(
            [
                "service:checkout dependency:\(scene.origin.authority)", "service:frontend service:orders",
                "service:orders service:payments", "service:payments dependency:\(scene.origin.authority)",
                "service:refunds service:payments",
            ])
        try await watch(targets)
    }

    /// Waits until the graph has these edges, each with calls enough that all succeeded.
    private func joined(_ expected: [String]) async throws {
        try await eventually(within: .seconds(60), "the chain") {
            let edges = try await api.graph(window: "10s")["edges"].array
            let found = edges.map { "\($0["source"].string ?? "") \($0["target"].string ?? "")" }
            let isWell = edges.allSatisfy {
                $0["kpis"]["availability"].double == 1 && $0["kpis"]["calls"].int ?? 0 > 20
            }
            guard found.sorted() == expected, isWell else {
                throw TestFailure("\(edges)\n\(processes.map(\.transcript))")
            }
            return true
        }
    }

    /// No critical limit: the standing rules have nothing to say. Each rule is named after who calls.
    private func watch(_ targets: [String: String]) async throws {
        let limits = "\"window\":\"10s\",\"warning\":0.9,\"minimum_calls\":5"
        try await api.send("PUT", "/thresholds", "{\"level\":\"default\",\"metric\":\"availability\",\(limits)}")
        for (service, dependency) in targets {
            try await api.send(
                "PUT", "/rules/\(service)",
                "{\"level\":\"edge\",\"environment\":\"production\",\"service\":\"\(service)\","
                    + "\"dependency\":\"\(dependency)\",\"metric\":\"availability\",\"severity\":\"warning\","
                    + "\"for_seconds\":2,\"keep_firing_for_seconds\":2}")
        }
    }

    /// Waits until the alerts of these rules fire and no others; they, by rule.
    func firing(_ rules: Set<String>) async throws -> [String: JSONValue] {
        try await eventually(within: .seconds(30), "alerts of \(rules.sorted())") {
            let items = try await api.get("/alerts?state=firing")["items"].array
            let firing = Dictionary(uniqueKeysWithValues: items.map { ($0["rule"].string ?? "", $0) })
            guard Set(firing.keys) == rules, firing.values.allSatisfy({ $0["fault"].string != nil }) else {
                throw TestFailure("\(items)")
            }
            return firing
        }
    }

    static func inhibited(_ alerts: [String: JSONValue]) -> [String] {
        alerts.filter { $0.value["inhibited"].bool == true }.keys.sorted()
    }

    func breakMiddle() throws { try Data().write(to: URL(fileURLWithPath: flag)) }
    func mendMiddle() throws { try FileManager.default.removeItem(atPath: flag) }
}
