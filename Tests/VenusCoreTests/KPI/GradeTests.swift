import Testing
import VenusCore

@Suite("Grades, by the default thresholds")
struct GradeTests {
    private func grade(success: Int, failed: Int, duration: UInt32 = 1_000, cancelled: Int = 0) -> Grade {
        var totals = KPITotals()
        let outcomes: [(Outcome, Int)] = [(.success, success), (.serverError, failed), (.cancelled, cancelled)]
        for (outcome, count) in outcomes {
            for _ in 0..<count {
                totals.record(Call(operation: 0, start: 0, duration: duration, outcome: outcome))
            }
        }
        return Grade(KPI(totals, seconds: 300), of: totals)
    }

    @Test("idle means that nothing was attempted")
    func idle() {
        #expect(grade(success: 0, failed: 0) == .idle)
        #expect(grade(success: 1, failed: 0) == .good)
    }

    @Test("availability is fair below 99 %, poor below 95 %, and good at the limit")
    func availability() {
        #expect(grade(success: 99, failed: 1) == .good)
        #expect(grade(success: 989, failed: 11) == .fair)
        #expect(grade(success: 95, failed: 5) == .fair)
        #expect(grade(success: 949, failed: 51) == .poor)
        #expect(grade(success: 0, failed: 20) == .poor)
    }

    @Test("response time is fair above 1 s, poor above 5 s")
    func responseTime() {
        #expect(grade(success: 20, failed: 0, duration: 1_000_000) == .good)
        #expect(grade(success: 20, failed: 0, duration: 1_000_001) == .fair)
        #expect(grade(success: 20, failed: 0, duration: 5_000_000) == .fair)
        #expect(grade(success: 20, failed: 0, duration: 5_000_001) == .poor)
    }

    @Test("the worst threshold wins")
    func worst() { #expect(grade(success: 94, failed: 6, duration: 2_000_000) == .poor) }

    @Test("fewer than 20 calls are not judged")
    func fewCalls() {
        #expect(grade(success: 0, failed: 19) == .good)
        #expect(grade(success: 0, failed: 20) == .poor)
    }

    @Test("calls without a known outcome are not judged")
    func unknown() { #expect(grade(success: 0, failed: 0, cancelled: 30) == .good) }
}
