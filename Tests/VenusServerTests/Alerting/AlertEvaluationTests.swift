import TestSupport
import Testing
import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Evaluating alerts from the live picture")
struct AlertEvaluationTests {
    private static let bank = edge("checkout", "bank:443")

    private let good = totals(success: 100)
    private let bad = totals(success: 50, serverErrors: 50)

    @Test("an edge that fails is pending, fires after its time, is told once, and is resolved with a message")
    func life() throws {
        var bench = Bench()
        bench.look(at: [(Self.bank, good)], seconds: 5)
        #expect(bench.transitions.isEmpty)
        bench.look(at: [(Self.bank, bad)], seconds: 60)
        #expect(bench.kinds == [.pending])
        bench.look(at: [(Self.bank, bad)], seconds: 120)
        #expect(bench.kinds == [.pending, .firing])
        #expect(bench.messages.map(\.kind) == [.firing])
        bench.look(at: [(Self.bank, good)], seconds: 300)
        #expect(bench.kinds == [.pending, .firing])
        bench.look(at: [(Self.bank, good)])
        #expect(bench.kinds == [.pending, .firing, .resolved])
        #expect(bench.messages.map(\.kind) == [.firing, .resolved])
        let message = try #require(bench.messages.first)
        #expect(message.node == FaultNode(.dependency, "bank:443", environment: "production"))
        #expect(message.severity == .critical && message.services == ["checkout"])
        #expect(message.evidence.map(\.metric) == ["availability"])
        #expect(message.evidence.first?.value == 0.5 && message.evidence.first?.limit == 0.95)
        #expect(message.link == "https://venus/?bank:443")
        #expect(bench.messages[0].fault == bench.messages[1].fault && bench.messages[0].id != bench.messages[1].id)
    }

    @Test("what explains an alert is what it is about: no 404 of an availability, no failed call of a time")
    func blamed() throws {
        var (bench, other) = (Bench(), Bench())
        let start = bench.at * 1_000_000
        func call(_ milliseconds: UInt32, _ outcome: Outcome, _ status: UInt16) -> RecentCall {
            RecentCall(
                key: .operation(
                    "GET /\(status)", service: "checkout", dependency: "bank:443", environment: "production"),
                instance: "one",
                call: Call(
                    operation: 0, start: start, duration: milliseconds * 1_000, outcome: outcome, status: status))
        }
        let slow = call(9_000, .success, 200)
        bench.recentCalls.failed = [call(3, .clientError, 404), call(2, .clientError, 404), call(1, .serverError, 503)]
        bench.recentCalls.slowest = [slow]
        bench.look(at: [(Self.bank, bad)], seconds: 70)
        let failing = try #require(bench.messages.first)
        #expect(failing.evidence.map(\.failures) == [[FailureShare(errorType: "503", calls: 1)]])
        #expect(failing.sample?.operation == "GET /503" && failing.sample?.errorType == "503")

        other.recentCalls = bench.recentCalls
        other.look(at: [(Self.bank, totals(success: 100, microseconds: 9_000_000))], seconds: 70)
        let late = try #require(other.messages.first)
        #expect(late.evidence.map(\.metric) == ["response_time_p95_ms"])
        #expect(late.sample?.operation == "GET /200" && late.sample?.milliseconds == 9_000)
    }

