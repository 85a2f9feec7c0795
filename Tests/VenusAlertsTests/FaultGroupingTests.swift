import Foundation
import Testing
import TestSupport
import VenusAlerts
import VenusCore

/// web → api → db, and what may fail in it.
struct Chain {
    static let announced = [FaultGrouping.Address(environment: "p", dependency: "api:80"): "api"]

    static func alert(
        _ service: String, _ dependency: String, _ state: ActiveAlert.State = .firing, severity: Severity = .critical,
        since: Int64 = 0, silenced: Bool = false
    ) -> ActiveAlert {
        ActiveAlert(
            rule: "\(service)>\(dependency)",
            subject: .series(.edge(service: service, dependency: dependency, environment: "p")), severity: severity,
            state: state, since: since, isSilenced: silenced)
    }

    static func grouping(_ alerts: ActiveAlert..., at now: Int64 = 0) -> FaultGrouping {
        FaultGrouping(alerts, announced: announced, at: now)
    }
}

@Suite("What is at fault")
struct FaultGroupingTests {
    private let db = FaultNode(.dependency, "db:1", environment: "p")
    private let api = FaultNode(.service, "api", environment: "p")

    @Test("the leaf of a chain fails: one group, what is above it inhibited and listed")
    func leaf() throws {
        let grouping = Chain.grouping(
            Chain.alert("web", "api:80", since: 5), Chain.alert("api", "db:1", since: 7))
        let group = try #require(grouping.groups.first)
        #expect(grouping.groups.count == 1)
        #expect(group.node == db && group.alerts == ["api>db:1"] && group.inhibited == ["web>api:80"])
        #expect(group.services == ["api"] && group.since == 7)
        #expect(grouping.inhibited == [api])
        #expect(grouping.failing == [api, db])
    }

    @Test("the middle fails alone: it is at fault")
    func middle() {
        let grouping = Chain.grouping(Chain.alert("web", "api:80"))
        #expect(grouping.groups.map(\.node) == [api])
        #expect(grouping.groups[0].services == ["web"])
        #expect(grouping.inhibited.isEmpty)
    }

    @Test("one dependency that takes five services down is one group")
    func five() {
        let alerts = (0..<5).map { Chain.alert("s\($0)", "payments-db:5432") }
        let groups = FaultGrouping(alerts, at: 0).groups
        #expect(groups.count == 1)
        #expect(groups[0].alerts.count == 5 && groups[0].services == ["s0", "s1", "s2", "s3", "s4"])
    }

    @Test("two leaves explain the same service, each in its group")
    func twoLeaves() {
        let grouping = Chain.grouping(
            Chain.alert("web", "api:80"), Chain.alert("api", "db:1"), Chain.alert("api", "cache:1"))
        #expect(grouping.groups.map(\.node.name) == ["cache:1", "db:1"])
        #expect(grouping.groups.map(\.inhibited) == [["web>api:80"], ["web>api:80"]])
    }

    @Test("a leaf that is about to fire holds back what is above it, one that fires much later does not")
    func pending() {
        let soon = Chain.grouping(Chain.alert("web", "api:80"), Chain.alert("api", "db:1", .pending(firesIn: 120)))
        #expect(soon.groups.isEmpty && soon.held == [api] && soon.inhibited.isEmpty)
        let late = Chain.grouping(Chain.alert("web", "api:80"), Chain.alert("api", "db:1", .pending(firesIn: 121)))
        #expect(late.groups.map(\.node) == [api])
        #expect(Chain.grouping(Chain.alert("api", "db:1", .pending(firesIn: 1))).groups.isEmpty)
    }

    @Test("what is about to fire holds back for so long and no longer; what fires holds back for good")
    func longestHold() {
        let (above, limit) = (Chain.alert("web", "api:80", since: 1_000), 1_000 + FaultGrouping.longestHold)
        let pending = Chain.alert("api", "db:1", .pending(firesIn: 60), since: 1_100)
        let before = Chain.grouping(above, pending, at: limit - 1)
        #expect(before.groups.isEmpty && before.held == [api])
        let after = Chain.grouping(above, pending, at: limit)
        #expect(after.groups.map(\.node) == [api] && after.held.isEmpty)
        let firing = Chain.grouping(above, Chain.alert("api", "db:1", since: limit), at: limit)
        #expect(firing.groups.map(\.node) == [db] && firing.inhibited == [api])
        // One of two leaves fires: it explains what is above it, whatever becomes of the other.
        let leaves = Chain.grouping(above, Chain.alert("api", "cache:1", since: limit), pending, at: limit)
        #expect(leaves.groups.map(\.node.name) == ["cache:1"] && leaves.inhibited == [api])
    }

