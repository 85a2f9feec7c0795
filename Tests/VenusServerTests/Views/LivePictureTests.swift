import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("The live picture")
struct LivePictureTests {
    private func json(_ picture: LivePicture, _ topic: Topic, _ change: (inout ViewFilter) -> Void = { _ in }) throws
        -> JSONValue
    {
        var filter = ViewFilter()
        change(&filter)
        return try JSONValue(
            String(decoding: picture.render(View(topic: topic, filter: filter)).bytes, as: UTF8.self))
    }

    private func picture(_ frames: [FeedFrame]) -> LivePicture { LivePicture(frames: frames, startedAt: 5) }

    @Test("the graph is exactly as the contract has it")
    func golden() throws {
        let one = frame([(edge("checkout", "pay:443"), totals(success: 30, serverErrors: 10))])
        let text = String(decoding: picture([one]).render(View(topic: .graph)).bytes, as: UTF8.self)
        let times = #"{"max":10,"mean":10,"p50":10,"p90":10,"p95":10,"p99":10}"#
        let ttfb = #"{"max":5,"mean":5,"p50":5,"p90":5,"p95":5,"p99":5}"#
        let kpis = { (inFlight: String) in
            #"{"availability":0.75,"basis":"status","calls":40,"cancelled":0,"client_error_rate":0,"denied":0,"#
                + #""error_rate":0.25,"estimated":0,"link_local":0,"load":{"bytes_received_per_second":133.33,"#
                + #""bytes_sent_per_second":13.333,"calls_per_minute":8,"in_flight":\#(inFlight)},"#
                + #""response_time_ms":\#(times),"server_error_rate":0.25,"transport_error_rate":0,"ttfb_ms":\#(ttfb),"#
                + #""would_be_denied":0}"#
        }
        #expect(
            text == #"{"at":"1970-01-01T00:16:40.000Z","edges":[{"dependency":"pay:443","grade":"poor","#
                + #""id":"service:checkout->dependency:pay:443","kpis":\#(kpis("null")),"#
                + #""phases":{"blocked":null,"connect":null,"dns":null,"tls":null,"transfer":null,"#
                + #""ttfb":{"mean_ms":5}},"reasons":[{"level":"critical","limit":0.95,"measure":"availability","#
                + #""value":0.75}],"source":"service:checkout","target":"dependency:pay:443","tunnel_protocols":[]}],"#
                + #""nodes":[{"grade":"poor","id":"dependency:pay:443","kind":"dependency","kpis":\#(kpis("null")),"#
                + #""name":"pay:443"},{"grade":"poor","id":"service:checkout","kind":"service","#
                + #""kpis":\#(kpis("null")),"name":"checkout"}],"window":"5m"}"#)
    }