    @Test("a rule on an objective fires while both windows of a pair burn faster than allowed, and says how much")
    func burnRate() throws {
        let objective = try #require(
            Objective(id: "bank", subject: .series(Self.bank), kind: .availability, target: 0.99))
        let rule = AlertRule(
            id: "burns", subject: .series(Self.bank), condition: .burnRate(objective: "bank"), for: 0,
            keepFiringFor: 0)
        var bench = Bench(rules: [rule], objectives: [objective])
        #expect(bench.evaluation.objectives == [objective])
        func burn(long: UInt64, short: UInt64) -> ObjectiveBurn {
            let tallies = BurnRate.Tallies(
                long: Objective.Tally(bad: long, total: 1_000), short: Objective.Tally(bad: short, total: 1_000))
            return ObjectiveBurn(objective, BurnRate.all.map { _ in tallies })
        }
        // Not known yet; then over the long window only; then over both.
        bench.look(at: [(Self.bank, good)], seconds: 5)
        bench.burns["bank"] = burn(long: 288, short: 10)
        bench.look(at: [(Self.bank, good)], seconds: 5)
        #expect(bench.transitions.isEmpty)
        bench.burns["bank"] = burn(long: 288, short: 288)
        bench.look(at: [(Self.bank, good)], seconds: 5)
        #expect(bench.kinds.last == .firing && bench.transitions.allSatisfy { $0.rule == "burns" })
        let evidence = try #require(bench.messages.first?.evidence.first)
        // Of the two critical pairs the one that is exceeded most: 28.8× of 6×.
        #expect(evidence.metric == "burn_rate" && evidence.limit == 1)
        #expect(abs((evidence.value ?? 0) - 4.8) < 1e-9)
        bench.burns["bank"] = burn(long: 288, short: 0)
        bench.look(at: [(Self.bank, good)], seconds: 5)
        #expect(bench.kinds.last == .resolved)
    }

    @Test("nothing is said while windows are incomplete, a shard is missing, or what is seen is old")
    func coverage() {
        var bench = Bench()
        bench.look(at: [(Self.bank, bad)], seconds: 90, age: 5)
        #expect(bench.held == 90)
        bench.look(at: [(Self.bank, bad)], seconds: 90, shards: 2)
        #expect(bench.held == 180)
        // Ten seconds are known, five minutes are not.
        bench.look(at: [(Self.bank, bad)], seconds: 90, coveredSince: bench.at - 200)
        #expect(bench.held == 180 && bench.transitions.isEmpty)
        bench.look(at: [(Self.bank, bad)], seconds: 61)
        #expect(bench.kinds == [.pending, .firing])
    }

    @Test("an evaluator that goes on from what is stored says nothing twice, and ends what has ended meanwhile")
    func restart() throws {
        var bench = Bench()
        bench.look(at: [(Self.bank, bad)], seconds: 70)
        #expect(bench.messages.map(\.kind) == [.firing])
        var after = Bench()
        after.evaluation = AlertEvaluation(
            alerts: Array(bench.evaluation.alerts.values), notices: bench.evaluation.notices, at: bench.at + 30)
        after.evaluation.set(
            AlertEvaluation.Settings(notices: NoticeStateMachine.Settings(gather: 0)))
        after.at = bench.at + 30
        after.look(at: [(Self.bank, bad)], seconds: 30)
        #expect(after.transitions.isEmpty && after.messages.isEmpty)
        after.look(at: [(Self.bank, good)], seconds: 301)
        #expect(after.kinds == [.resolved] && after.messages.map(\.kind) == [.resolved])
        #expect(after.messages.first?.fault == bench.messages.first?.fault)
        // The next time is another episode: its ids are others.
        after.look(at: [(Self.bank, bad)], seconds: 61)
        let ids = (bench.transitions + after.transitions).map(\.id)
        #expect(Set(ids).count == ids.count && ids.count == 5)
    }

    @Test("an alert whose threshold is taken away is resolved, and people are told")
    func withdrawn() {
        var bench = Bench()
        bench.look(at: [(Self.bank, bad)], seconds: 70)
        bench.evaluation.set(
            AlertEvaluation.Settings(
                thresholds: ThresholdTable([
                    StoredThreshold(.series(Self.bank), MetricThreshold(.availability))
                ]), notices: NoticeStateMachine.Settings(gather: 0)))
        bench.look(at: [(Self.bank, bad)])
        #expect(bench.kinds == [.pending, .firing, .resolved])
        #expect(bench.messages.map(\.kind) == [.firing, .resolved])
    }

    @Test("a rule of one's own counts, with its own times, and a silence keeps it quiet until it ends")
    func own() throws {
        let rule = AlertRule(
            id: "slow", subject: .series(Self.bank),
            condition: .threshold(metric: .responseTime(.p95), direction: .above), severity: .warning, for: 2,
            keepFiringFor: 2)
        let threshold = StoredThreshold(
            .series(Self.bank), MetricThreshold(.responseTime(.p95), window: .seconds10, warning: 5))
        let silence = try #require(
            Silence(id: "s", matchers: [.init(.rule, "slow")], starts: 0, ends: 1_000_020, author: "ada"))
        var bench = Bench(stored: [threshold], rules: [rule], silences: [silence])
        bench.look(at: [(Self.bank, good)], seconds: 10)
        #expect(bench.kinds == [.pending, .firing] && bench.messages.isEmpty)
        #expect(bench.evaluation.alerts["slow"]?.isSilenced == true)
        bench.look(at: [(Self.bank, good)], seconds: 10)
        #expect(bench.messages.map(\.severity) == [.warning])
        #expect(bench.evaluation.alerts["slow"]?.isSilenced == false)
        let phase = bench.messages.first?.evidence.first
        #expect(phase?.metric == "response_time_p95_ms" && phase?.limit == 5)
    }

    @Test(
        "what is slow is explained by the phase that grew, against what was usual, which is asked for where it is told")
    func explained() throws {
        func connecting(_ milliseconds: UInt32) -> KPITotals {
            var totals = KPITotals()
            for _ in 0..<100 {
                var call = Call(operation: 0, start: 0, duration: 10_000_000, outcome: .success)
                call.phases[.connect] = milliseconds * 1_000
                totals.record(call)
            }
            return totals
        }
        let slow = connecting(9_000)
        var bench = Bench()
        bench.look(at: [(Self.bank, slow)], seconds: 60)
        // Nobody is told yet.
        #expect(bench.kinds == [.pending] && bench.unexplained.isEmpty)
        bench.baselines = [Self.bank: ReportEvidence.Baseline(try #require(PhaseMeans(connecting(20))), of: .week)]
        var without = bench
        without.baselines = [:]
        for known in [true, false] {
            var one = known ? bench : without
            one.look(at: [(Self.bank, slow)], seconds: 5)
            #expect(one.messages.map(\.kind) == [.firing])
            let evidence = try #require(one.messages.first?.evidence.first)
            #expect(evidence.phase == (known ? PhaseGrowth(phase: "connect", before: 20, now: 9_000) : nil))
            #expect(evidence.baseline == (known ? .week : nil))
            #expect(one.unexplained == (known ? [] : [Self.bank]))
            // That it is over needs no explanation.
            one.look(at: [(Self.bank, good)], seconds: 310)
            #expect(
                one.messages.map(\.kind) == [.firing, .resolved] && one.messages.last?.evidence.first?.phase == nil)
            #expect(one.unexplained == (known ? [] : [Self.bank]))
        }
    }

    @Test("a service that calls all day and stops is reported as silent, and as back")
    func silent() {
        var bench = Bench()
        for minute in 1...1_440 { bench.evaluation.noteCall(of: Self.bank, at: bench.at - Int64(minute) * 60) }
        bench.look(at: [(Self.bank, good)], seconds: 3)
        bench.knowsRegularity = false
        bench.look(at: [], seconds: 400)
        #expect(bench.transitions.isEmpty)
        bench.knowsRegularity = true
        bench.look(at: [])
        #expect(bench.kinds == [.noData] && bench.messages.map(\.evidence.first?.metric) == ["no_data"])
        bench.look(at: [(Self.bank, good)], seconds: 2)
        #expect(bench.kinds == [.noData, .resolved] && bench.messages.map(\.kind) == [.firing, .resolved])
    }

    @Test("who is silent when another evaluator goes on stays so until called, though little is left of the day before")
    func silentRestart() {
        var bench = Bench()
        for minute in 1...1_440 { bench.evaluation.noteCall(of: Self.bank, at: bench.at - Int64(minute) * 60) }
        bench.look(at: [(Self.bank, good)])
        bench.look(at: [], seconds: 320)
        #expect(bench.kinds == [.noData])
        var after = Bench()
        after.at = bench.at + 3 * 3_600
        after.evaluation = AlertEvaluation(
            alerts: Array(bench.evaluation.alerts.values), notices: bench.evaluation.notices, at: after.at)
        after.evaluation.set(
            AlertEvaluation.Settings(notices: NoticeStateMachine.Settings(gather: 0)))
        // Nothing is read of the day before yet; then the 21 hours that it was called in.
        after.knowsRegularity = false
        after.look(at: [], seconds: 30)
        for minute in 1...1_260 { after.evaluation.noteCall(of: Self.bank, at: 1_000_000 - Int64(minute) * 60) }
        after.knowsRegularity = true
        after.look(at: [], seconds: 30)
        #expect(after.transitions.isEmpty && after.messages.isEmpty)
        after.look(at: [(Self.bank, good)], seconds: 2)
        #expect(after.kinds == [.resolved] && after.messages.map(\.kind) == [.resolved])
    }

    @Test("a rule's own clearing level holds: on the way from one level to the other nothing changes")
    func levels() {
        let rule = AlertRule(
            id: "levels", subject: .series(Self.bank),
            condition: .threshold(metric: .availability, direction: .below), severity: .warning, for: 0,
            keepFiringFor: 0, clear: 0.98)
        let threshold = StoredThreshold(
            .series(Self.bank), MetricThreshold(.availability, window: .seconds10, warning: 0.9, minimumCalls: 100))
        var bench = Bench(stored: [threshold], rules: [rule])
        func look(failed: Int, of count: Int = 100) -> [AlertTransition.Kind] {
            let before = bench.kinds.count
            bench.look(at: [(Self.bank, totals(success: count - failed, serverErrors: failed))])
            return Array(bench.kinds[before...])
        }
        #expect(look(failed: 10) == [])
        // One call below the floor it is not judged.
        #expect(look(failed: 99, of: 99) == [])
        #expect(look(failed: 11) == [.pending, .firing])
        #expect(look(failed: 10) == [] && look(failed: 3) == [])
        #expect(look(failed: 0, of: 99) == [])
        #expect(look(failed: 2) == [.resolved])
        #expect(look(failed: 10) == [])
    }

    @Test("when what five services call fails, one message says so; acknowledged, it is not repeated")
    func grouping() throws {
        let payments = Announcement(
            environment: "production", address: "payments:8080", service: "payments", since: 1)
        let database = edge("payments", "payments-db:5432")
        let callers = (1...5).map { edge("caller-\($0)", "payments:8080") }
        let failing = ([database] + callers).map { ($0, bad) }
        var bench = Bench(gather: 10)
        bench.look(at: failing, seconds: 100, announcements: [payments])
        #expect(bench.kinds.filter { $0 == .firing }.count == 6)
        #expect(bench.messages.count == 1)
        let message = try #require(bench.messages.first)
        #expect(message.node.name == "payments-db:5432" && message.services == ["payments"])
        #expect(message.inhibited == callers.map { "\($0.service) → payments:8080" })
        let leaf = try #require(bench.evaluation.alerts.values.first { $0.rule.subject == .series(database) })
        #expect(bench.evaluation.alerts.values.filter(\.isInhibited).count == 5 && !leaf.isInhibited)
        let fault = try #require(leaf.fault)
        #expect(fault == message.fault)
        #expect(bench.evaluation.alerts.values.allSatisfy { $0.fault == fault })
        bench.evaluation.set(
            AlertEvaluation.Settings(
                acknowledgements: [
                    FaultAcknowledgement(id: fault, author: "ada", at: bench.at),
                    FaultAcknowledgement(id: "another", author: "bob", at: bench.at),
                ]))
        bench.look(at: failing, seconds: 5, announcements: [payments])
        #expect(bench.evaluation.alerts[leaf.rule.id]?.acknowledgement?.author == "ada")
        bench.at += 20_000
        bench.look(at: failing, seconds: 5, announcements: [payments])
        #expect(bench.messages.count == 1)
    }
}

