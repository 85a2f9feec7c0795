import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("Resources")
struct ResourceTests {
    @Test("graph and KPIs show what the feed brought")
    func live() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 3))]))
            let graph = try await eventually { () -> JSONValue? in
                let graph = try await server.get("/api/v1/graph?window=1m", token: token)
                return graph["edges"].array.isEmpty ? nil : graph
            }
            #expect(graph["window"].string == "1m")
            #expect(graph["edges"][0]["id"].string == "service:shop->dependency:db:1")
            let kpis = try await server.get("/api/v1/kpis?by=service&service=shop", token: token)
            #expect(kpis["items"][0]["kpis"]["calls"].int == 3)
        }
    }

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

    @Test("a graph beside that of another time: what was, what has changed, what is gone")
    func comparedGraph() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let hour = Tier.twoHours.bucket(of: Int64(Date.now)) - 3_600
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let rows = [("db:1", 4), ("gone:1", 2)].map { dependency, calls in
                RollupRow(
                    tier: .minute, bucket: hour, shard: 0, key: edge("shop", dependency),
                    totals: totals(success: calls))
            }
            try await server.store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: hour + 60, closed: rows), under: lease)
            server.feed.publish(
                frame([
                    (edge("shop", "db:1"), totals(success: 3, serverErrors: 1)),
                    (edge("shop", "new:1"), totals(success: 1)),
                ]))
            let then = Timestamp.text(seconds: hour + 60)
            let graph = try await eventually { () -> JSONValue? in
                let graph = try await server.get("/api/v1/graph?window=1m&compare=\(then)", token: token)
                return graph["edges"].array.count == 3 ? graph : nil
            }
            #expect(graph["compare"]["at"].string == then && graph["compare"]["span"]["tier"].string == "1m")
            let edges = graph["edges"].array
            #expect(
                edges.map { $0["id"].string } == [
                    "service:shop->dependency:db:1", "service:shop->dependency:gone:1",
                    "service:shop->dependency:new:1",
                ])
            #expect(edges.map { $0["kpis"]["calls"].int } == [4, 0, 1])
            #expect(edges.map { $0["compared"]["kpis"]["calls"].int } == [4, 2, nil])
            #expect(edges[0]["compared"]["change"]["availability"].double == -0.25)
            #expect(edges[0]["compared"]["change"]["response_time_ms"]["p95"].double == 0)
            #expect(edges[1]["grade"].string == "idle" && edges[1]["compared"]["change"]["availability"].isNull)
            #expect(edges[2]["compared"]["change"].isNull)
            #expect(graph["nodes"].array.count == 4)
            let cytoscape = try await server.get(
                "/api/v1/graph?window=1m&format=cytoscape&at=\(then)&compare=\(then)", token: token)
            let data = cytoscape["elements"]["edges"][0]["data"]
            #expect(data["compared"]["change"]["error_rate"].double == 0 && data["kpis"]["calls"].int == 4)
            for query in ["compare=\(then)&format=dot", "compare=2100-01-01T00:00:00Z", "compare=x"] {
                let refused = try await server.request("GET", "/api/v1/graph?\(query)", [server.bearer(token)])
                #expect(
                    try refused.status == 400 && JSONValue(refused.text)["parameter"].string == "compare", "\(query)")
            }
        }
    }

    @Test("history as columns holds what the points hold")
    func columns() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let minute = Tier.minute.bucket(of: Int64(Date.now)) - 120
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let row = RollupRow(
                tier: .minute, bucket: minute, shard: 0, key: .total(environment: "production"),
                totals: totals(success: 5, serverErrors: 5))
            try await server.store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: minute + 60, closed: [row]), under: lease)
            let columns = try await server.get("/api/v1/history?format=columns", token: token)
            let names = columns["names"].array.compactMap(\.string)
            #expect(names.prefix(4) == ["at", "coverage", "calls", "availability"])
            #expect(columns["data"].array.count == names.count)
            #expect(Set(columns["data"].array.map(\.array.count)) == [60])
            let place = try #require(columns["data"][0].array.firstIndex(of: .number(Double(minute))))
            let value = { (name: String) in columns["data"][names.firstIndex(of: name) ?? -1][place].double }
            #expect(value("calls") == 10 && value("availability") == 0.5 && value("response_time_p95_ms") == 10)
            let csv = try await server.request("GET", "/api/v1/history?format=csv", [server.bearer(token)])
            let lines = csv.text.split(separator: "\r\n")
            #expect(lines.count == 61 && lines[0].hasPrefix("at,coverage,basis,calls,availability,"))
            #expect(lines[place + 1].hasPrefix(Timestamp.text(seconds: minute) + ","))
            #expect(lines[place + 1].contains(",status,10,0.5,"))
        }
    }

    @Test("losses tell whose calls never arrived, and how many")
    func losses() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now)
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let loss = { (first: UInt64, count: UInt64, at: Int64) in
                Loss(producer: "p1", environment: "production", service: "shop", first: first, count: count, at: at)
            }
            try await server.store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-0", openSince: 0,
                    losses: [loss(3, 4, (now - 172_800) * 1_000), loss(10, 5, (now - 60) * 1_000)]),
                under: lease)
            let day = try await server.get("/api/v1/losses", token: token)
            #expect(day["calls"].int == 5)
            #expect(day["items"].array.count == 1)
            #expect(day["items"][0]["service"].string == "shop")
            #expect(day["items"][0]["first"].int == 10)
            let all = try await server.get(
                "/api/v1/losses?since=\(Timestamp.text(seconds: now - 200_000))", token: token)
            #expect(all["calls"].int == 9 && all["is_complete"].bool == true)
            try await server.store.commit(
                ShardCommit(
                    shard: 0, cursor: "2-0", openSince: 0,
                    losses: (0..<999).map { loss(UInt64(100 + $0), 1, (now - 30) * 1_000) }), under: lease)
            let newest = try await server.get(
                "/api/v1/losses?since=\(Timestamp.text(seconds: now - 200_000))", token: token)
            #expect(newest["items"].array.count == 1_000 && newest["is_complete"].bool == false)
            #expect(newest["calls"].int == 999 + 5)
            let refused = try await server.request("GET", "/api/v1/losses?since=yesterday", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }

    @Test("entries that could not be read are counted, and listed by pages, with why")
    func quarantined() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now) * 1_000
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(2), owner: "test", duration: .seconds(30)))
            #expect(try await server.get("/api/v1/losses", token: token)["quarantined"]["count"].int == 0)
            try await server.store.commit(
                ShardCommit(
                    shard: 2, cursor: "1-0", openSince: 0,
                    quarantined: (0..<250).map {
                        QuarantinedEntry(shard: 2, entryID: "\($0)-0", reason: "n is wrong", at: now)
                    }), under: lease)
            var (entries, path, pages) = ([String?](), "/api/v1/losses", 0)
            while pages < 9 {
                let list = try await server.get(path, token: token)["quarantined"]
                #expect(list["count"].int == 250)
                entries += list["items"].array.map { $0["entry"].string }
                #expect(list["items"].array.allSatisfy { $0["reason"].string == "n is wrong" && $0["shard"].int == 2 })
                pages += 1
                guard let next = list["next"].string else { break }
                path = "/api/v1/losses?quarantined_before=" + next
            }
            #expect(pages == 3 && entries == (0..<250).reversed().map { "\($0)-0" })
            let refused = try await server.request(
                "GET", "/api/v1/losses?quarantined_before=-1", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }

    /// Has the store know proxies, with what they said and how long ago, in milliseconds.
    private func commit(
        _ proxies: [(id: String, silent: Int64, hasEnded: Bool, state: ProxyState?)], to server: RunningServer
    ) async throws {
        let now = Int64(Date.now) * 1_000
        let marks = proxies.map { proxy in
            ProducerMark(
                producer: Producer(
                    id: proxy.id, environment: "production", service: "shop", instance: "one", host: "box-\(proxy.id)"),
                shard: 0, highest: 9, lastSeen: now - proxy.silent, callsInFlight: 1, callsQueued: 2, callsDropped: 3,
                version: "0.1.0", hasEnded: proxy.hasEnded)
        }
        let lease = try #require(
            try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
        try await server.store.commit(
            ShardCommit(
                shard: 0, cursor: "1-0", openSince: 0, producers: marks, proxies: proxies.compactMap(\.state)),
            under: lease)
    }

    @Test("proxies tell who runs, who is silent, and who ended how")
    func proxies() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let state = { (id: String, isUnclean: Bool) in
                ProxyState(
                    producer: id, shard: 0, saidAt: 1, callsSpooled: 4, hasEndedUncleanly: isUnclean,
                    report: ProxyReport(startedAt: 1_000, pinCount: 5))
            }
            try await commit(
                [
                    ("a", 0, false, state("a", false)), ("b", 60_000, false, nil), ("c", 120_000, true, nil),
                    ("d", 180_000, true, state("d", true)), ("e", 7_200_000, false, nil),
                ], to: server)
            try await publish(upTo: Int64(Date.now) * 1_000, by: server)
            let answer = try await server.get("/api/v1/proxies", token: token)
            #expect(answer["is_complete"].bool == true)
            let items = answer["items"].array
            #expect(items.map { $0["producer"].string } == ["a", "b", "c", "d", "e"])
            #expect(
                items.map { $0["state"].string } == [
                    "running", "silent", "ended", "ended_uncleanly", "ended_uncleanly",
                ])
            #expect(items[0]["started_at"].string == "1970-01-01T00:00:01.000Z" && items[0]["pins"].int == 5)
            #expect(
                items[0]["calls"].description
                    == "{\"dropped\":3,\"in_flight\":1,\"queued\":2,\"recorded\":9,\"spooled\":4,\"unknown\":0}")
            #expect(items[0]["silent_ms"].int ?? -1 < 15_000 && items[1]["silent_ms"].int ?? 0 >= 59_000)
            // Nothing is under way where nobody is.
            #expect(items.map { $0["calls"]["unknown"].int } == [0, 0, 0, 1, 1], "under way when it was killed")
            #expect(items[2]["calls"]["in_flight"].int == 0 && items[2]["silent_ms"].int == 0)
            let picked = try await server.get("/api/v1/proxies?state=ended_uncleanly&host=box-d", token: token)
            #expect(picked["items"].array.map { $0["producer"].string } == ["d"])
            #expect(
                try await server.get("/api/v1/proxies?service=other", token: token)["items"].array.isEmpty)
            let refused = try await server.request("GET", "/api/v1/proxies?state=gone", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }

    /// Has the server know that the log of shard 0 is read up to then, or that it is not.
    private func publish(upTo instant: Int64, isBehind: Bool = false, by server: RunningServer) async throws {
        var newest = frame([], at: instant)
        newest.coveredSince = isBehind ? instant / 1_000 : 0
        try await eventually("the frame") {
            server.feed.publish(newest)
            return try JSONValue(try await server.request("GET", "/readyz").text)["checks"]["feed"].string != "absent"
        }
    }

    @Test("of a proxy whose words nobody reads nothing is said, but of those that have ended, or were silent before")
    func unread() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now) * 1_000
            try await commit(
                [
                    ("a", 0, false, nil), ("b", 60_000, false, nil), ("c", 60_000, true, nil),
                    ("d", 200_000, false, nil), ("e", 7_200_000, false, nil),
                ], to: server)
            let states = { (query: String) in
                try await server.get("/api/v1/proxies" + query, token: token)["items"].array.map {
                    "\($0["producer"].string ?? "") \($0["state"].string ?? "")"
                }
            }
            #expect(try await states("") == ["a running", "b unknown", "c ended", "d unknown", "e unknown"])
            #expect(try await states("?state=unknown") == ["b unknown", "d unknown", "e unknown"])
            // It has begun, but not read all that there is.
            try await publish(upTo: now - 130_000, isBehind: true, by: server)
            #expect(try await states("?state=unknown") == ["b unknown", "d unknown", "e unknown"])
            // It had read all, and then stopped.
            server.feed.publish(frame([], at: now - 120_000))
            try await eventually("who was silent by then") {
                try await states("") == ["a running", "b unknown", "c ended", "d silent", "e ended_uncleanly"]
            }
            server.feed.publish(frame([], at: now))
            try await eventually("who is silent now") {
                try await states("") == ["a running", "b silent", "c ended", "d silent", "e ended_uncleanly"]
            }
        }
    }

    @Test("the policy tells what each running proxy goes by, and what is wrong with its file")
    func policy() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let state = { (id: String, report: PolicyReport?) in
                ProxyState(producer: id, shard: 0, saidAt: 1, report: ProxyReport(policy: report))
            }
            let broken = PolicyReport(
                mode: .enforce, digest: "9f86d081884c7d65", rules: 3, since: 2_000, denied: 4, wouldBeDenied: 5,
                fault: PolicyReport.Fault(reason: "line 3: host", since: 3_000))
            try await commit(
                [
                    ("a", 0, false, state("a", broken)),
                    ("b", 1_000, false, state("b", PolicyReport(mode: .none, since: 1_000))),
                    ("c", 2_000, true, state("c", broken)), ("d", 3_000, false, state("d", nil)),
                ], to: server)
            let items = try await server.get("/api/v1/policy", token: token)["items"].array
            #expect(items.map { $0["producer"].string } == ["a", "b"])
            #expect(items.map { $0["mode"].string } == ["enforce", "none"])
            #expect(items[0]["digest"].string == "9f86d081884c7d65" && items[0]["rules"].int == 3)
            #expect(items[0]["since"].string == "1970-01-01T00:00:02.000Z")
            #expect(items[0]["denied"].int == 4 && items[0]["would_be_denied"].int == 5)
            #expect(items[0]["fault"]["reason"].string == "line 3: host")
            #expect(items[0]["fault"]["since"].string == "1970-01-01T00:00:03.000Z")
            #expect(items[1]["digest"].isNull && items[1]["fault"].isNull)
        }
    }

    @Test("pins are those of this machine and of all running proxies, each once")
    func pinsOfAll() async throws {
        let now = Int64(Date.now)
        let own = [ListedPin(host: "pay.example", client: "cart", learned: now, expires: now + 60)]
        try await withServer(configure: { $0.pins = { own } }) { server in
            let token = try await server.signIn()
            let state = { (id: String, host: String, expires: Int64, count: Int) in
                ProxyState(
                    producer: id, shard: 0, saidAt: 1,
                    report: ProxyReport(
                        pins: [PinnedClient(client: "cart", host: host, learned: now, expires: expires)],
                        pinCount: count))
            }
            try await commit(
                [
                    ("a", 0, false, state("a", "pay.example", now + 90, 1)),
                    ("b", 0, false, state("b", "bank.example", now + 70, 1)),
                    ("c", 0, false, state("c", "bank.example", now + 50, 1)),
                    ("d", 0, true, state("d", "ended.example", now + 50, 1)),
                    ("e", 0, false, state("e", "over.example", now - 1, 1)),
                ], to: server)
            let answer = try await server.get("/api/v1/pins", token: token)
            #expect(answer["is_complete"].bool == true)
            let items = answer["items"].array
            #expect(items.map { $0["host"].string } == ["bank.example", "pay.example"])
            #expect(items[0]["proxies"].array.map(\.string) == ["box-b", "box-c"])
            #expect(items[1]["proxies"].array.map(\.string) == ["box-a"])
            #expect(items[0]["expires_at"].string == Timestamp.text(seconds: now + 70))
            #expect(items[1]["expires_at"].string == Timestamp.text(seconds: now + 90))
            try await commit([("f", 0, false, state("f", "pay.example", now + 90, 150))], to: server)
            #expect(try await server.get("/api/v1/pins", token: token)["is_complete"].bool == false)
        }
    }

    @Test("pins tell which clients are passed through, by host")
    func pins() async throws {
        let pins = [
            ListedPin(host: "pay.example", client: "cart", learned: 0, expires: 60),
            ListedPin(host: "bank.example", client: "10.0.0.7", learned: 1, expires: 61),
        ]
        try await withServer(configure: { $0.pins = { pins } }) { server in
            let token = try await server.signIn()
            let items = try await server.get("/api/v1/pins", token: token)["items"].array
            #expect(items.map { $0["host"].string } == ["bank.example", "pay.example"])
            #expect(items.map { $0["client"].string } == ["10.0.0.7", "cart"])
            #expect(items[0]["expires_at"].string == "1970-01-01T00:01:01.000Z")
        }
    }

    @Test("history composes stored rows and open cells")
    func history() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let operation = SeriesKey.operation("GET /", service: "shop", dependency: "db:1", environment: "production")
            let now = Int64(Date.now)
            let minute = Tier.minute.bucket(of: now) - 120
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let rows = Level.allCases.map {
                RollupRow(
                    tier: .minute, bucket: minute, shard: 0, key: operation.key(at: $0), totals: totals(success: 5))
            }
            try await server.store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-0", openSince: minute + 60,
                    checkpoint: Checkpoint(
                        takenAtSeconds: now,
                        cells: [
                            Cell(second: minute + 10, key: operation, totals: totals(success: 5)),
                            Cell(second: minute + 70, key: operation, totals: totals(success: 2, serverErrors: 2)),
                        ]),
                    closed: rows),
                under: lease)

            for query in [
                "", "&service=shop", "&dependency=db:1", "&service=shop&dependency=db:1", "&operation=GET%20/",
            ] {
                let history = try await server.get("/api/v1/history?range=hour" + query, token: token)
                #expect(history.names == ["from", "points", "range", "tier", "to", "totals"])
                #expect(history["tier"].string == "1m")
                #expect(history["points"].array.count == 60)
                #expect(history["totals"]["calls"].int == 9, "\(query)")
                let point = try #require(
                    history["points"].array.first { $0["at"].string == Timestamp.text(seconds: minute) })
                #expect(point["kpis"]["calls"].int == 5)
                #expect(point["coverage"].double == 1)
                #expect(point["kpis"]["load"]["calls_per_minute"].double == 5)
            }
            let day = try await server.get("/api/v1/history?range=day", token: token)
            #expect(day["tier"].string == "15m")
            #expect(day["points"].array.count == 96)
            #expect(day["totals"]["calls"].int == 9)
            let none = try await server.get("/api/v1/history?service=other", token: token)
            #expect(none["totals"]["calls"].int == 0)
            #expect(none["totals"]["availability"].isNull)
            #expect(none["points"][0]["kpis"]["error_rate"].isNull)
            let span = try await server.get(
                "/api/v1/history?from=\(Timestamp.text(seconds: minute))&to=\(Timestamp.text(seconds: minute + 60))",
                token: token)
            #expect(span["range"].isNull)
            #expect(span["points"].array.count == 1)
            #expect(span["totals"]["calls"].int == 5)
        }
    }

    @Test("the graph of a past time is made from the coarsest buckets that fit its window")
    func pastGraph() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let operation = SeriesKey.operation("GET /", service: "shop", dependency: "db:1", environment: "production")
            let hour = Tier.twoHours.bucket(of: Int64(Date.now)) - 3_600
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let rows = [(0, 3), (1_800, 4), (3_540, 5)].map { (second: Int64, calls: Int) in
                RollupRow(
                    tier: .minute, bucket: hour + second, shard: 0, key: operation.key(at: .edge),
                    totals: totals(success: calls))
            }
            try await server.store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: hour + 3_600, closed: rows), under: lease)
            for (window, tier, calls) in [("1h", "15m", 12), ("15m", "15m", 5), ("5m", "1m", 5), ("10s", "1m", 5)] {
                let graph = try await server.get(
                    "/api/v1/graph?at=\(Timestamp.text(seconds: hour + 3_600))&window=\(window)", token: token)
                #expect(graph.names == ["at", "edges", "nodes", "span", "window"])
                #expect(graph["span"]["tier"].string == tier)
                #expect(graph["span"]["to"].string == Timestamp.text(seconds: hour + 3_600))
                #expect(graph["edges"].array.map { $0["id"].string } == ["service:shop->dependency:db:1"])
                #expect(graph["edges"][0]["kpis"]["calls"].int == calls, "\(window)")
                #expect(graph["nodes"].array.count == 2)
            }
            // Of long ago only days are kept.
            let old = try await server.get("/api/v1/graph?at=2025-01-02T03:04:05Z", token: token)
            #expect(old["span"]["from"].string == "2025-01-02T00:00:00.000Z")
            #expect(old["span"]["tier"].string == "1d")
            #expect(old["edges"].array.isEmpty)
            let elsewhere = try await server.get(
                "/api/v1/graph?at=\(Timestamp.text(seconds: hour + 3_600))&service=other", token: token)
            #expect(elsewhere["edges"].array.isEmpty)
        }
    }

    @Test("what is wrong in a query is named, with what is right")
    func parameters() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for (query, parameter) in [
                ("graph?window=99999999999999999999", "window"), ("graph?window=", "window"), ("graph?at=now", "at"),
                ("graph?by=edge", "by"), ("kpis?by=everything", "by"), ("kpis?window=5m&window=1m", "window"),
                ("history?range=century", "range"), ("history?range=", "range"), ("history?from=yesterday", "from"),
                ("history?to=2026-01-01T00:00:00Z", "from"), ("history?range=hour&from=2026-01-01T00:00:00Z", "range"),
                ("history?from=2100-01-01T00:00:00Z", "from"), ("history?from=1990-01-01T00:00:00Z", "from"),
                ("graph?%ff=1", "%ff"), ("graph?service=%zz", "service"),
            ] {
                let response = try await server.request("GET", "/api/v1/" + query, [server.bearer(token)])
                #expect(response.status == 400, "\(query)")
                #expect(response["content-type"] == "application/problem+json")
                #expect(try JSONValue(response.text)["parameter"].string == parameter, "\(query): \(response.text)")
            }
            let unknown = try await server.request("GET", "/api/v1/graph?windw=5m", [server.bearer(token)])
            #expect(
                try JSONValue(unknown.text)["allowed"].array.compactMap(\.string)
                    == ["at", "compare", "dependency", "environment", "format", "group", "service", "window"])
        }
    }

    @Test("unknown paths are 404, wrong methods 405 with Allow, long targets 414")
    func paths() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            #expect(try await server.request("GET", "/api/v1/nothing", [server.bearer(token)]).status == 404)
            #expect(try await server.request("GET", "/nothing").status == 404)
            let post = try await server.request("POST", "/api/v1/graph", [server.bearer(token)], body: "{}")
            #expect(post.status == 405)
            #expect(post["allow"] == "GET, HEAD")
            let get = try await server.request("GET", "/api/v1/logout", [server.bearer(token)])
            #expect(get.status == 405)
            #expect(get["allow"] == "POST")
            let long = "/api/v1/graph?service=" + String(repeating: "a", count: 9_000)
            #expect(try await server.request("GET", long, [server.bearer(token)]).status == 414)
            #expect(try await server.request("GET", "/api/v1/live", [server.bearer(token)]).status == 426)
        }
    }

    @Test("a request that wants another protocol is answered without it")
    func otherProtocol() async throws {
        try await withServer { server in
            let response = try await server.request(
                "GET", "/healthz",
                [("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c"), ("http2-settings", "")])
            #expect(response.status == 200)
            #expect(response["connection"] == "close")
        }
    }

    @Test("bytes that are no request, and too large a head, are answered and end the connection")
    func malformed() async throws {
        try await withServer { server in
            for (bytes, status) in [
                ("garbage\r\n\r\n", 400), ("GET / HTTP/1.1\r\nbroken\r\n\r\n", 400),
                ("GET / HTTP/1.1\r\nhost: localhost\r\nx: \(String(repeating: "a", count: 100_000))\r\n\r\n", 431),
                ("GET / HTTP/1.1\r\n\r\n", 400),
            ] {
                let client = try HTTPClient(port: server.port)
                let response = try await client.raw(Array(bytes.utf8))
                #expect(response.status == status)
                #expect(response["content-type"] == "application/problem+json")
            }
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
    }

    @Test("an HTTP/1.0 request is answered, and the connection ends")
    func oldVersion() async throws {
        try await withServer { server in
            let client = try HTTPClient(port: server.port)
            try client.connection.write("GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")
            let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(text.hasSuffix(#"{"status":"ok"}"#))
        }
    }

    @Test("a connection that asks nothing is closed")
    func silence() async throws {
        try await withServer {
            $0.firstRequestTimeout = .milliseconds(200)
        } _: { server in
            let client = try HTTPClient(port: server.port)
            let start = ContinuousClock.now
            #expect(try await client.readToEnd().isEmpty)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test("a kept-alive connection that asks nothing more is closed")
    func idle() async throws {
        try await withServer {
            $0.idleTimeout = .seconds(2)
        } _: { server in
            let client = try HTTPClient(port: server.port)
            #expect(try await client.request("GET", "/healthz", [server.host]).status == 200)
            #expect(try await client.request("GET", "/healthz", [server.host]).status == 200)
            #expect(try await client.readToEnd().isEmpty)
        }
    }
}

extension Int64 {
    fileprivate init(_ date: Date) { self = Int64(date.timeIntervalSince1970) }
}
