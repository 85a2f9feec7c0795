import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("The report")
struct ReportResourceTests {
    /// Of the frames here, seconds since the epoch; half past an hour.
    private static let now: Int64 = 30 * 86_400 + 1_800

    private func slow(_ count: Int, phase: Phase, milliseconds: UInt32) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<count {
            var call = Call(operation: 0, start: 0, duration: 10_000_000, outcome: .success)
            call.phases[phase] = milliseconds * 1_000
            call.phases[.ttfb] = 5_000
            totals.record(call)
        }
        return totals
    }

    private func failed(_ number: Int64, _ status: UInt16) -> RecentCall {
        let call = Call(
            operation: 0, start: Self.now * 1_000_000 - number * 1_000_000, duration: 1_000,
            outcome: status < 500 ? .clientError : .serverError, status: status)
        return RecentCall(
            key: .operation("GET /", service: "shop", dependency: "db:1", environment: "production"), instance: "one",
            call: call)
    }

    @Test("each service's grade, its crossed limits, since when, and what explains them")
    func report() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            // Since ten minutes half of the calls fail; before, all were well.
            let minutes = (0..<120).map { minute in
                RollupRow(
                    tier: .minute, bucket: Self.now - 60 - Int64(minute) * 60, shard: 0, key: edge("shop", "db:1"),
                    totals: minute < 10 ? totals(success: 10, serverErrors: 10) : totals(success: 20))
            }
            // A week ago, calls of the slow edge took 20 ms to connect.
            let week = Self.now - 1_800 - 7 * 86_400
            let quarters = (0..<4).map { quarter in
                RollupRow(
                    tier: .minute, bucket: week + Int64(quarter) * 900, shard: 0, key: edge("slow", "api:443"),
                    totals: slow(50, phase: .connect, milliseconds: 20))
            }
            try await server.keep(minutes + quarters, until: Self.now)
            var one = frame(
                [
                    (edge("shop", "db:1"), totals(success: 50, serverErrors: 50)),
                    (edge("slow", "api:443"), slow(100, phase: .connect, milliseconds: 9_000)),
                    (edge("well", "db:1"), totals(success: 100)),
                ], at: Self.now * 1_000)
            one.recentCalls.failed =
                (0..<5).map { failed($0, 503) } + [failed(5, 500), failed(6, 404), failed(4_000, 502)]
            server.feed.publish(one)
            try await eventually("three services") {
                try await server.get("/api/v1/graph", token: token)["edges"].array.count == 3
            }
            let report = try await server.get("/api/v1/report", token: token)
            #expect(report["at"].string == Timestamp.text(seconds: Self.now))
            #expect(report["services"].array.map { $0["service"].string } == ["shop", "slow", "well"])
            #expect(report["services"].array.map { $0["grade"].string } == ["poor", "poor", "good"])
            #expect(report["services"][2]["crossed"].array.isEmpty)

            let crossed = try #require(report["services"][0]["crossed"].array.first { $0["level"].string == "edge" })
            #expect(crossed["metric"].string == "availability" && crossed["severity"].string == "critical")
            #expect(crossed["value"].double == 0.5 && crossed["limit"].double == 0.95)
            // The first window of five minutes with a bad minute has 10 of 100: below 99 %.
            #expect(crossed["since"].string == Timestamp.text(seconds: Self.now - 9 * 60))
            #expect(crossed["phase"].isNull)
            #expect(crossed["failures"].array.map { $0["error_type"].string } == ["503", "500"])
            #expect(crossed["failures"][0]["calls"].int == 5)

            let late = try #require(report["services"][1]["crossed"].array.first { $0["level"].string == "edge" })
            #expect(late["metric"].string == "response_time_p95_ms" && late["limit"].double == 5_000)
            #expect(late["phase"]["name"].string == "connect" && late["phase"]["baseline"].string == "week")
            #expect(late["phase"]["before_ms"].double == 20 && late["phase"]["now_ms"].double == 9_000)

            // A threshold that is set counts at once, for the service and for what it calls.
            _ = try await server.put(
                "/api/v1/thresholds",
                #"{"level":"service","environment":"production","service":"well","metric":"calls_per_minute","warning":1}"#,
                token: token)
            let well = try await server.get("/api/v1/report?service=well&environment=production", token: token)
            #expect(well["services"].array.count == 1 && well["services"][0]["grade"].string == "fair")
            let load = well["services"][0]["crossed"].array
            #expect(load.map { $0["level"].string }.sorted { ($0 ?? "") < ($1 ?? "") } == ["edge", "service"])
            #expect(load[0]["metric"].string == "calls_per_minute" && load[0]["direction"].string == "above")
            #expect(try await server.get("/api/v1/report?environment=x", token: token)["services"].array.isEmpty)
        }
    }
}
