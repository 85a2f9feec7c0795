import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Thresholds that are set, and the report")
    struct ThresholdsTests {
        @Test("a threshold turns an edge's grade within two seconds, the report says why, and a restart keeps both")
        func gradedAndReported() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let calls = Array(repeating: origin.url("/delay/120"), count: 6)
            #expect(try await venus.run(service: "shop", ["curl", "-sS"] + calls).status == .exited(0))
            let edge = try await eventually(within: .seconds(15), "the edge") {
                try await api.edge("shop", origin.authority)
            }
            #expect(edge["grade"].string == "good" && edge["reasons"].array.isEmpty)

            let environment = try #require(try await api.get("/kpis")["items"][0]["environment"].string)
            let set = try await Self.put(
                api, "/thresholds",
                """
                {"level":"edge","environment":"\(environment)","service":"shop","dependency":"\(origin.authority)",\
                "metric":"response_time_p50_ms","warning":20,"critical":50,"minimum_calls":5}
                """)
            #expect(set.status == 200, "\(set.text)")
            let done = ContinuousClock.now
            try await eventually(within: .seconds(2), "a poor edge") {
                try await api.edge("shop", origin.authority)?["grade"].string == "poor"
            }
            #expect(ContinuousClock.now - done < .seconds(2))

            for _ in 0..<2 {
                let report = try await eventually(within: .seconds(15), "a poor service") { () -> JSONValue? in
                    let card = try await api.get("/report?service=shop")["services"][0]
                    return card["grade"].string == "poor" ? card : nil
                }
                let crossed = report["crossed"][0]
                #expect(report["crossed"].array.count == 1)
                #expect(crossed["level"].string == "edge" && crossed["dependency"].string == origin.authority)
                #expect(crossed["metric"].string == "response_time_p50_ms" && crossed["limit"].double == 50)
                #expect((100..<1_000).contains(try #require(crossed["value"].double)))
                #expect(crossed["severity"].string == "critical" && crossed["since"].string != nil)
                let reasons = try #require(try await api.edge("shop", origin.authority))["reasons"]
                #expect(
                    reasons[0]["measure"].string == "response_time_p50_ms" && reasons[0]["level"].string == "critical")
                #expect(try await venus.stop() == .exited(0))
                try await venus.start()
            }

            let objective = try await Self.put(
                api, "/objectives/fast",
                """
                {"level":"edge","environment":"\(environment)","service":"shop","dependency":"\(origin.authority)",\
                "target":0.9,"faster_than_ms":50,"minimum_calls":5}
                """)
            #expect(objective.status == 200, "\(objective.text)")
            let standing = try JSONValue(objective.text)["standing"]
            #expect(standing["calls"].int == 6 && standing["bad_calls"].int == 6)
            #expect(abs(try #require(standing["budget_left"].double) + 9) < 1e-6)

            let id = try #require(try JSONValue(set.text)["id"].string)
            let removed = try await HTTPClient(port: api.port).request(
                "DELETE", "/api/v1/thresholds/\(id)", Self.fields(api))
            #expect(removed.status == 204)
            try await eventually(within: .seconds(2), "a good edge") {
                try await api.edge("shop", origin.authority)?["grade"].string == "good"
            }
        }

        private static func fields(_ api: VenusAPI) -> [(String, String)] {
            [("host", "127.0.0.1:\(api.port)"), ("authorization", "Bearer \(api.token)")]
        }

        private static func put(_ api: VenusAPI, _ path: String, _ body: String) async throws -> HTTPResponse {
            try await HTTPClient(port: api.port).request(
                "PUT", "/api/v1" + path, fields(api) + [("content-type", "application/json")], body: Array(body.utf8),
                keep: 1 << 20)
        }
    }
}
