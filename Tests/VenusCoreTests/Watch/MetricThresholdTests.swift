import Foundation
import Testing
import VenusCore

@Suite("Thresholds on every metric")
struct MetricThresholdTests {
    private func measured(
        success: Int = 0, client: Int = 0, server: Int = 0, duration: UInt32 = 1_000, ttfb: UInt32 = 500,
        statuses: ErrorStatuses = [:]
    ) -> Measured {
        let totals = totals(success: success, client: client, server: server, duration: duration, ttfb: ttfb)
        return Measured(kpi: KPI(totals, seconds: 60), known: totals.known, statuses: statuses)
    }

    private func totals(
        success: Int, client: Int = 0, server: Int, duration: UInt32, ttfb: UInt32 = 500
    ) -> KPITotals {
        var totals = KPITotals()
        for (outcome, count) in [(Outcome.success, success), (.clientError, client), (.serverError, server)] {
            for _ in 0..<count {
                var call = Call(operation: 0, start: 0, duration: duration, outcome: outcome)
                call.phases[.ttfb] = ttfb
                totals.record(call)
            }
        }
        return totals
    }

    @Test("a limit itself is on the good side, the next number beyond it is not")
    func boundaries() {
        let above = MetricThreshold(.load, warning: 10, critical: 20)
        #expect(above.crossed(by: 10) == nil)
        #expect(above.crossed(by: 10.0.nextUp) == .warning)
        #expect(above.crossed(by: 20) == .warning)
        #expect(above.crossed(by: 20.0.nextUp) == .critical)
        let below = MetricThreshold(.load, direction: .below, warning: 20, critical: 10)
        #expect(below.crossed(by: 20) == nil)
        #expect(below.crossed(by: 20.0.nextDown) == .warning)
        #expect(below.crossed(by: 10) == .warning)
        #expect(below.crossed(by: 10.0.nextDown) == .critical)
    }

