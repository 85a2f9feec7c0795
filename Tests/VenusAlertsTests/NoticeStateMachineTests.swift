import Foundation
import Testing
import VenusAlerts
import VenusCore

@Suite("Who is told, and when")
struct NoticeStateMachineTests {
    private let settings = NoticeStateMachine.Settings()
    private let leaf = Chain.alert("api", "db:1")
    private let middle = Chain.alert("web", "api:80")

    private func said(
        _ machine: inout NoticeStateMachine, _ alerts: [ActiveAlert], _ seconds: ClosedRange<Int64>
    ) -> [(kind: Notice.Kind, name: String, at: Int64)] {
        seconds.flatMap { second in
            machine.update(
                FaultGrouping(alerts, announced: Chain.announced, at: second), settings: settings, at: second
            )
            .map { ($0.kind, $0.node.name, $0.at) }
        }
    }

    @Test("one message each way")
    func once() {
        var machine = NoticeStateMachine()
        let firing = said(&machine, [leaf], 0...100)
        #expect(firing.map(\.kind) == [.firing])
        #expect(firing.map(\.at) == [10])
        let over = said(&machine, [], 101...200)
        #expect(over.map(\.kind) == [.resolved])
        #expect(over.map(\.at) == [101])
    }

    @Test("a chain: the leaf fails, then the middle fails alone")
    func chain() {
        var machine = NoticeStateMachine()
        // The middle is seen to fail first, while the leaf is still pending.
        #expect(said(&machine, [middle, Chain.alert("api", "db:1", .pending(firesIn: 20))], 0...19).isEmpty)
        #expect(said(&machine, [middle, leaf], 20...400).map(\.name) == ["db:1"])
        // The leaf recovers, the middle a minute later: one resolution, and no message about the middle.
        let over = said(&machine, [middle], 401...460) + said(&machine, [], 461...500)
        #expect(over.map(\.kind) == [.resolved])
        #expect(over.map(\.name) == ["db:1"])
        let alone = said(&machine, [middle], 1_000...1_100) + said(&machine, [], 1_101...1_110)
        #expect(alone.map(\.kind) == [.firing, .resolved])
        #expect(alone.map(\.name) == ["api", "api"])
    }

    @Test("a leaf that is about to fire again and again, and never does, keeps nobody from being told of the middle")
    func flappingLeaf() {
        var machine = NoticeStateMachine()
        let pending = Chain.alert("api", "db:1", .pending(firesIn: 55))
        let told = (0...300 as ClosedRange<Int64>).flatMap { second in
            // Gone for less than alerts gather.
            said(&machine, second % 13 < 8 ? [middle, pending] : [middle], second...second)
        }
        #expect(told.map(\.kind) == [.firing] && told.map(\.name) == ["api"])
        let longest = FaultGrouping.longestHold + settings.gather
        #expect(told.allSatisfy { $0.at <= longest })
    }

    @Test("a clock that is set back keeps nobody waiting, and makes no message twice")
    func clockSetBack() {
        var machine = NoticeStateMachine()
        // Eight hours ahead, as of a machine whose clock was set by its local time, until it is put right.
        #expect(said(&machine, [leaf], 28_800...28_805).isEmpty)
        #expect(said(&machine, [leaf], 6...100).map(\.at) == [6])
        #expect(said(&machine, [], 101...110).map(\.kind) == [.resolved])
        // A little is waited for as ever.
        var other = NoticeStateMachine()
        #expect(said(&other, [leaf], 100...105).isEmpty)
        #expect(said(&other, [leaf], 50...200).map(\.at) == [110])
    }

    @Test("the middle is told of when it does not recover with the leaf")
    func released() {
        var machine = NoticeStateMachine()
        _ = said(&machine, [middle, leaf], 0...100)
        let after = said(&machine, [middle], 101...800)
        #expect(after.map(\.kind) == [.resolved, .firing])
        #expect(after.map(\.at) == [101, 701])
    }

    @Test("what was told before another fault explained it is closed when it is over, not before")
    func overtaken() {
        var machine = NoticeStateMachine()
        #expect(said(&machine, [middle], 0...50).map(\.name) == ["api"])
        #expect(said(&machine, [middle, leaf], 51...20_000).filter { $0.name == "api" }.isEmpty)
        #expect(said(&machine, [], 20_001...20_010).map(\.kind) == [.resolved, .resolved])
    }

    @Test("repeated while nobody acknowledges it, and escalated all the same")
    func repeated() throws {
        var machine = NoticeStateMachine()
        let warning = Chain.alert("api", "db:1", severity: .warning)
        let told = said(&machine, [warning], 0...14_410)
        #expect(told.map(\.kind) == [.firing, .repeated] && told.map(\.at) == [10, 14_410])
        let id = try #require(machine.faults.values.first?.id)
        #expect(machine.acknowledge(fault: id, .init(author: "me", at: 14_411)) == true)
        #expect(machine.acknowledge(fault: "other", .init(author: "me", at: 14_411)) == false)
        #expect(said(&machine, [warning], 14_411...60_000).isEmpty)
        #expect(said(&machine, [leaf], 60_001...60_010).map(\.kind) == [.escalated])
        // Less grave again is nothing to tell.
        #expect(said(&machine, [warning], 60_011...60_020).isEmpty)
        #expect(said(&machine, [], 60_021...60_030).map(\.kind) == [.resolved])
        // The next time it is another fault, which nobody has acknowledged.
        #expect(said(&machine, [leaf], 60_031...60_050).map(\.kind) == [.firing])
        #expect(machine.faults.values.first?.id != id)
    }

