import Testing
import VenusAlerts
import VenusCore

@Suite("Since when a limit has been crossed")
struct CrossingHistoryTests {
    private let threshold = MetricThreshold(.availability, window: .minutes5, warning: 0.9, critical: 0.5)
    private let now: Int64 = 100 * 60 + 17

    private func totals(good: Int, bad: Int) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<good { totals.record(Call(operation: 0, start: 0, duration: 1_000, outcome: .success)) }
        for _ in 0..<bad { totals.record(Call(operation: 0, start: 0, duration: 1_000, outcome: .serverError)) }
        return totals
    }

    /// - Parameter minutes: of each minute, from that many minutes ago, the good and bad calls.
    private func since(
        _ minutes: [ClosedRange<Int64>: (good: Int, bad: Int)], from: Int64 = 0, threshold: MetricThreshold? = nil
    ) -> Int64? {
        var stored: [Int64: KPITotals] = [:]
        for (ago, calls) in minutes {
            for minute in ago { stored[(100 - minute) * 60] = totals(good: calls.good, bad: calls.bad) }
        }
        return CrossingHistory.since(stored, of: threshold ?? self.threshold, from: from, now: now).map { $0 / 60 }
    }

    @Test("it is the first minute whose window crossed it, warning or critical")
    func first() {
        // One minute makes ten of a hundred, which is at the limit; two cross it.
        #expect(since([1...10: (10, 10), 11...60: (20, 0)]) == 92)
        #expect(since([1...10: (0, 20), 11...60: (20, 0)]) == 91)
        #expect(since([1...60: (20, 0)]) == nil)
    }

    @Test("a minute in which it was not crossed ends it")
    func interrupted() {
        #expect(since([1...3: (0, 20), 4...20: (20, 0), 21...60: (0, 20)]) == 98)
        // The open minute is not looked at.
        #expect(since([0...0: (0, 100), 1...60: (20, 0)]) == nil)
    }

    @Test("minutes with too few calls to judge neither end nor begin it")
    func quiet() {
        #expect(since([1...3: (0, 20), 30...40: (0, 20), 41...60: (20, 0)]) == 61)
        #expect(since([30...40: (0, 20), 41...60: (20, 0)]) == 61)
        #expect(since([41...60: (20, 0)]) == nil)
        #expect(since([:]) == nil)
    }

    @Test("before what is known, nothing is said")
    func bounded() {
        #expect(since([1...99: (0, 20)], from: 50 * 60) == 55)
        #expect(since([1...99: (0, 20)], from: 98 * 60) == nil)
    }

    @Test("a window shorter than a minute is taken for one, and load is judged without calls")
    func otherThresholds() {
        let short = MetricThreshold(.availability, window: .seconds10, critical: 0.5)
        #expect(since([1...4: (0, 20), 5...60: (20, 0)], threshold: short) == 97)
        let load = MetricThreshold(.load, direction: .below, window: .minute1, critical: 5)
        #expect(since([10...60: (20, 0)], threshold: load) == 92)
    }
}
