import Foundation
import Testing
import VenusAlerts
import VenusCore

@Suite("All rules together")
struct AlertEvaluatorTests {
    private func edges(_ count: Int) -> [SeriesKey] {
        (0..<count).map { .edge(service: "s\($0 % 50)", dependency: "d\($0):443", environment: "p") }
    }

    private func measured(failed: Int) -> Measured {
        var totals = KPITotals()
        totals.success = UInt64(100 - failed)
        totals.serverError = UInt64(failed)
        return Measured(totals, seconds: 300)
    }

    @Test("rules that stay keep their state, those that go end")
    func rules() throws {
        let keys = edges(3)
        let table = ThresholdTable()
        var evaluator = AlertEvaluator()
        #expect(evaluator.setRules(AlertRule.standing(for: keys, in: table), thresholds: table, at: 0).isEmpty)
        let bad = measured(failed: 50)
        let reading = { (rule: AlertRule, threshold: MetricThreshold?) in
            AlertReading(rule, threshold!, measured: bad, regularity: nil, at: 0)
        }
        for second in 0...60 { _ = evaluator.evaluate(at: Int64(second), reading: reading) }
        #expect(evaluator.alerts.values.filter(\.isActive).count == 3)
        // Another process goes on from what was stored, with one edge fewer.
        let data = try JSONEncoder().encode(evaluator.alerts)
        let stored = try JSONDecoder().decode([String: AlertStateMachine].self, from: data)
        var next = AlertEvaluator()
        let ended = next.setRules(
            AlertRule.standing(for: keys.dropLast(), in: table), thresholds: table, stored: stored, at: 70)
        #expect(ended.map(\.kind) == [.resolved])
        #expect(next.evaluate(at: 71, reading: reading).isEmpty)
        #expect(next.alerts.values.filter(\.isActive).count == 2)
        // The critical limit is taken away: nothing to watch.
        let without = ThresholdTable([StoredThreshold(.everything, MetricThreshold(.availability, warning: 0.99))])
        let resolved = next.setRules(AlertRule.standing(for: keys, in: without), thresholds: without, at: 72)
        #expect(resolved.map(\.kind) == [.resolved, .resolved])
    }

    @Test("readings: silent before anything else, uncovered without a window, quiet below the floor")
    func readings() {
        let threshold = MetricThreshold.defaults[0]
        let rule = AlertRule(
            id: "r", subject: .everything, condition: .threshold(metric: .availability, direction: .below),
            noDataAfter: 300)
        var regularity = CallRegularity()
        for minute in 0..<1_440 { regularity.note(callAt: Int64(minute) * 60) }
        let end: Int64 = 1_439 * 60
        let calls = measured(failed: 10)
        func read(_ measured: Measured?, _ now: Int64) -> AlertReading {
            AlertReading(rule, threshold, measured: measured, regularity: regularity, at: now)
        }
        #expect(read(calls, end + 299) == .value(0.9))
        #expect(read(calls, end + 300) == .silent)
        #expect(read(nil, end + 1) == .uncovered)
        #expect(read(Measured(KPITotals(), seconds: 300), end + 1) == .quiet)
    }

    @Test("a subject that is missed is silent until it is called, whatever is known of the day before")
    func missed() {
        let threshold = MetricThreshold.defaults[0]
        let rule = AlertRule(
            id: "r", subject: .everything, condition: .threshold(metric: .availability, direction: .below),
            noDataAfter: 300)
        func read(_ measured: Measured?, callAt second: Int64?, since: Int64?, at now: Int64) -> AlertReading {
            var regularity = CallRegularity()
            if let second { regularity.note(callAt: second) }
            return AlertReading(
                rule, threshold, measured: measured, regularity: second == nil ? nil : regularity, missedSince: since,
                at: now)
        }
        let (calls, none) = (measured(failed: 10), Measured(KPITotals(), seconds: 300))
        // Missed at 10,000, so the last call was at 9,700 at the latest.
        for second in [nil, 100, 9_700] as [Int64?] {
            for measured in [calls, none, nil] {
                #expect(read(measured, callAt: second, since: 10_000, at: 10_001) == .silent)
            }
        }
        #expect(read(calls, callAt: 9_701, since: 10_000, at: 10_001) == .value(0.9))
        #expect(read(none, callAt: 9_701, since: 10_000, at: 10_001) == .quiet)
        #expect(read(none, callAt: 9_700, since: nil, at: 10_001) == .quiet)
    }

    @Test("a subject that is missed is so by a longer limit too, once it is silent for that long")
    func raised() {
        var regularity = CallRegularity()
        for minute in 0..<1_440 { regularity.note(callAt: Int64(minute) * 60) }
        let last: Int64 = 1_439 * 60
        func read(_ limit: Int64, since: Int64?, at now: Int64) -> AlertReading {
            let rule = AlertRule(
                id: "r", subject: .everything, condition: .threshold(metric: .availability, direction: .below),
                noDataAfter: limit)
            return AlertReading(
                rule, MetricThreshold.defaults[0], measured: Measured(KPITotals(), seconds: 300),
                regularity: regularity, missedSince: since, at: now)
        }
        #expect(read(300, since: nil, at: last + 300) == .silent)
        #expect(read(900, since: last + 300, at: last + 7_200) == .silent)
        #expect(read(900, since: last + 300, at: last + 900) == .silent)
        #expect(read(900, since: last + 300, at: last + 899) == .quiet)
        regularity.note(callAt: last + 7_201)
        #expect(read(900, since: last + 300, at: last + 7_202) == .quiet)
    }

    @Test("2,000 rules are evaluated in a moment")
    func speed() {
        let keys = edges(1_000)
        let table = ThresholdTable(keys.prefix(100).map { StoredThreshold(.series($0), MetricThreshold.defaults[0]) })
        let rules = AlertRule.standing(for: keys, in: table)
        #expect(rules.count == 2_000)
        var evaluator = AlertEvaluator()
        _ = evaluator.setRules(rules, thresholds: table, at: 0)
        let good = measured(failed: 0)
        let bad = measured(failed: 20)
        let windows = Dictionary(
            uniqueKeysWithValues: keys.enumerated().map { (WatchSubject.series($1), $0 % 10 == 0 ? bad : good) })
        var regular = CallRegularity()
        for minute in 0..<1_440 { regular.note(callAt: Int64(minute) * 60) }
        let clock = ContinuousClock()
        var times: [Duration] = []
        var transitions = 0
        for second in 86_400 as Int64..<86_500 {
            times.append(
                clock.measure {
                    transitions +=
                        evaluator.evaluate(at: second) { rule, threshold in
                            AlertReading(
                                rule, threshold!, measured: windows[rule.subject],
                                regularity: rule.noDataAfter == nil ? nil : regular, at: second)
                        }.count
                })
        }
        times.sort()
        print("2,000 rules: median \(times[times.count / 2]), slowest \(times[times.count - 1])")
        #expect(transitions > 0)
        #expect(times[0] < .milliseconds(20))
    }
}