    @Test("a warning does not explain what is critical")
    func severity() {
        let grouping = Chain.grouping(Chain.alert("web", "api:80"), Chain.alert("api", "db:1", severity: .warning))
        #expect(grouping.groups.map(\.node) == [db, api])
        let both = Chain.grouping(
            Chain.alert("web", "api:80", severity: .warning), Chain.alert("api", "db:1", severity: .warning))
        #expect(both.groups.map(\.node) == [db])
    }

    @Test("a service that has fallen silent is itself at fault")
    func silent() {
        let grouping = Chain.grouping(Chain.alert("web", "api:80"), Chain.alert("api", "db:1", .noData))
        #expect(grouping.groups.map(\.node) == [api])
        #expect(grouping.groups[0].alerts == ["api>db:1", "web>api:80"])
        #expect(grouping.groups[0].services == ["web"])
    }

    @Test("services that fail each other in a circle are one group, and somebody is told")
    func circle() {
        let announced = Chain.announced.merging([.init(environment: "p", dependency: "web:80"): "web"]) { $1 }
        let circle = [Chain.alert("web", "api:80"), Chain.alert("api", "web:80"), Chain.alert("top", "web:80")]
        let grouping = FaultGrouping(circle, announced: announced, at: 0)
        #expect(grouping.groups.map(\.node) == [api])
        #expect(grouping.groups[0].alerts == ["api>web:80", "top>web:80", "web>api:80"])
        #expect(grouping.inhibited.isEmpty)
        let withLeaf = FaultGrouping(circle + [Chain.alert("api", "db:1")], announced: announced, at: 0)
        #expect(withLeaf.groups.map(\.node) == [db])
        #expect(withLeaf.groups[0].inhibited.count == 3)
        let selfCall = FaultGrouping([Chain.alert("api", "api:80")], announced: announced, at: 0)
        #expect(selfCall.groups.map(\.node) == [api])
    }

    @Test("other environments have nothing to do with it")
    func environments() {
        let other = ActiveAlert(
            rule: "q", subject: .series(.edge(service: "api", dependency: "db:1", environment: "q")),
            severity: .critical, state: .firing, since: 0)
        let groups = FaultGrouping([Chain.alert("web", "api:80"), other], announced: Chain.announced, at: 0).groups
        #expect(groups.count == 2)
    }

    @Test("every firing alert is in a group or inhibited, and every group has an alert", arguments: 0..<40)
    func anything(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let names = (0..<8).map { "s\($0)" }
        var announced: [FaultGrouping.Address: String] = [:]
        for name in names.prefix(6) { announced[.init(environment: "p", dependency: "\(name):80")] = name }
        let alerts = (0..<20).map { _ in
            Chain.alert(
                numbers.pick(names), numbers.pick(names) + ":80",
                numbers.pick([.firing, .firing, .noData, .pending(firesIn: 10)]),
                severity: numbers.pick([.warning, .critical]))
        }
        let grouping = FaultGrouping(alerts, announced: announced, at: 0)
        let told = Set(grouping.groups.flatMap(\.alerts))
        let listed = Set(grouping.groups.flatMap(\.inhibited))
        #expect(told.isDisjoint(with: []) && grouping.groups.allSatisfy { !$0.alerts.isEmpty })
        // Only what waits for a pending alert is nowhere for a moment.
        if grouping.held.isEmpty {
            for alert in alerts where alert.state == .firing {
                #expect(told.contains(alert.rule) || listed.contains(alert.rule), "\(alert.rule)")
            }
        }
        #expect(grouping.inhibited.union(grouping.held).isSubset(of: grouping.failing))
        #expect(Set(grouping.groups.map(\.node)).isDisjoint(with: grouping.inhibited))
    }
}
