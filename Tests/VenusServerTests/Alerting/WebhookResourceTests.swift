import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("Alerts and their receivers over REST")
struct WebhookResourceTests {
    private static let json = ("content-type", "application/json")

    private func slow(_ count: Int, connecting milliseconds: UInt32) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<count {
            var call = Call(operation: 0, start: 0, duration: 10_000_000, outcome: .success)
            call.phases[.connect] = milliseconds * 1_000
            call.phases[.ttfb] = 5_000
            totals.record(call)
        }
        return totals
    }

    private func withAlerting(_ body: (RunningServer, String) async throws -> Void) async throws {
        try await AlertingServer.with { try await body($0.server, $0.token) }
    }

    private func send(
        _ server: RunningServer, _ token: String, _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> (status: Int, json: JSONValue) {
        let response = try await server.request(
            method, "/api/v1" + path, [server.bearer(token)] + (body == nil ? [] : [Self.json]), body: body)
        return (response.status, response.text.isEmpty ? .null : try JSONValue(response.text))
    }

    @Test("a receiver is added, tried, renamed, disabled and removed; its secret is shown once")
    func life() async throws {
        try await withAlerting { server, token in
            let origin = try Origin()
            let added = try await send(
                server, token, "POST", "/webhooks",
                "{\"name\":\"ours\",\"kind\":\"webhook\",\"url\":\"\(origin.url("/status/202"))?key=x\"}")
            #expect(added.status == 201 && added.json["secret"].string?.hasPrefix("whsec_") == true)
            let id = try #require(added.json["id"].string)
            let listed = try await server.get("/api/v1/webhooks", token: token)["items"].array
            #expect(listed.count == 1 && listed[0]["secret"].isNull && listed[0]["readable"].bool == true)
            #expect(listed[0]["url"].string == origin.url("/status/202"))
            let tried = try await send(server, token, "POST", "/webhooks/\(id)/test")
            #expect(tried.json["delivered"].bool == true && tried.json["result"].string == "status 202")
            #expect(origin.requests("/status/202?key=x") + origin.requests("/status/202") == 1)
            let changed = try await send(
                server, token, "PATCH", "/webhooks/\(id)", "{\"name\":\"other\",\"enabled\":false}")
            #expect(changed.json["name"].string == "other" && changed.json["enabled"].bool == false)
            #expect(try await send(server, token, "DELETE", "/webhooks/\(id)").status == 204)
            #expect(try await send(server, token, "DELETE", "/webhooks/\(id)").status == 404)
            #expect(try await send(server, token, "POST", "/webhooks/\(id)/test").status == 404)
            let events = try await server.get("/api/v1/audit", token: token)["items"].array
                .compactMap { $0["event"].string }.filter { $0.hasPrefix("webhook") }
            #expect(events == ["webhook_removed", "webhook_changed", "webhook_tested", "webhook_added"])
            #expect(!server.log.text.contains("whsec_"))
        }
    }

    @Test("of an answer the status alone counts, however long the rest is")
    func longAnswer() async throws {
        try await withAlerting { server, token in
            let origin = try Origin()
            for (path, result) in [("/bytes/4000000", "status 200"), ("/truncated/100", "http_response_incomplete")] {
                let added = try await send(
                    server, token, "POST", "/webhooks",
                    "{\"name\":\"\(path)\",\"kind\":\"webhook\",\"url\":\"\(origin.url(path))\"}")
                let id = try #require(added.json["id"].string)
                let tried = try await send(server, token, "POST", "/webhooks/\(id)/test")
                #expect(tried.json["result"].string == result)
            }
        }
    }

    @Test(
        "what is no receiver is refused, and the answer says why",
        arguments: [
            (#"{"name":"x","kind":"pigeon","url":"http://a/"}"#, "kind is one of"),
            (#"{"name":"","kind":"slack","url":"http://a/"}"#, "name is 1 to"),
            (#"{"name":"x","kind":"slack"}"#, "url is missing"),
            (#"{"name":"x","kind":"slack","url":"ftp://a/"}"#, "url is an http or https"),
            (#"{"name":"x","kind":"slack","url":"http://u:p@a/"}"#, "url is an http or https"),
            (#"{"name":"x","kind":"slack","url":"http://a/#b"}"#, "url is an http or https"),
            (#"{"name":"x","kind":"ntfy","url":"http://a/"}"#, "topic is missing"),
            (#"{"name":"x","kind":"pagerduty"}"#, "routing_key is missing"),
            (#"{"name":"x","kind":"slack","url":"http://a/","topic":"t"}"#, "topic has no meaning"),
            (#"{"name":"x","kind":"slack","url":"http://a/","token":"a\r\nb"}"#, "visible ASCII"),
            (#"{"name":"x","kind":"email","to":["ada@example.com"]}"#, "No mail server"),
        ])
    func refused(body: String, why: String) async throws {
        try await withAlerting { server, token in
            let answer = try await send(server, token, "POST", "/webhooks", body)
            #expect(answer.status == 400 || answer.status == 409)
            #expect(answer.json["detail"].string?.contains(why) == true, "\(answer.json)")
        }
    }

    @Test("a failing edge is an alert over REST, which somebody takes on; the live socket tells each transition once")
    func alerts() async throws {
        try await withAlerting { server, token in
            let live = try await server.live(token: token)
            try live.send(#"{"type":"subscribe","topic":"alerts"}"#)
            let first = try await live.next(within: .seconds(10), "a snapshot") { $0["type"].string == "snapshot" }
            #expect(first["data"]["alerts"].array.isEmpty && first["seq"].int == 0)
            let key = edge("checkout", "bank:443")
            let rule = AlertRule(
                id: "quick", subject: .series(key), condition: .threshold(metric: .availability, direction: .below),
                for: 1, keepFiringFor: 0)
            try await server.store.setWatched(
                WatchRecord(id: "quick", item: rule, changedAt: 0, changedBy: "test"))
            let feed = Task {
                while !Task.isCancelled {
                    let now = Int64(Date().timeIntervalSince1970 * 1_000)
                    server.feed.publish(
                        frame([(key, totals(success: 10, serverErrors: 40))], at: now))
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
            defer { feed.cancel() }
            var seen: [(String, Int)] = []
            var position = first["seq"].int
            _ = try await live.next(within: .seconds(30), "firing") { message in
                guard message["type"].string == "update", message["topic"].string == "alerts" else { return false }
                #expect(message["from"].int == position && message["epoch"] == first["epoch"])
                position = message["seq"].int
                seen += message["data"]["transitions"].array.filter { $0["rule"].string == "quick" }
                    .map { ($0["kind"].string ?? "", $0["seq"].int ?? 0) }
                return seen.contains { $0.0 == "firing" }
            }
            #expect(seen.map(\.0) == ["pending", "firing"])
            let items = try await server.get("/api/v1/alerts?state=firing&service=checkout", token: token)["items"]
                .array
            let alert = try #require(items.first { $0["rule"].string == "quick" })
            #expect(alert["value"].double == 0.2 && alert["limit"].double == 0.95)
            #expect(alert["subject"]["dependency"].string == "bank:443" && alert["severity"].string == "critical")
            try await checkTransitions(server, token, of: alert["id"])
            let id = try #require(alert["id"].string)
            try await eventually(within: .seconds(30), "people are told of it") {
                let answer = try await send(
                    server, token, "POST", "/alerts/\(id)/acknowledge", #"{"comment":"looking"}"#)
                return answer.status == 200 && answer.json["acknowledged"]["comment"].string == "looking"
            }
            try await eventually(within: .seconds(10), "the evaluator knows") {
                let items = try await server.get("/api/v1/alerts?state=firing", token: token)["items"].array
                return items.first { $0["id"].string == id }?["acknowledged"]["comment"].string == "looking"
            }
            #expect(try await send(server, token, "POST", "/alerts/0/acknowledge", "{}").status == 404)

            // Whoever returns, to another server as well, gets what was missed and nothing else.
            let other = try await RunningServer(sharing: server)
            let returned = try await other.live(token: token)
            let since = "{\"epoch\":\(first["epoch"].int ?? 0),\"seq\":\((position ?? 0) - 1)}"
            try returned.send("{\"type\":\"subscribe\",\"topic\":\"alerts\",\"since\":\(since)}")
            let missed = try await returned.next(within: .seconds(10), "what was missed") {
                $0["topic"].string == "alerts"
            }
            #expect(missed["type"].string == "update" && missed["seq"].int == position)
            try await other.stop()
        }
    }

    /// What it did is told over REST, too, the newest first.
    private func checkTransitions(_ server: RunningServer, _ token: String, of alert: JSONValue) async throws {
        let all = try await server.get("/api/v1/alerts/transitions?limit=1000", token: token)
        let own = all["items"].array.filter { $0["rule"].string == "quick" }
        #expect(own.map { $0["kind"].string } == ["firing", "pending"])
        #expect(own.map { $0["alert"] } == [alert, alert])
        let newest = try await server.get("/api/v1/alerts/transitions?limit=1", token: token)
        #expect(newest["items"].array.map { $0["seq"].int } == [newest["seq"].int])
    }

    @Test(
        "who is told of a slow edge learns which phase grew against the same hour a week before, else against the last day",
        arguments: ["week", "day"])
    func explained(baseline: String) async throws {
        try await withAlerting { server, token in
            let now = Int64(Date().timeIntervalSince1970)
            // Of the whole hour, and of the next should it begin meanwhile; or of the hours before this one.
            let hour = now - now % 3_600
            let begin = baseline == "week" ? hour - 7 * 86_400 : hour - 10 * 3_600
            let key = edge("slow", "api:443")
            try await server.keep(
                (0..<8).map { quarter in
                    RollupRow(
                        tier: .minute, bucket: begin + Int64(quarter) * 900, shard: 0, key: key,
                        totals: slow(50, connecting: 20))
                }, until: now - now % 60)
            let rule = AlertRule(
                id: "slow", subject: .series(key),
                condition: .threshold(metric: .responseTime(.p95), direction: .above),
                for: 0, keepFiringFor: 0)
            try await server.store.setWatched(WatchRecord(id: "slow", item: rule, changedAt: 0, changedBy: "test"))
            let added = try await send(
                server, token, "POST", "/webhooks",
                "{\"name\":\"nobody\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:\(try freePort())/\"}")
            #expect(added.status == 201)
            let content = try await eventually(within: .seconds(30), "a message") { () -> String? in
                server.feed.publish(
                    frame(
                        [(key, slow(100, connecting: 9_000))], at: Int64(Date().timeIntervalSince1970 * 1_000)))
                guard let entry = try await server.store.outbox(limit: 1).first else { return nil }
                return try await server.store.notice(id: entry.notice)
            }
            let evidence = try JSONValue(content)["evidence"].array.first {
                $0["metric"].string == "response_time_p95_ms"
            }
            let phase = try #require(evidence?["phase"])
            #expect(phase["phase"].string == "connect", "\(content)")
            #expect(phase["before"].double == 20 && phase["now"].double == 9_000)
            #expect(evidence?["baseline"].string == baseline)
        }
    }

    @Test("what was sealed with another key, or for another receiver, does not open")
    func otherKey() async throws {
        let directory = try TemporaryDirectory()
        try await withServer(configure: { $0.alerting.keyFile = directory.file("one.key") }) { server in
            let token = try await server.signIn()
            let added = try await send(
                server, token, "POST", "/webhooks", #"{"name":"x","kind":"slack","url":"https://hooks.example/T/B/x"}"#)
            #expect(added.json["url"].string == "https://hooks.example/…")
            let id = try #require(added.json["id"].string)
            let other = try await RunningServer(sharing: server) { $0.alerting.keyFile = directory.file("two.key") }
            let shown = try await other.get("/api/v1/webhooks", token: token)["items"].array
            #expect(shown.first?["readable"].bool == false && shown.first?["url"].isNull == true)
            #expect(try await send(other, token, "POST", "/webhooks/\(id)/test").status == 409)
            try await other.stop()
            let row = try #require(try await server.store.webhook(id: id))
            #expect(!row.sealed.isEmpty)
            let moved = Webhook(
                id: String(repeating: "0", count: 32), name: "y", kind: "slack", sealed: row.sealed, createdAt: 0,
                createdBy: "test")
            #expect(try await server.store.addWebhook(moved))
            #expect(try await send(server, token, "POST", "/webhooks/\(moved.id)/test").status == 409)
        }
    }
}
