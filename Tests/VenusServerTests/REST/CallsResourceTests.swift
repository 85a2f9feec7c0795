import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("The resource of calls")
struct CallsResourceTests {
    @Test("calls by themselves: of all shards, filtered, no more than asked for")
    func calls() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for shard in 0..<2 {
                var one = frame([(edge("shop", "db:1"), totals(success: 3))], shard: shard, shards: 2)
                for (number, service) in ["shop", "cart", "shop"].enumerated() {
                    var call = Call(
                        operation: 0, start: 1_000_000_000_000 + Int64(number + shard),
                        duration: UInt32(1_000 * (1 + number + 10 * shard)), outcome: .serverError, status: 503,
                        errorType: .connectionRefused, flags: .reused, traceID: TraceID(high: 1, low: 2))
                    call.phases[.ttfb] = 500
                    let recent = RecentCall(
                        key: .operation("GET /a/*", service: service, dependency: "db:1", environment: "production"),
                        instance: "one", call: call)
                    one.recentCalls.last.append(recent)
                    one.recentCalls.slowest.append(recent)
                }
                server.feed.publish(one)
            }
            let all = try await eventually { () -> JSONValue? in
                let calls = try await server.get("/api/v1/calls", token: token)
                return calls["last"].array.count == 6 ? calls : nil
            }
            #expect(all["slowest"].array.map { $0["duration_ms"].double } == [13, 12, 11, 3, 2, 1])
            #expect(all["failed"].array.isEmpty)
            #expect(all["last"][0]["trace_id"].string == "00000000000000010000000000000002")
            #expect(all["last"][0]["phases_ms"]["ttfb"].double == 0.5 && all["last"][0]["phases_ms"]["dns"].isNull)
            let some = try await server.get("/api/v1/calls?service=shop&limit=3&dependency=db%3A1", token: token)
            #expect(some["slowest"].array.map { $0["duration_ms"].double } == [13, 11, 3])
            #expect(try await server.get("/api/v1/calls?environment=x", token: token)["last"].array.isEmpty)
            #expect(try await server.get("/api/v1/calls?operation=GET", token: token)["last"].array.isEmpty)
            for limit in ["0", "101", "x"] {
                let refused = try await server.request("GET", "/api/v1/calls?limit=\(limit)", [server.bearer(token)])
                #expect(refused.status == 400)
            }
        }
    }
}