    @Test("the same edge on several shards is one edge, and shared nodes add their edges up")
    func merges() throws {
        let a = frame([(edge("checkout", "pay:443"), totals(success: 3)), (edge("shop", "db:1"), totals(success: 1))])
        let b = frame(
            [(edge("checkout", "pay:443"), totals(success: 4)), (edge("shop", "pay:443"), totals(success: 2))],
            shard: 1, shards: 2, at: 1_000_500)
        let graph = try json(picture([a, b]), .graph)
        #expect(
            graph["edges"].array.map { $0["id"].string } == [
                "service:checkout->dependency:pay:443", "service:shop->dependency:db:1",
                "service:shop->dependency:pay:443",
            ])
        #expect(graph["edges"][0]["kpis"]["calls"].int == 7)
        let nodes = Dictionary(uniqueKeysWithValues: graph["nodes"].array.map { ($0["id"].string!, $0) })
        #expect(nodes["dependency:pay:443"]?["kpis"]["calls"].int == 9)
        #expect(nodes["service:shop"]?["kpis"]["calls"].int == 3)
        #expect(graph["at"].string == "1970-01-01T00:16:40.000Z")
        let total = try json(picture([a, b]), .kpis) { $0.by = .total }
        #expect(total["items"].array.count == 1)
        #expect(total["items"][0]["id"].string == "total")
        #expect(total["items"][0]["kpis"]["calls"].int == 10)
    }

    @Test("an edge names what is inside its tunnels, those that only failed left out")
    func tunnelProtocols() throws {
        var moving = KPITotals()
        moving.record(
            Call(operation: 0, start: 0, duration: 1, outcome: .success, bytesSent: 9, flags: [.tunnel, .activity]))
        let operation = { (name: String, service: String) in
            SeriesKey.operation(name, service: service, dependency: "pay:443", environment: "production")
        }
        let one = frame([
            (edge("checkout", "pay:443"), totals(success: 3)), (edge("shop", "pay:443"), moving),
            (operation("CONNECT tls/1.3 h2", "checkout"), totals(success: 1)),
            (operation("CONNECT other.example tls/1.2", "checkout"), moving),
            (operation("CONNECT", "checkout"), KPITotals()),
            (operation("GET /tls/1.2", "checkout"), totals(success: 1)),
            (operation("CONNECT", "shop"), moving),
        ])
        let graph = try json(picture([one]), .graph)
        let protocols = graph["edges"].array.map { $0["tunnel_protocols"].array.compactMap(\.string) }
        #expect(protocols == [["tls/1.2", "tls/1.3 h2"], ["tunnel"]])
        let used = graph["edges"][1]
        #expect(used["kpis"]["basis"].string == "transport" && used["kpis"]["availability"].isNull)
        #expect(used["grade"].string == "good" && used["kpis"]["calls"].int == 0)
    }

    @Test("several environments are told apart in ids, whatever the filter")
    func environments() throws {
        let both = picture([
            frame([
                (edge("shop", "db:1"), totals(success: 1)),
                (edge("shop", "db:1", environment: "staging"), totals(success: 2)),
            ])
        ])
        let staging = try json(both, .graph) { $0.environment = "staging" }
        #expect(staging["edges"].array.count == 1)
        #expect(staging["edges"][0]["id"].string == "service:staging/shop->dependency:staging/db:1")
        #expect(staging["nodes"][1]["name"].string == "shop")
        let totals = try json(both, .kpis) { $0.by = .total }
        #expect(totals["items"].array.map { $0["id"].string } == ["total:production", "total:staging"])
    }

    @Test("a filter keeps its edges, their nodes, and only their calls")
    func filters() throws {
        let all = picture([
            frame([(edge("checkout", "pay:443"), totals(success: 3)), (edge("shop", "pay:443"), totals(success: 5))])
        ])
        let graph = try json(all, .graph) { $0.service = "shop" }
        #expect(graph["nodes"].array.map { $0["id"].string } == ["dependency:pay:443", "service:shop"])
        #expect(graph["nodes"][0]["kpis"]["calls"].int == 5)
        #expect(try json(all, .graph) { $0.dependency = "other:1" }["nodes"].array.isEmpty)
    }

    @Test("KPIs are listed by edge, operation, service and dependency, with the names that the level has")
    func groupings() throws {
        let operation = SeriesKey.operation(
            "GET /a/*", service: "shop", dependency: "db:1", environment: "production")
        let one = picture([frame([(edge("shop", "db:1"), totals(success: 2)), (operation, totals(success: 2))])])
        let edges = try json(one, .kpis)
        #expect(edges["by"].string == "edge")
        #expect(edges["items"][0].names == ["dependency", "environment", "grade", "id", "kpis", "service"])
        let operations = try json(one, .kpis) { $0.by = .operation }
        #expect(operations["items"][0]["operation"].string == "GET /a/*")
        #expect(operations["items"][0]["id"].string == "service:shop->dependency:db:1 GET /a/*")
        let services = try json(one, .kpis) { $0.by = .service }
        #expect(services["items"][0].names == ["environment", "grade", "id", "kpis", "service"])
        let dependencies = try json(one, .kpis) { $0.by = .dependency }
        #expect(dependencies["items"][0]["id"].string == "dependency:db:1")
    }

    @Test("calls in flight show on their service, from proxies heard of lately, even before any call ended")
    func inFlight() throws {
        let one = frame(
            [(edge("shop", "db:1"), totals(success: 2))],
            producers: [
                mark("shop", inFlight: 3), mark("shop", inFlight: 4), mark("slow", inFlight: 1),
                mark("ended", inFlight: 5, hasEnded: true), mark("gone", inFlight: 5, lastSeen: 900_000),
                mark("idle", inFlight: 0),
            ])
        let nodes = try json(picture([one]), .graph)["nodes"].array
        #expect(nodes.map { $0["id"].string } == ["dependency:db:1", "service:shop", "service:slow"])
        #expect(nodes[0]["kpis"]["load"]["in_flight"].isNull)
        #expect(nodes[1]["kpis"]["load"]["in_flight"].int == 7)
        #expect(nodes[2]["kpis"]["load"]["in_flight"].int == 1)
        #expect(nodes[2]["grade"].string == "idle")
        #expect(nodes[2]["kpis"]["availability"].isNull)
    }

    @Test("a dependency that a service announces is that service's node, and chains of services join")
    func announced() throws {
        var one = frame([
            (edge("shop", "checkout.internal:8080"), totals(success: 3)),
            (edge("checkout", "pay:443"), totals(success: 4)),
            (edge("shop", "stock.internal:80"), totals(success: 5)),
            (edge("shop", "pay:443"), totals(success: 1)),
        ])
        one.announcements = [
            Announcement(
                environment: "production", address: "checkout.internal:8080", service: "checkout", since: 5),
            Announcement(environment: "production", address: "stock.internal:80", service: "stock", since: 5),
            Announcement(environment: "staging", address: "pay:443", service: "pay", since: 5),
        ]
        let graph = try json(picture([one]), .graph)
        let edges = graph["edges"].array.map { "\($0["source"].string!) \($0["target"].string!)" }
        #expect(
            edges == [
                "service:checkout dependency:pay:443", "service:shop service:checkout",
                "service:shop dependency:pay:443", "service:shop service:stock",
            ])
        #expect(graph["edges"][1]["dependency"].string == "checkout.internal:8080")
        let calls = Dictionary(
            uniqueKeysWithValues: graph["nodes"].array.map { ($0["id"].string!, $0["kpis"]["calls"].int) })
        #expect(
            calls == [
                "dependency:pay:443": 5, "service:checkout": 4, "service:shop": 9, "service:stock": 0,
            ])
        // A called service shows what it calls itself, though the filter leaves those edges out.
        let shop = try json(picture([one]), .graph) { $0.service = "shop" }
        #expect(shop["edges"].array.count == 3)
        #expect(shop["nodes"].array.first { $0["id"].string == "service:checkout" }?["kpis"]["calls"].int == 4)
    }

    @Test("of two services that announce one address, the one that began last has it, on whatever shard")
    func conflict() throws {
        let announcement = { (service: String, since: Int64) in
            Announcement(environment: "production", address: "a:1", service: service, since: since)
        }
        var one = frame([(edge("shop", "a:1"), totals(success: 3))], shards: 2)
        one.announcements = [announcement("new", 7)]
        var two = frame([], shard: 1, shards: 2)
        two.announcements = [announcement("old", 6)]
        for frames in [[one, two], [two, one]] {
            #expect(try json(picture(frames), .graph)["edges"][0]["target"].string == "service:new")
        }
        two.announcements = [announcement("newer", 8)]
        #expect(try json(picture([one, two]), .graph)["edges"][0]["target"].string == "service:newer")
    }

    @Test("without a frame the picture is empty and as old as the server; a shard that fell silent leaves it")
    func age() throws {
        let none = try json(picture([]), .graph)
        #expect(none["at"].string == "1970-01-01T00:00:00.005Z")
        #expect(none["nodes"].array.isEmpty)
        let silent = frame([(edge("old", "db:1"), totals(success: 1))], at: 1_000_000)
        let alive = frame([(edge("new", "db:1"), totals(success: 1))], shard: 1, at: 1_000_000 + 400_000)
        let graph = try json(picture([silent, alive]), .kpis) { $0.window = .hour1 }
        #expect(graph["items"].array.count == 2)
    }
}
