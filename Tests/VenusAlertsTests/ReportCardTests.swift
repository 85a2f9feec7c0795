import Foundation
import Testing
import VenusAlerts
import VenusCore

@Suite("Report cards")
struct ReportCardTests {
    private let edge = SeriesKey.edge(service: "shop", dependency: "db:1", environment: "p")
    private let service = SeriesKey.service("shop", environment: "p")

    private func totals(
        success: Int, failed: Int = 0, duration: UInt32 = 10_000, phases: [Phase: UInt32] = [:]
    ) -> KPITotals {
        var totals = KPITotals()
        for (outcome, count) in [(Outcome.success, success), (.serverError, failed)] {
            for _ in 0..<count {
                var call = Call(operation: 0, start: 0, duration: duration, outcome: outcome)
                for (phase, time) in phases { call.phases[phase] = time }
                totals.record(call)
            }
        }
        return totals
    }

    private func evidence(
        _ key: SeriesKey, _ totals: KPITotals, failures: [String: UInt64] = [:],
        baseline: ReportEvidence.Baseline? = nil
    ) -> ReportEvidence {
        ReportEvidence(
            key, totals: [.minutes5: .init(totals, seconds: 300, failures: failures)], baseline: baseline)
    }

    @Test("a service is as good as the worst of what it calls, and idle where it calls nothing")
    func grades() {
        let other = SeriesKey.edge(service: "quiet", dependency: "db:1", environment: "p")
        let good = SeriesKey.edge(service: "shop", dependency: "good:1", environment: "p")
        let cards = ReportCard.all(
            [
                evidence(edge, totals(success: 97, failed: 3)), evidence(good, totals(success: 100)),
                evidence(other, KPITotals()), evidence(.total(environment: "p"), totals(success: 0, failed: 100)),
            ], thresholds: ThresholdTable())
        #expect(cards.map(\.service) == ["quiet", "shop"])
        #expect(cards.map(\.grade) == [.idle, .fair])
        #expect(cards[1].crossed.map(\.metric) == [.availability])
    }

    @Test("the phase that grew most explains a slow dependency")
    func phases() throws {
        let before = totals(success: 100, duration: 100_000, phases: [.dns: 1_000, .connect: 20_000, .ttfb: 60_000])
        let now = totals(
            success: 100, duration: 6_000_000, phases: [.dns: 5_000_000, .connect: 21_000, .ttfb: 900_000])
        let cards = ReportCard.all(
            [evidence(edge, now, baseline: PhaseMeans(before).map { .init($0, of: .week) })],
            thresholds: ThresholdTable())
        let crossed = try #require(cards.first?.crossed.first)
        #expect(crossed.metric == .responseTime(.p95) && crossed.severity == .critical && crossed.limit == 5_000)
        #expect(crossed.phase == PhaseGrowth(phase: "dns", before: 1, now: 5_000))
        #expect(crossed.baseline == .week && crossed.failures.isEmpty)
    }

    @Test("a phase counts for what it adds to the mean, however few calls have it")
    func rarePhase() throws {
        var now = totals(success: 99, phases: [.ttfb: 5_000])
        now.merge(totals(success: 1, phases: [.ttfb: 5_000, .connect: 400_000]))
        let before = try #require(PhaseMeans(totals(success: 100, phases: [.ttfb: 2_000])))
        let growth = try #require(PhaseMeans(now)?.grownMost(since: before))
        #expect(growth.phase == "connect" && growth.now == 4)
        #expect(before.grownMost(since: before) == nil)
        #expect(PhaseMeans(KPITotals()) == nil)
    }

    @Test("the statuses that most failed calls ended with explain errors, the tolerated ones left out")
    func statuses() throws {
        let table = ThresholdTable([
            StoredThreshold(.series(service), MetricThreshold(.errorRate, critical: 0.1, tolerate: [404]))
        ])
        let failures: [String: UInt64] = [
            "503": 20, "404": 90, "connection_refused": 20, "500": 5, "a": 1, "b": 1, "c": 1, "none": 0,
        ]
        let cards = ReportCard.all(
            [evidence(edge, totals(success: 60, failed: 40), failures: failures)], thresholds: table)
        let errors = try #require(cards[0].crossed.first { $0.metric == .errorRate })
        #expect(errors.failures.map(\.errorType) == ["503", "connection_refused", "500", "a", "b"])
        #expect(cards[0].crossed.first { $0.metric == .availability }?.failures.first?.errorType == "503")
    }

    @Test("a limit is crossed since its place says, and since nobody knows when where none does")
    func since() {
        let bad = evidence(edge, totals(success: 50, failed: 50))
        let place = CrossedLimit.Place(key: edge, metric: .availability, direction: .below)
        let cards = ReportCard.all([bad], thresholds: ThresholdTable(), since: [place: 7])
        #expect(cards[0].crossed.map(\.since) == [7])
        #expect(ReportCard.all([bad], thresholds: ThresholdTable())[0].crossed.map(\.since) == [nil])
    }

    @Test("the gravest limit first, then the one that is exceeded most")
    func order() {
        let table = ThresholdTable([
            StoredThreshold(.everything, MetricThreshold(.load, warning: 0.1)),
            StoredThreshold(.everything, MetricThreshold(.errorRate, critical: 0.01)),
        ])
        let cards = ReportCard.all(
            [evidence(edge, totals(success: 50, failed: 50))], thresholds: table)
        #expect(cards[0].crossed.map(\.metric) == [.errorRate, .availability, .load])
        #expect(cards[0].grade == .poor)
    }
}
