import Testing
import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("Edges that are missed, and until when")
struct MissedEdgeTests {
    private typealias Bench = AlertEvaluationTests.Bench

    private static let bank = edge("checkout", "bank:443")
    private static let own = AlertRule(
        id: "own", subject: .series(bank), condition: .threshold(metric: .availability, direction: .below),
        noDataAfter: 300)

    private let good = totals(success: 100)
    private let bad = totals(success: 50, serverErrors: 50)

    /// Called all day and then not any more, of which people were told, by the standing rule and one beside it.
    private func missed() -> Bench {
        var bench = Bench(rules: [Self.own])
        for minute in 1...1_440 { bench.evaluation.noteCall(of: Self.bank, at: bench.at - Int64(minute) * 60) }
        bench.look(at: [(Self.bank, good)])
        bench.look(at: [], seconds: 320)
        return bench
    }

    private func settings(_ forgettings: [Forgetting] = []) -> AlertEvaluation.Settings {
        AlertEvaluation.Settings(
            rules: [Self.own], forgettings: forgettings, notices: NoticeStateMachine.Settings(gather: 0))
    }

    /// Another evaluator that goes on, and knows nothing of the day before.
    private func next(after bench: Bench, _ forgettings: [Forgetting] = []) -> Bench {
        var after = Bench()
        after.at = bench.at + 60
        after.evaluation = AlertEvaluation(
            alerts: Array(bench.evaluation.alerts.values), notices: bench.evaluation.notices, at: after.at)
        after.evaluation.set(settings(forgettings))
        after.knowsRegularity = false
        return after
    }

    @Test("a call ends it at once, though another evaluator has not read the day before, and also one that fails")
    func calledEarly() {
        let bench = missed()
        #expect(bench.kinds == [.noData, .noData] && bench.messages.map(\.kind) == [.firing])
        var recovered = next(after: bench)
        recovered.look(at: [], seconds: 5)
        #expect(recovered.transitions.isEmpty && recovered.messages.isEmpty)
        recovered.look(at: [(Self.bank, good)])
        #expect(recovered.kinds == [.resolved, .resolved] && recovered.messages.map(\.kind) == [.resolved])
        var failing = next(after: bench)
        failing.look(at: [(Self.bank, bad)])
        #expect(failing.kinds.filter { $0 == .resolved }.count == 2)
        #expect(failing.kinds.filter { $0 == .pending }.count == 2)
    }

    @Test(
        "it ends when history forgets the service or the dependency, whichever evaluator it is, until it is called again",
        arguments: [
            ForgottenSeries(.dependency("bank:443")), ForgottenSeries(.service("checkout"), environment: "production"),
        ], [true, false])
    func forgotten(series: ForgottenSeries, isTakenOver: Bool) {
        let before = missed()
        let forgetting = Forgetting(series, at: before.at)
        var bench = isTakenOver ? next(after: before, [forgetting]) : before
        bench.evaluation.set(settings([forgetting]))
        (bench.transitions, bench.messages) = ([], [])
        bench.look(at: [])
        #expect(bench.kinds == [.resolved, .resolved] && bench.messages.map(\.kind) == [.resolved])
        bench.knowsRegularity = true
        bench.look(at: [], seconds: 400)
        #expect(bench.kinds.count == 2 && bench.messages.count == 1)
        // It is known again, and watched as before.
        bench.look(at: [(Self.bank, bad)], seconds: 61)
        #expect(bench.kinds.suffix(2) == [.firing, .firing] && bench.messages.map(\.kind) == [.resolved, .firing])
    }

    @Test(
        "it goes on when history forgets something else, or what was called since",
        arguments: [
            ForgottenSeries(.dependency("bank:444")), ForgottenSeries(.service("bank:443")),
            ForgottenSeries(.dependency("bank:443"), environment: "staging"),
        ])
    func remembered(series: ForgottenSeries) {
        var bench = missed()
        bench.evaluation.set(
            settings([Forgetting(series, at: bench.at), Forgetting(ForgottenSeries(.service("checkout")), at: 999_000)])
        )
        bench.look(at: [], seconds: 5)
        #expect(bench.kinds == [.noData, .noData] && bench.messages.map(\.kind) == [.firing])
    }
}