    @Test("a silenced fault is told when the silence ends, and its resolution where it was told before")
    func silenced() throws {
        let rule = AlertRule(
            id: "r", subject: leaf.subject, condition: .threshold(metric: .availability, direction: .below))
        var alert = AlertStateMachine(rule: "r")
        _ = alert.evaluate(.value(0), limits: AlertLimits(direction: .below, raise: 0.95), at: 0)
        let silence = try #require(
            Silence(id: "s", matchers: [.init(.dependency, "db:*")], starts: 0, ends: 100, author: "me"))
        var machine = NoticeStateMachine()
        let notices = (0...200 as ClosedRange<Int64>).flatMap { second in
            let active = ActiveAlert(rule, alert, silences: [silence], at: second)
            return machine.update(
                FaultGrouping([active].compactMap(\.self), at: second), settings: settings, at: second)
        }
        #expect(notices.map(\.kind) == [.firing])
        #expect(notices.map(\.at) == [100])
        // Silent from the start to the end: nothing at all.
        var quiet = NoticeStateMachine()
        let hushed = Chain.alert("api", "db:1", silenced: true)
        #expect((said(&quiet, [hushed], 0...100) + said(&quiet, [], 101...110)).isEmpty)
        // Told before the silence: that it is graver or goes on is not told in it, that it is over is.
        var told = NoticeStateMachine()
        let warning = Chain.alert("api", "db:1", severity: .warning)
        #expect(said(&told, [warning], 0...20).map(\.kind) == [.firing])
        #expect(said(&told, [hushed], 21...20_000).isEmpty)
        #expect(said(&told, [], 20_001...20_010).map(\.kind) == [.resolved])
        // A silenced leaf still explains what is above it.
        #expect(said(&quiet, [hushed, middle], 200...300).isEmpty)
    }

    @Test("over a restart nothing is doubled and nothing is lost")
    func restart() throws {
        var machine = NoticeStateMachine()
        let before = machine.update(FaultGrouping([leaf], at: 0), settings: settings, at: 0)
        #expect(before.isEmpty)
        var ids: [String] = []
        for second in 1...40 as ClosedRange<Int64> {
            machine = try JSONDecoder().decode(NoticeStateMachine.self, from: JSONEncoder().encode(machine))
            let alerts = second < 30 ? [leaf] : []
            let copy = machine
            let grouping = FaultGrouping(alerts, at: second)
            let notices = machine.update(grouping, settings: settings, at: second)
            // Made again from what was stored before, it is the same message.
            var again = copy
            #expect(again.update(grouping, settings: settings, at: second).map(\.id) == notices.map(\.id))
            ids += notices.map(\.id)
        }
        #expect(ids.count == 2 && Set(ids).count == 2)
    }
}

@Suite("Silences")
struct SilenceTests {
    private let labels = AlertLabels(
        rule: "r", severity: .critical, metric: "availability",
        subject: .series(.edge(service: "shop", dependency: "db-1.internal:5432", environment: "p")))

    private func matches(_ field: AlertLabels.Field, _ pattern: String, negated: Bool = false) -> Bool {
        Silence.Matcher(field, pattern, isNegated: negated).matches(labels)
    }

    @Test("patterns")
    func patterns() {
        for pattern in ["*", "db-*", "*:5432", "db-*.internal:*", "***", "db-1.internal:5432", "*1*2"] {
            #expect(matches(.dependency, pattern), "\(pattern)")
        }
        for pattern in ["", "db", "*:543", "DB-*", "db-?.internal:5432", "*5433*"] {
            #expect(!matches(.dependency, pattern), "\(pattern)")
        }
        #expect(matches(.operation, "") && matches(.host, "*") && !matches(.host, "?"))
        #expect(matches(.service, "web", negated: true) && !matches(.service, "shop", negated: true))
        #expect(matches(.severity, "critical") && matches(.level, "edge") && matches(.environment, "p"))
    }

    @Test("a hostile pattern takes no time to speak of")
    func hostile() {
        var long = labels
        long.rule = String(repeating: "a", count: 2_000)
        let pattern = String(repeating: "a*", count: 500) + "b"
        let time = ContinuousClock().measure { #expect(!Silence.Matcher(.rule, pattern).matches(long)) }
        #expect(time < .seconds(5))
    }

    @Test("from its first second to the one before its end")
    func ends() throws {
        let silence = try #require(
            Silence(id: "s", matchers: [.init(.service, "shop")], starts: 10, ends: 20, author: "me"))
        #expect([9, 10, 19, 20].map { silence.covers(labels, at: $0) } == [false, true, true, false])
    }

    @Test("what would silence everything, or for ever, is refused")
    func refused() {
        let matcher = Silence.Matcher(.service, "shop")
        func make(_ matchers: [Silence.Matcher], _ starts: Int64, _ ends: Int64) -> Silence? {
            Silence(id: "s", matchers: matchers, starts: starts, ends: ends, author: "me")
        }
        #expect(make([], 0, 10) == nil)
        #expect(make([matcher], 10, 10) == nil)
        #expect(make([matcher], 0, Silence.maximumSeconds) != nil)
        #expect(make([matcher], 0, Silence.maximumSeconds + 1) == nil)
        #expect(make([matcher], .min, .max) == nil)
        #expect(make(Array(repeating: matcher, count: 17), 0, 10) == nil)
    }
}