    @Test("as many good calls as a limit on availability wants are enough, and one less is not, whatever the limit")
    func everyShare() throws {
        for good in 1..<100 {
            // As people write it.
            let limit = try #require(Double("\(good)e-2"))
            let threshold = MetricThreshold(.availability, critical: limit)
            func crossed(_ good: Int) throws -> Severity? {
                threshold.crossed(by: try #require(measured(success: good, server: 100 - good).value(for: threshold)))
            }
            #expect(try crossed(good) == nil && crossed(good - 1) == .critical, "\(limit)")
        }
    }

    @Test("each metric is read from where it is measured")
    func metrics() {
        let calls = measured(success: 30, server: 10, duration: 2_000, ttfb: 1_000)
        let values: [(Metric, Double)] = [
            (.availability, 0.75), (.errorRate, 0.25), (.load, 40), (.responseTime(.mean), 2), (.responseTime(.p99), 2),
            (.timeToFirstByte(.p50), 1), (.timeToFirstByte(.p95), 1),
        ]
        for (metric, value) in values {
            #expect(calls.value(for: MetricThreshold(metric, warning: 1)) == value, "\(metric.name)")
        }
        let host = Measured(host: ["system.memory.utilization": 0.9])
        #expect(host.value(for: MetricThreshold(.host("system.memory.utilization"), warning: 0.8)) == 0.9)
        #expect(host.value(for: MetricThreshold(.host("system.cpu.utilization"), warning: 0.8)) == nil)
        #expect(host.value(for: MetricThreshold(.availability, warning: 0.8)) == nil)
    }

    @Test("tolerated statuses are no errors, and stay among the calls")
    func tolerated() throws {
        let calls = measured(success: 60, client: 30, server: 10, statuses: [404: 25, 403: 5, 503: 10])
        let value = { calls.value(for: MetricThreshold(.errorRate, warning: 0.1, tolerate: $0)) }
        #expect(value([]) == 0.4)
        #expect(value([404]) == 0.15)
        #expect(value([404, 403, 503]) == 0)
        #expect(value([429]) == 0.4)
        // Counts of statuses that came a moment later than the totals make nothing negative.
        let late = measured(success: 10, client: 10, statuses: [404: 12])
        #expect(late.value(for: MetricThreshold(.errorRate, warning: 0.1, tolerate: [404])) == 0)
    }

    @Test("what is tolerated is taken from what was counted, by the grade of calls as by their threshold alone")
    func toleratedCalls() {
        var totals = KPITotals()
        for status in [UInt16](repeating: 200, count: 80) + [404, 404, 404, 404, 404, 404, 404, 404, 404, 404]
            + [410, 410, 410, 410, 410, 410, 410, 410, 500, 503]
        {
            let outcome: Outcome = status < 300 ? .success : status < 500 ? .clientError : .serverError
            totals.record(Call(operation: 0, start: 0, duration: 1_000, outcome: outcome, status: status))
        }
        let kpi = KPI(totals, seconds: 60)
        let grade = { (tolerate: [UInt16]) in
            Grade(
                kpi, of: totals,
                thresholds: [MetricThreshold(.errorRate, warning: 0.05, critical: 0.1, tolerate: tolerate)])
        }
        #expect(grade([]) == .poor)
        // A tenth is left, which is the limit itself.
        #expect(grade([404]) == .fair)
        #expect(grade([404, 410]) == .good)
        #expect(grade([403]) == .poor)
        #expect(Measured(totals, seconds: 60).value(for: MetricThreshold(.errorRate, tolerate: [404, 500])) == 0.09)
    }

    @Test("below the floor only load is judged")
    func floor() {
        let few = measured(success: 10, server: 9)
        let enough = measured(success: 10, server: 10)
        let availability = MetricThreshold(.availability, warning: 0.99, critical: 0.95)
        #expect(availability.grade(few) == nil)
        #expect(availability.grade(enough) == .poor)
        #expect(MetricThreshold(.load, direction: .below, warning: 100).grade(few) == .fair)
        #expect(MetricThreshold(.availability).grade(enough) == nil)
    }

    @Test("KPIs are graded as what was measured is")
    func kpis() {
        let thresholds =
            MetricThreshold.defaults + [
                MetricThreshold(.errorRate, warning: 0.01, critical: 0.05), MetricThreshold(.load, warning: 1),
                MetricThreshold(.timeToFirstByte(.p50), warning: 100),
                MetricThreshold(.responseTime(.mean), critical: 900),
                MetricThreshold(.host("system.cpu.utilization"), warning: 0), MetricThreshold(.errorRate),
            ]
        for server in 0...60 {
            for duration in [1_000, 1_000_000, 1_000_001, 5_000_000, 5_000_001] as [UInt32] {
                let calls = measured(success: 1_000 - server, server: server, duration: duration)
                let totals = totals(success: 1_000 - server, server: server, duration: duration)
                #expect(thresholds.map { $0.grade(calls) } == thresholds.map { $0.grade(calls.kpi!, of: totals) })
            }
        }
    }

    @Test(
        "what makes no sense is named",
        arguments: [
            (MetricThreshold(.availability, warning: 0.9, critical: 0.95), .criticalBeforeWarning),
            (MetricThreshold(.load, warning: 20, critical: 10), .criticalBeforeWarning),
            (MetricThreshold(.availability, critical: 95), .limitOutOfRange(.critical)),
            (MetricThreshold(.load, warning: -1), .limitOutOfRange(.warning)),
            (MetricThreshold(.load, warning: .nan), .limitOutOfRange(.warning)),
            (MetricThreshold(.load, warning: 1, tolerate: [404]), .toleratedWithoutErrorRate),
            (MetricThreshold(.errorRate, warning: 0.1, tolerate: [302]), .notAnError(status: 302)),
            (MetricThreshold(.errorRate, warning: 0.1, tolerate: Array(400...432)), .tooManyTolerated),
            (MetricThreshold(.host("system.temperature"), direction: .below, warning: -5, critical: -20), nil),
            (MetricThreshold(.availability, warning: 0.99, critical: 0.99), nil),
        ] as [(MetricThreshold, MetricThreshold.Fault?)])
    func faults(threshold: MetricThreshold, fault: MetricThreshold.Fault?) {
        #expect(threshold.fault == fault)
    }

    @Test("names of metrics come back as what they name")
    func names() {
        for metric in Metric.ofCalls + [.host("system.cpu.utilization")] {
            #expect(Metric(name: metric.name) == metric)
        }
        for name in ["", "host:", "host:a b", "host:\"", "p95", "host:" + String(repeating: "a", count: 129)] {
            #expect(Metric(name: name) == nil)
        }
    }

    @Test("stored thresholds survive JSON")
    func json() throws {
        let edge = SeriesKey.edge(service: "a", dependency: "b:1", environment: "p")
        let stored = [
            StoredThreshold(.everything, MetricThreshold(.load, direction: .below, warning: 3)),
            StoredThreshold(.series(edge), MetricThreshold(.errorRate, critical: 0.2, tolerate: [404])),
            StoredThreshold(
                .series(.operation("GET /*", service: "a", dependency: "b:1", environment: "p")),
                MetricThreshold(.timeToFirstByte(.p99), window: .hour1)),
            StoredThreshold(.host("h"), MetricThreshold(.host("system.cpu.utilization"), critical: 0.9)),
        ]
        let data = try JSONEncoder().encode(stored)
        #expect(try JSONDecoder().decode([StoredThreshold].self, from: data) == stored)
    }
}