/// frontend → orders → payments-db.
extension AlertEvaluationTests {
    private static let above = edge("frontend", "orders:8080")
    private static let leaf = edge("orders", "payments-db:5432")
    private static let orders = Announcement(
        environment: "production", address: "orders:8080", service: "orders", since: 1)

    private func look(_ bench: inout Bench, above: KPITotals, leaf: KPITotals, seconds: Int) {
        bench.look(at: [(Self.above, above), (Self.leaf, leaf)], seconds: seconds, announcements: [Self.orders])
    }

    private func alert(_ bench: Bench, _ key: SeriesKey) throws -> AlertContent {
        try #require(bench.evaluation.alerts.values.first { $0.rule.subject == .series(key) && $0.machine.isActive })
    }

    @Test("the leaf of a chain fails, and it alone is told of; it recovers, and the middle fails alone, and is told of")
    func chain() throws {
        var bench = Bench(gather: 10)
        look(&bench, above: bad, leaf: bad, seconds: 100)
        let failure = try #require(bench.messages.first)
        #expect(bench.messages.map(\.kind) == [.firing])
        #expect(failure.node == FaultNode(.dependency, "payments-db:5432", environment: "production"))
        #expect(failure.evidence.map(\.subject) == [.series(Self.leaf)])
        #expect(failure.services == ["orders"] && failure.inhibited == ["frontend → orders:8080"])
        #expect(try alert(bench, Self.above).isInhibited && !alert(bench, Self.leaf).isInhibited)
        #expect(try alert(bench, Self.above).fault == failure.fault)
        look(&bench, above: good, leaf: good, seconds: 301)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved])
        // What is over is inhibited by nothing, and nobody's fault.
        #expect(bench.evaluation.alerts.values.allSatisfy { !$0.isInhibited && $0.fault == nil })
        #expect(bench.messages.allSatisfy { $0.fault == failure.fault && $0.node == failure.node })

        look(&bench, above: bad, leaf: good, seconds: 100)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved, .firing])
        let middle = try #require(bench.messages.last)
        #expect(middle.node == FaultNode(.service, "orders", environment: "production"))
        #expect(middle.evidence.map(\.subject) == [.series(Self.above)])
        #expect(middle.services == ["frontend"] && middle.inhibited.isEmpty && middle.fault != failure.fault)
        let alert = try alert(bench, Self.above)
        #expect(!alert.isInhibited && alert.fault == middle.fault)
        look(&bench, above: good, leaf: good, seconds: 301)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved, .firing, .resolved])
        #expect(bench.messages.last?.fault == middle.fault)
    }

    @Test("a middle that still fails when the leaf has recovered is told of once it has stood alone for long enough")
    func chainReleased() throws {
        var bench = Bench(gather: 10)
        look(&bench, above: bad, leaf: bad, seconds: 100)
        // The leaf keeps firing for five minutes, and what it explains stays inhibited.
        look(&bench, above: bad, leaf: good, seconds: 300)
        #expect(try bench.messages.map(\.kind) == [.firing] && alert(bench, Self.above).isInhibited)
        look(&bench, above: bad, leaf: good, seconds: 1)
        #expect(try bench.messages.map(\.kind) == [.firing, .resolved] && !alert(bench, Self.above).isInhibited)
        // It has ten minutes to recover as well, and then nobody hears of it.
        var recovered = bench
        look(&recovered, above: bad, leaf: good, seconds: 200)
        look(&recovered, above: good, leaf: good, seconds: 1_000)
        #expect(recovered.messages.map(\.kind) == [.firing, .resolved])
        look(&bench, above: bad, leaf: good, seconds: 599)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved])
        look(&bench, above: bad, leaf: good, seconds: 1)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved, .firing])
        let middle = try #require(bench.messages.last)
        #expect(middle.node == FaultNode(.service, "orders", environment: "production"))
        #expect(middle.services == ["frontend"] && middle.inhibited.isEmpty)
        #expect(middle.fault != bench.messages[0].fault)
    }
}

