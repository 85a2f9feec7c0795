import Testing
import VenusCore

@Suite("Objectives and how fast their budgets burn")
struct ObjectiveTests {
    private let edge = WatchSubject.series(.edge(service: "a", dependency: "b:1", environment: "p"))

    private func objective(_ target: Double = 0.999, _ kind: Objective.Kind = .availability) -> Objective {
        Objective(id: "o", subject: edge, kind: kind, target: target)!
    }

    private func tallies(_ long: (UInt64, UInt64), _ short: (UInt64, UInt64)) -> BurnRate.Tallies {
        BurnRate.Tallies(long: .init(bad: long.0, total: long.1), short: .init(bad: short.0, total: short.1))
    }

    @Test("what cannot be promised is refused")
    func refused() {
        for target in [0, 1, 1.5, -1, .nan] as [Double] {
            #expect(Objective(id: "o", subject: edge, kind: .availability, target: target) == nil)
        }
        #expect(Objective(id: "o", subject: .everything, kind: .availability, target: 0.9) == nil)
        #expect(Objective(id: "o", subject: edge, kind: .fasterThan(milliseconds: 0), target: 0.9) == nil)
        #expect(Objective(id: "o", subject: edge, kind: .availability, target: 0.9, period: 3_600) == nil)
    }

    @Test("good and bad calls of availability and of speed")
    func tally() {
        var totals = KPITotals()
        for (outcome, duration, count) in [
            (Outcome.success, 100_000, 80), (.success, 900_000, 10), (.clientError, 100_000, 4),
            (.serverError, 100_000, 3),
            (.transportError, 100_000, 2), (.cancelled, 100_000, 1), (.denied, 1, 1),
        ] as [(Outcome, UInt32, Int)] {
            for _ in 0..<count { totals.record(Call(operation: 0, start: 0, duration: duration, outcome: outcome)) }
        }
        #expect(objective().tally(totals) == .init(bad: 5, total: 99))
        // Faster than 300 ms: 80 + 4 + 3 of those answered; what failed was not fast.
        #expect(objective(0.9, .fasterThan(milliseconds: 300)).tally(totals) == .init(bad: 12, total: 99))
        #expect(objective(0.9, .fasterThan(milliseconds: 3_000)).tally(totals) == .init(bad: 2, total: 99))
        #expect(objective(0.9, .fasterThan(milliseconds: 1)).tally(totals) == .init(bad: 99, total: 99))
    }

    @Test("the pairs of the SRE Workbook")
    func pairs() {
        #expect(BurnRate.all.map(\.factor) == [14.4, 6, 1])
        #expect(BurnRate.all.map(\.long) == [3_600, 21_600, 259_200])
        #expect(BurnRate.all.map(\.short) == [300, 1_800, 21_600])
        for pair in BurnRate.all {
            #expect(pair.long == pair.short * 12)
            #expect(pair.tier.defaultRetention >= pair.long && pair.short % pair.tier.seconds == 0)
        }
    }

    @Test("both windows must burn")
    func both() throws {
        let objective = objective(0.99)
        let fast = BurnRate.all[0]
        // 1 % is allowed; 14.4 times that is 14.4 %.
        #expect(try #require(fast.strength(tallies((288, 1_000), (288, 1_000)), of: objective)) > 1.99)
        #expect(try #require(fast.strength(tallies((288, 1_000), (0, 100)), of: objective)) == 0)
        #expect(try #require(fast.strength(tallies((0, 1_000), (50, 100)), of: objective)) == 0)
        #expect(try #require(fast.strength(tallies((143, 1_000), (500, 1_000)), of: objective)) < 1)
        #expect(try #require(fast.strength(tallies((145, 1_000), (500, 1_000)), of: objective)) > 1)
        #expect(fast.strength(tallies((19, 19), (19, 19)), of: objective) == nil)
        #expect(fast.strength(tallies((19, 1_000), (0, 0)), of: objective) == nil)
    }

    /// Of 1,000 calls 125 may fail, which is exact in binary: what is at the limit is so to the last digit.
    @Test("a pair burns where both windows are beyond its factor, not at it", arguments: [(1, 750), (2, 125)])
    func boundary(place: Int, limit: UInt64) throws {
        let (objective, pair) = (objective(0.875), BurnRate.all[place])
        func strength(_ long: UInt64, _ short: UInt64) throws -> Double {
            try #require(pair.strength(tallies((long, 1_000), (short, 1_000)), of: objective))
        }
        #expect(try strength(limit, limit) == 1)
        #expect(try strength(limit + 1, limit) == 1 && strength(limit, limit + 1) == 1)
        #expect(try strength(1_000, limit) == 1 && strength(limit, 1_000) == 1)
        #expect(try strength(1_000, 0) == 0 && strength(0, 1_000) == 0)
        let beyond = try strength(limit + 1, limit + 1)
        #expect(beyond == Double(limit + 1) / Double(limit))

        // And so it is in what a rule of its severity sees, where the other pairs are quiet.
        func strengths(_ bad: UInt64) -> [Double?] {
            var all = BurnRate.all.map { _ in tallies((0, 1_000), (0, 1_000)) }
            all[place] = tallies((bad, 1_000), (bad, 1_000))
            return [Severity.critical, .warning].map { BurnRate.strength(all, of: objective, severity: $0) }
        }
        let own = pair.severity == .critical ? 0 : 1
        #expect(strengths(limit)[own] == 1 && strengths(limit + 1)[own] == beyond)
        #expect(strengths(limit + 1)[1 - own] == 0)
    }

    @Test(
        "at its limit a pair is quiet whatever the target, and one bad call more raises it; so it is with the budget",
        arguments: [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999])
    func decimals(target: Double) throws {
        let (objective, total) = (objective(target), UInt64(10_000_000))
        let allowed = UInt64((Double(total) * (1 - target)).rounded())
        #expect(objective.budgetLeft(.init(bad: allowed, total: total)) == 0)
        #expect(objective.budgetLeft(.init(bad: allowed + 1, total: total)) < 0)
        for pair in BurnRate.all {
            let limit = UInt64((Double(total) * (1 - target) * pair.factor).rounded())
            // Of a lax target not even all calls are so many.
            guard limit < total else { continue }
            #expect(pair.strength(tallies((limit, total), (limit, total)), of: objective) == 1)
            let beyond = pair.strength(tallies((limit + 1, total), (limit + 1, total)), of: objective)
            #expect(try #require(beyond) > 1)
        }
    }

    @Test("the strongest pair of a severity counts")
    func strongest() throws {
        let objective = objective(0.99)
        let all = [tallies((0, 100), (0, 100)), tallies((12, 100), (12, 100)), tallies((5, 100), (5, 100))]
        #expect(abs(try #require(BurnRate.strength(all, of: objective, severity: .critical)) - 2) < 1e-9)
        #expect(abs(try #require(BurnRate.strength(all, of: objective, severity: .warning)) - 5) < 1e-9)
    }

    @Test("what is left of the budget")
    func budget() {
        let objective = objective(0.99)
        #expect(objective.budgetLeft(.init()) == 1)
        #expect(abs(objective.budgetLeft(.init(bad: 5, total: 1_000)) - 0.5) < 1e-9)
        #expect(abs(objective.budgetLeft(.init(bad: 10, total: 1_000))) < 1e-9)
        #expect(abs(objective.budgetLeft(.init(bad: 30, total: 1_000)) + 2) < 1e-9)
    }
}
