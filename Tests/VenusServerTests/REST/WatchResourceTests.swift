import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("Thresholds, rules, objectives and silences")
struct WatchResourceTests {
    private static let shopEdge =
        #""level":"edge","environment":"production","service":"shop","dependency":"db:1""#

    @Test("a threshold that is set is listed, graded by on every server, and gone when it is removed")
    func thresholds() async throws {
        try await withServer { server in
            let other = try await RunningServer(sharing: server)
            defer { withExtendedLifetime(other) {} }
            let token = try await server.signIn()
            let viewer = try await other.session(.viewer)
            let calls = [(edge("shop", "db:1"), totals(success: 97, serverErrors: 3))]
            for one in [server, other] { one.feed.publish(frame(calls)) }
            func grades(_ one: RunningServer) async throws -> [String?] {
                let graph = try await one.get("/api/v1/graph", token: viewer)
                let kpis = try await one.get("/api/v1/kpis", token: viewer)
                return (graph["edges"].array + graph["nodes"].array + kpis["items"].array).map { $0["grade"].string }
            }
            for one in [server, other] {
                try await eventually("the edge") { try await grades(one) == ["fair", "fair", "fair", "fair"] }
            }
            let tag = try await server.request("GET", "/api/v1/graph", [server.bearer(viewer)])["etag"]
            let set = try await server.put(
                "/api/v1/thresholds", #"{\#(Self.shopEdge),"metric":"availability","warning":0.999,"critical":0.98}"#,
                token: token)
            #expect(set["direction"].string == "below" && set["window"].string == "5m")
            #expect(set["changed_by"].string == "administrator" && set["minimum_calls"].int == 20)
            // At once where it was set, with the next look elsewhere: of the edge, and not of its service.
            #expect(try await grades(server) == ["poor", "fair", "fair", "poor"])
            try await eventually("the other server") { try await grades(other) == ["poor", "fair", "fair", "poor"] }
            #expect(try await server.request("GET", "/api/v1/graph", [server.bearer(viewer)])["etag"] != tag)
            let reasons = try await server.get("/api/v1/graph", token: viewer)["edges"][0]["reasons"]
            #expect(reasons.array.count == 1 && reasons[0]["measure"].string == "availability")
            #expect(reasons[0]["limit"].double == 0.98 && reasons[0]["level"].string == "critical")

            // The same again is the same one; another direction is another.
            let id = try #require(set["id"].string)
            let again = try await server.put(
                "/api/v1/thresholds", #"{\#(Self.shopEdge),"metric":"availability","critical":0.5,"window":"1m"}"#,
                token: token)
            #expect(again["id"].string == id && again["warning"].isNull)
            #expect(try await grades(server) == ["good", "fair", "fair", "good"])
            let list = try await server.get("/api/v1/thresholds?level=edge&service=shop", token: viewer)
            #expect(list["items"].array.map { $0["id"].string } == [id])
            #expect(list["defaults"].array.map { $0["metric"].string } == ["availability", "response_time_p95_ms"])
            for query in ["level=host", "service=cart", "environment=x", "host=db-1"] {
                #expect(
                    try await server.get("/api/v1/thresholds?\(query)", token: viewer)["items"].array.isEmpty)
            }
            for status in [204, 404] {
                #expect(
                    try await server.request("DELETE", "/api/v1/thresholds/\(id)", [server.bearer(token)]).status
                        == status)
            }
            try await eventually("the defaults again") { try await grades(other) == ["fair", "fair", "fair", "fair"] }
            let events = try await server.get("/api/v1/audit", token: token)["items"].array
            #expect(
                events.prefix(3).map { $0["event"].string } == ["threshold_removed", "threshold_set", "threshold_set"])
            #expect(events[0]["subject"].string == "threshold:\(id)")
            #expect(events[1]["detail"].string?.contains("shop → db:1") == true)
            try await other.stop()
        }
    }

    @Test("the live topics are graded by what is stored")
    func live() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            _ = try await server.put(
                "/api/v1/thresholds", #"{"level":"default","metric":"error_rate","critical":0.01}"#, token: token)
            let client = try await server.live(token: token)
            defer { client.close() }
            try client.send(#"{"type":"subscribe","topic":"graph"}"#)
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 97, clientErrors: 3))]))
            var isGraded = false
            while !isGraded {
                let text = try await client.next()
                isGraded = text.contains(#""measure":"error_rate""#) && text.contains(#""grade":"poor""#)
            }
        }
    }

    @Test("tolerated statuses lower no grade, and are no reason, wherever the error rate is judged")
    func tolerated() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            var calls = totals(success: 60)
            for status in [UInt16](repeating: 404, count: 30) + [UInt16](repeating: 410, count: 10) {
                calls.record(Call(operation: 0, start: 0, duration: 1_000, outcome: .clientError, status: status))
            }
            // As from another process: what was counted goes through the encoding.
            server.feed.publish(try FeedFrame(encoded: frame([(edge("shop", "db:1"), calls)]).encoded))
            func seen(_ tolerate: String) async throws -> [String?] {
                let set = try await server.put(
                    "/api/v1/thresholds",
                    #"{\#(Self.shopEdge),"metric":"error_rate","warning":0.05,"critical":0.3,"tolerate":\#(tolerate)}"#,
                    token: token)
                #expect(set["tolerate"].array.compactMap(\.int).description == tolerate)
                let graph = try await server.get("/api/v1/graph", token: token)
                let report = try await server.get("/api/v1/report", token: token)
                let kpis = try await server.get("/api/v1/kpis", token: token)["items"][0]
                #expect(kpis["kpis"]["error_rate"].double == 0.4)
                return [
                    graph["edges"][0]["grade"].string, kpis["grade"].string, report["services"][0]["grade"].string,
                    graph["edges"][0]["reasons"][0]["value"].double.map { String($0) },
                    report["services"][0]["crossed"][0]["value"].double.map { String($0) },
                ]
            }
            try await eventually("the edge") {
                try await !server.get("/api/v1/graph", token: token)["edges"].array.isEmpty
            }
            #expect(try await seen("[]") == ["poor", "poor", "poor", "0.4", "0.4"])
            #expect(try await seen("[404]") == ["fair", "fair", "fair", "0.1", "0.1"])
            #expect(try await seen("[404, 410]") == ["good", "good", "good", nil, nil])
        }
    }

    @Test(
        "a threshold that makes no sense is refused, by the member at fault",
        arguments: [
            (#"{"level":"default"}"#, 400, nil), (#"{"level":"all","metric":"availability"}"#, 400, "level"),
            (#"{"level":"service","service":"a","metric":"availability"}"#, 400, "environment"),
            (#"{"level":"default","service":"a","metric":"availability"}"#, 400, "service"),
            (#"{"level":"host","host":"","metric":"host:system.cpu.utilization"}"#, 400, "host"),
            (#"{"level":"host","host":"a\nb","metric":"host:system.cpu.utilization"}"#, 400, "host"),
            (#"{"level":"host","host":"a","metric":"availability"}"#, 400, "metric"),
            (#"{"level":"service","environment":"e","service":"a","metric":"host:x"}"#, 400, "metric"),
            (#"{"level":"default","metric":"speed"}"#, 400, "metric"),
            (#"{"level":"default","metric":"availability","warning":99}"#, 400, "warning"),
            (#"{"level":"default","metric":"load","critical":1}"#, 400, "metric"),
            (#"{"level":"default","metric":"calls_per_minute","critical":-1}"#, 400, "critical"),
            (#"{"level":"default","metric":"availability","warning":0.9,"critical":0.95}"#, 400, "critical"),
            (#"{"level":"default","metric":"availability","window":"2m"}"#, 400, "window"),
            (#"{"level":"default","metric":"availability","direction":"up"}"#, 400, "direction"),
            (#"{"level":"default","metric":"availability","minimum_calls":-1}"#, 400, "minimum_calls"),
            (#"{"level":"default","metric":"availability","warn":0.5}"#, 400, "warn"),
            (#"{"level":"default","metric":"error_rate","warning":0.1,"tolerate":[302]}"#, 400, "tolerate"),
            (#"{"level":"default","metric":"error_rate","warning":0.1,"tolerate":[70000]}"#, 400, "tolerate"),
            (#"{"level":"default","metric":"error_rate","warning":0.1,"tolerate":[-404]}"#, 400, "tolerate"),
            (#"{"level":"default","metric":"availability","warning":0.9,"tolerate":[404]}"#, 400, "tolerate"),
        ] as [(String, Int, String?)])
    func refusedThresholds(body: String, status: Int, parameter: String?) async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let refused = try await server.change("PUT", "/api/v1/thresholds", body, token: token)
            #expect(refused.status == status, "\(refused.text)")
            #expect(try JSONValue(refused.text)["parameter"].string == parameter, "\(refused.text)")
            #expect(try await server.get("/api/v1/thresholds", token: token)["items"].array.isEmpty)
        }
    }

    @Test("a rule is on a limit or an objective that is there, with a level to clear that makes sense")
    func rules() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let slow = #"{\#(Self.shopEdge),"metric":"response_time_p99_ms""#
            let refusals: [(String, String, Int)] = [
                ("/api/v1/rules/a", slow + "}", 422), ("/api/v1/rules/a", #"{"objective":"fast"}"#, 422),
                ("/api/v1/rules/a", #"{"level":"default","metric":"availability"}"#, 400),
                ("/api/v1/rules/a", "{}", 400),
                ("/api/v1/rules/-a", #"{\#(Self.shopEdge),"metric":"availability"}"#, 400),
                ("/api/v1/rules/a", #"{\#(Self.shopEdge),"metric":"availability","clear":0.5}"#, 400),
                ("/api/v1/rules/a", #"{\#(Self.shopEdge),"metric":"availability","for_seconds":-1}"#, 400),
                ("/api/v1/rules/a", #"{\#(Self.shopEdge),"metric":"availability","severity":"bad"}"#, 400),
                // Only edges and hosts are missed.
                (
                    "/api/v1/rules/a",
                    #"{"level":"service","environment":"production","service":"shop","metric":"availability","no_data_after_seconds":300}"#,
                    400
                ),
            ]
            for (path, body, status) in refusals {
                #expect(try await server.change("PUT", path, body, token: token).status == status, "\(body)")
            }
            _ = try await server.put(
                "/api/v1/thresholds", #"{\#(Self.shopEdge),"metric":"response_time_p99_ms","warning":200}"#,
                token: token)
            #expect(try await server.change("PUT", "/api/v1/rules/slow.db", slow + "}", token: token).status == 422)
            let rule = try await server.put(
                "/api/v1/rules/slow.db", slow + #","severity":"warning","clear":150,"for_seconds":0}"#, token: token)
            #expect(rule["id"].string == "slow.db" && rule["for_seconds"].int == 0)
            #expect(rule["keep_firing_for_seconds"].int == 300 && rule["no_data_after_seconds"].isNull)

            let objective = #"{\#(Self.shopEdge),"target":0.99}"#
            _ = try await server.put("/api/v1/objectives/fast", objective, token: token)
            _ = try await server.put("/api/v1/rules/burn", #"{"objective":"fast"}"#, token: token)
            let list = try await server.get("/api/v1/rules", token: token)["items"].array
            #expect(list.map { $0["id"].string } == ["burn", "slow.db"])
            #expect(list[0]["objective"].string == "fast" && list[0]["dependency"].string == "db:1")
            let stored = try await server.store.watchState().rules.map(\.item)
            #expect(stored[0].condition == .burnRate(objective: "fast"))
            #expect(stored[1].condition == .threshold(metric: .responseTime(.p99), direction: .above))
            #expect(stored[1].clear == 150)

            // What a rule is on stays.
            let bearer = server.bearer(token)
            #expect(try await server.request("DELETE", "/api/v1/objectives/fast", [bearer]).status == 409)
            let moved = #"{"level":"service","environment":"production","service":"shop","target":0.9}"#
            #expect(try await server.change("PUT", "/api/v1/objectives/fast", moved, token: token).status == 409)
            for path in ["rules/burn", "objectives/fast", "rules/slow.db"] {
                #expect(try await server.request("DELETE", "/api/v1/\(path)", [bearer]).status == 204)
            }
            #expect(try await server.request("DELETE", "/api/v1/rules/burn", [bearer]).status == 404)
            let events = try await server.store.audit(AuditQuery(limit: 7)).map(\.event)
            #expect(
                events == [
                    .ruleRemoved, .objectiveRemoved, .ruleRemoved, .ruleSet, .objectiveSet, .ruleSet, .thresholdSet,
                ])
        }
    }

    @Test("a silence has matchers and an end, and says whether it is active")
    func silences() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let match =
                #""matchers":[{"field":"service","pattern":"sh*p"},{"field":"severity","pattern":"critical","negated":true}]"#
            let far = #""ends_at":"2999-01-01T00:00:00Z""#
            for body in [
                "{\(match)}", #"{"matchers":[],"ends_at":"2027-01-01T00:00:00Z"}"#, "{\(match),\(far)}",
                #"{\#(match),"ends_at":"2000-01-01T00:00:00Z"}"#, #"{\#(match),"ends_at":"tomorrow"}"#,
                #"{"matchers":[{"field":"colour","pattern":"*"}],"ends_at":"2027-01-01T00:00:00Z"}"#,
                #"{"matchers":[{"field":"rule","pattern":"*","x":1}],"ends_at":"2027-01-01T00:00:00Z"}"#,
            ] {
                #expect(
                    try await server.change("POST", "/api/v1/silences", body, token: token).status == 400, "\(body)")
            }
            let second = Int64(Date().timeIntervalSince1970)
            var ids: [String] = []
            for starts in [second - 60, second + 600] {
                let made = try await server.change(
                    "POST", "/api/v1/silences",
                    """
                    {\(match),"starts_at":"\(Timestamp.text(seconds: starts))","comment":"moving house",\
                    "ends_at":"\(Timestamp.text(seconds: second + 3_600))"}
                    """, token: token)
                #expect(made.status == 201)
                ids.append(try #require(try JSONValue(made.text)["id"].string))
            }
            let list = try await server.get("/api/v1/silences", token: token)["items"].array
            #expect(list.map { $0["state"].string } == ["pending", "active"])
            #expect(list.map { $0["id"].string } == ids.reversed())
            #expect(list[0]["author"].string == "administrator" && list[0]["comment"].string == "moving house")
            #expect(list[0]["matchers"][1]["negated"].bool == true)
            let path = "/api/v1/silences/\(ids[0])"
            #expect(try await server.request("DELETE", path, [server.bearer(token)]).status == 204)
            #expect(try await server.store.watchState().silences.map(\.id) == [ids[1]])
            let events = try await server.store.audit(AuditQuery(limit: 3)).map(\.event)
            #expect(events == [.silenceRemoved, .silenceSet, .silenceSet])
        }
    }

    @Test("objectives say how much of the budget is left, and how fast it burns")
    func objectives() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for (member, value) in [
                ("target", "1"), ("target", "0"), ("faster_than_ms", "0"), ("period_seconds", "3600"),
                ("minimum_calls", "-1"),
            ] {
                var members = ["target": "0.9"]
                members[member] = value
                let written = members.map { "\"\($0)\":\($1)" }.joined(separator: ",")
                let refused = try await server.change(
                    "PUT", "/api/v1/objectives/a", "{\(Self.shopEdge),\(written)}", token: token)
                #expect(refused.status == 400)
                #expect(try JSONValue(refused.text)["parameter"].string == member)
            }
            // Two hours of minutes: one call of ten failed, in the last three minutes half of them.
            let now = Int64(Date().timeIntervalSince1970)
            let newest = Tier.minute.bucket(of: now) - 60
            let rows = (0..<120).map { minute in
                RollupRow(
                    tier: .minute, bucket: newest - Int64(minute) * 60, shard: 0, key: edge("shop", "db:1"),
                    totals: minute < 3
                        ? totals(success: 5, serverErrors: 5)
                        : totals(success: 9, serverErrors: 1, microseconds: 300_000))
            }
            try await server.keep(rows, until: newest + 60)
            _ = try await server.put("/api/v1/objectives/up", #"{\#(Self.shopEdge),"target":0.95}"#, token: token)
            _ = try await server.put(
                "/api/v1/objectives/fast", #"{\#(Self.shopEdge),"target":0.9,"faster_than_ms":100}"#, token: token)
            let up = try await server.get("/api/v1/objectives/up", token: token)["standing"]
            let bad = 3 * 5 + 117
            #expect(up["calls"].int == 1_200 && up["bad_calls"].int == bad)
            let budget: Double = 1 - Double(bad) / 1_200 / 0.05
            #expect(abs((up["budget_left"].double ?? 0) - budget) < 1e-6)
            let hour = up["burn_rates"][0]
            // The last minute is open: 59 of the hour, of which three are bad ones, and four of five minutes. Of one
            // minute fewer, where the next has begun meanwhile.
            let at = try #require(up["at"].string.flatMap { Timestamp.milliseconds($0) }) / 1_000
            let gone = Int((Tier.minute.bucket(of: at) - newest) / 60) - 1
            let long: Double = Double(3 * 5 + 56 - gone) / Double(590 - 10 * gone) / 0.05
            let short: Double = Double(3 * 5 + 1 - gone) / Double(40 - 10 * gone) / 0.05
            #expect(abs((hour["long"].double ?? 0) - long) < 1e-6)
            #expect(abs((hour["short"].double ?? 0) - short) < 1e-6)
            #expect(hour["is_burning"].bool == false && hour["factor"].double == 14.4)
            #expect(up["burn_rates"].array.count == 3 && up["burn_rates"][2]["is_burning"].bool == true)
            let list = try await server.get("/api/v1/objectives", token: token)["items"].array
            #expect(list.map { $0["id"].string } == ["fast", "up"])
            #expect(list[0]["standing"]["bad_calls"].int == 1_170)
            #expect(try await server.request("GET", "/api/v1/objectives/x", [server.bearer(token)]).status == 404)
        }
    }
}

extension RunningServer {
    func change(_ method: String, _ path: String, _ body: String, token: String) async throws -> HTTPResponse {
        try await request(method, path, [bearer(token), ("content-type", "application/json")], body: body)
    }

    func put(_ path: String, _ body: String, token: String) async throws -> JSONValue {
        let response = try await change("PUT", path, body, token: token)
        guard response.status == 200 else { throw TestFailure("\(path): \(response.status) \(response.text)") }
        return try JSONValue(response.text)
    }

    /// Has these rows as history; of shard 0, all minutes before `until` closed.
    func keep(_ rows: [RollupRow], until: Int64) async throws {
        let owner = "test"
        guard let lease = try await store.acquireLease(Lease.shard(0), owner: owner, duration: .seconds(60)) else {
            throw TestFailure("somebody has the shard")
        }
        try await store.commit(
            ShardCommit(
                shard: 0, cursor: "1-0", openSince: until,
                checkpoint: Checkpoint(takenAtSeconds: until, cells: []), closed: rows),
            under: lease)
    }
}