extension AlertEvaluationTests {
    @Test("two thousand rules, twenty of which fire, are evaluated within 40 ms of the processor's time")
    func cost() {
        let edges = (0..<1_000).map {
            (edge("service-\($0 % 50)", "dependency-\($0):443"), $0 % 50 == 0 ? bad : good)
        }
        var bench = Bench()
        bench.look(at: edges)
        bench.at += 59
        bench.look(at: edges)
        #expect(bench.kinds.filter { $0 == .firing }.count == 20)
        bench.transitions = []
        let times = (0..<20).map { _ in
            bench.milliseconds = 0
            bench.look(at: edges)
            return bench.milliseconds
        }.sorted()
        print("2,000 rules on 1,000 edges: \(times[10]) ms of CPU, \(times[0]) at best, \(times[19]) at worst")
        // The windows of the picture included; the best of twenty, since the tests beside it share the cores.
        #expect(times[0] <= 40 && bench.transitions.isEmpty)
        // Everything fails and is slow: there are two rules an edge, and each that did not fire is judged.
        let worst = totals(success: 50, serverErrors: 50, microseconds: 10_000_000)
        bench.look(at: edges.map { ($0.0, worst) })
        #expect(bench.kinds.allSatisfy { $0 == .pending })
        #expect(Set(bench.transitions.map(\.rule)).count == 1_980)
    }
}
