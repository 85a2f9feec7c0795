import Testing
import VenusCore

@Suite("KPIs")
struct KPITests {
    private func call(
        _ outcome: Outcome, duration: UInt32 = 1_000, ttfb: UInt32? = 500, flags: CallFlags = [], sent: UInt64 = 0,
        received: UInt64 = 0, errorType: ErrorType? = nil
    ) -> Call {
        var phases = Phases()
        phases[.ttfb] = ttfb
        return Call(
            operation: 0, start: 0, duration: duration, outcome: outcome, errorType: errorType, phases: phases,
            bytesSent: sent, bytesReceived: received, flags: flags)
    }

    private func totals(_ calls: [Call]) -> KPITotals {
        var totals = KPITotals()
        for call in calls { totals.record(call) }
        return totals
    }

    private func totals(_ counts: [Outcome: Int]) -> KPITotals {
        totals(counts.flatMap { outcome, count in (0..<count).map { _ in call(outcome) } })
    }

    @Test("are those of the design's formulas")
    func formulas() {
        let kpi = KPI(
            totals([
                .success: 85, .clientError: 5, .serverError: 7, .transportError: 3, .unknown: 11, .cancelled: 13,
                .denied: 17,
            ]), seconds: 60)
        #expect(kpi.calls == 141)
        #expect(kpi.availability == 0.9)
        #expect(kpi.errorRate == 0.15)
        #expect(kpi.clientErrorRate == 0.05)
        #expect(kpi.serverErrorRate == 0.07)
        #expect(kpi.transportErrorRate == 0.03)
        #expect(kpi.cancelled == 13)
        #expect(kpi.denied == 17)
        #expect(kpi.load.callsPerMinute == 141)
    }

    @Test(
        "say nothing of availability and errors where no outcome is known: never 0 % or 100 %",
        arguments: [[:], [.unknown: 3], [.cancelled: 3], [.denied: 3]] as [[Outcome: Int]])
    func nothingKnown(_ counts: [Outcome: Int]) {
        let kpi = KPI(totals(counts), seconds: 10)
        #expect(kpi.availability == nil)
        #expect(kpi.errorRate == nil)
        #expect(kpi.clientErrorRate == nil)
        #expect(kpi.serverErrorRate == nil)
        #expect(kpi.transportErrorRate == nil)
    }

    @Test("take response time from calls that got a response, and never from tunnels")
    func responseTime() {
        let kpi = KPI(
            totals([
                call(.success, duration: 1_000), call(.clientError, duration: 2_000),
                call(.serverError, duration: 3_000),
                call(.unknown, duration: 4_000), call(.transportError, duration: 900_000),
                call(.cancelled, duration: 900_000), call(.denied, duration: 900_000),
                call(.success, duration: 900_000_000, flags: .tunnel),
                call(.success, duration: 900_000_000, flags: [.tunnel, .activity]),
            ]), seconds: 10)
        #expect(kpi.responseTime.mean == 2.5)
        #expect(kpi.responseTime.max == 4)
        #expect(kpi.ttfb.mean == 0.5)
        #expect(kpi.calls == 8)
    }

    @Test("take response time from exchanges in tunnels too, those without an answer left out")
    func estimatedResponseTime() {
        let kpi = KPI(
            totals([
                call(.unknown, duration: 4_000, flags: .estimated),
                call(.unknown, duration: 900_000, ttfb: nil, flags: .estimated, errorType: .connectionTerminated),
                call(.transportError, duration: 900_000, ttfb: nil, flags: .estimated, errorType: .callerTimeout),
                call(.success, duration: 50_000, flags: .tunnel),
            ]), seconds: 10)
        #expect(kpi.responseTime.mean == 4 && kpi.responseTime.max == 4)
        #expect(kpi.ttfb.max == 0.5)
        #expect(kpi.calls == 4 && kpi.estimated == 3)
        #expect(kpi.availability == 0.5)
        #expect(kpi.basis == .transport)
    }

    @Test("have null for response times where there was none")
    func noResponseTime() {
        let kpi = KPI(totals([.transportError: 2]), seconds: 10)
        #expect(kpi.responseTime.mean == nil)
        #expect(kpi.responseTime.p99 == nil)
        #expect(kpi.availability == 0)
    }

    @Test("say on what they are based")
    func basis() {
        func basis(_ calls: [Call]) -> Basis? { KPI(totals(calls), seconds: 1).basis }
        #expect(basis([]) == nil)
        #expect(basis([call(.success)]) == .status)
        #expect(basis([call(.success, flags: .tunnel)]) == .transport)
        #expect(basis([call(.success, flags: .tunnel), call(.unknown, flags: .estimated)]) == .transport)
        #expect(basis([call(.transportError, flags: .tunnel)]) == .transport)
        #expect(basis([call(.success), call(.success, flags: .tunnel)]) == .mixed)
        #expect(basis([call(.clientError), call(.unknown, flags: .estimated)]) == .mixed)
        let connecting = call(.success, flags: .tunnel)
        #expect(basis([connecting, call(.transportError, flags: .estimated)]) == .transport)
        #expect(basis([connecting, call(.cancelled, flags: [.tunnel])]) == .transport)
        #expect(basis([call(.success), call(.cancelled, flags: .tunnel)]) == .status)
        let activity = call(.success, flags: [.tunnel, .activity], received: 1)
        #expect(basis([activity]) == .transport)
        #expect(basis([activity, call(.success)]) == .status)
        #expect(basis([call(.cancelled, flags: .estimated), activity]) == nil)
    }

    @Test("say nothing of the shares of 4xx and 5xx where no status was visible")
    func hiddenStatuses() {
        let hidden = KPI(
            totals([call(.success, flags: .tunnel), call(.transportError, flags: .tunnel)]), seconds: 1)
        #expect(hidden.availability == 0.5 && hidden.errorRate == 0.5 && hidden.transportErrorRate == 0.5)
        #expect(hidden.clientErrorRate == nil && hidden.serverErrorRate == nil)
        let mixed = KPI(totals([call(.success, flags: .tunnel), call(.serverError)]), seconds: 1)
        #expect(mixed.serverErrorRate == 0.5 && mixed.clientErrorRate == 0)
    }

    @Test("count load by the time it took")
    func load() {
        let kpi = KPI(
            totals([call(.success, sent: 100, received: 2_000), call(.success, sent: 200, received: 1_000)]),
            seconds: 10, inFlight: 4)
        #expect(kpi.load.callsPerMinute == 12)
        #expect(kpi.load.bytesSentPerSecond == 30)
        #expect(kpi.load.bytesReceivedPerSecond == 300)
        #expect(kpi.load.inFlight == 4)
    }

    @Test("of connections that only moved bytes are load, and neither calls nor availability")
    func activity() {
        let totals = totals([call(.success, flags: [.tunnel, .activity], sent: 100, received: 2_000)])
        let kpi = KPI(totals, seconds: 10)
        #expect(kpi.calls == 0 && kpi.availability == nil && kpi.responseTime.mean == nil)
        #expect(kpi.load.callsPerMinute == 0)
        #expect(kpi.load.bytesSentPerSecond == 10)
        #expect(kpi.load.bytesReceivedPerSecond == 200)
        #expect(Grade(kpi, of: totals) == .good)
    }
}
