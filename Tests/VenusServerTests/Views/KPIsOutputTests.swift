import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Lists of KPIs")
struct KPIsOutputTests {
    private func items(_ filter: (inout ViewFilter) throws -> Void) throws -> JSONValue {
        let series = (0..<5).map { (edge("s\($0)", "db:1"), totals(success: 10 - $0, serverErrors: $0)) }
        let idle = (edge("idle", "db:1"), KPITotals())
        let operations = ["GET /a", "GET /b", "POST /a", "CONNECT"].map {
            (SeriesKey.operation($0, service: "s0", dependency: "db:1", environment: "production"), totals(success: 2))
        }
        let all = ([idle] + series + operations).sorted { $0.0 < $1.0 }
        let picture = LivePicture(frames: [frame(all)], startedAt: 5)
        var view = ViewFilter()
        view.by = .service
        try filter(&view)
        return try JSONValue(
            String(decoding: picture.render(View(topic: .kpis, filter: view)).bytes, as: UTF8.self))
    }

    private func names(_ answer: JSONValue) -> [String] { answer["items"].array.compactMap { $0["service"].string } }

    @Test("sorted by any measure, either way, with those of which it says nothing last")
    func sorted() throws {
        #expect(
            names(try items { $0.page.sort = KPIsOrder(name: "availability") }) == [
                "s4", "s3", "s2", "s1", "s0", "idle",
            ])
        #expect(
            names(try items { $0.page.sort = KPIsOrder(name: "-availability") }) == [
                "s0", "s1", "s2", "s3", "s4", "idle",
            ])
        // Equal ones by id.
        #expect(
            names(try items { $0.page.sort = KPIsOrder(name: "-calls") }) == ["s0", "s1", "s2", "s3", "s4", "idle"])
        #expect(KPIsOrder(name: "--calls") == nil && KPIsOrder(name: "") == nil && KPIsOrder(name: "-") == nil)
        for measure in KPIMeasure.allCases {
            #expect(try items { $0.page.sort = KPIsOrder(name: "-" + measure.rawValue) }["items"].array.count == 6)
        }
    }

    @Test("pages follow each other, and tell how many there are")
    func pages() throws {
        var seen: [String] = []
        var offset: Int? = 0
        while let start = offset {
            let answer = try items {
                $0.page.limit = 4
                $0.page.offset = start
            }
            #expect(answer["count"].int == 6)
            seen += names(answer)
            offset = answer["next_offset"].int
        }
        #expect(seen == ["idle", "s0", "s1", "s2", "s3", "s4"])
        let beyond = try items { $0.page.offset = 1_000 }
        #expect(beyond["items"].array.isEmpty && beyond["next_offset"].isNull && beyond["count"].int == 6)
    }

    @Test("by method, operations of one method are one")
    func methods() throws {
        let answer = try items { $0.by = .method }
        #expect(answer["items"].array.map { $0["method"].string } == ["CONNECT", "GET", "POST"])
        #expect(answer["items"].array.map { $0["kpis"]["calls"].int } == [2, 4, 2])
        #expect(answer["items"][1]["id"].string == "method:GET")
        #expect(answer["items"][1].names == ["environment", "grade", "id", "kpis", "method"])
    }

    @Test("operations and methods say whether the feed brought all of them, other lists have nothing to say")
    func completeness() throws {
        // Of five edges one has its operations with it, and of this one two calls are of operations left out.
        let service = { (name: String) in
            { (filter: inout ViewFilter) in (filter.by, filter.service) = (.operation, name) }
        }
        #expect(try items(service("s0"))["is_complete"].bool == false)
        #expect(try items { $0.by = .method }["is_complete"].bool == false)
        #expect(try items(service("idle"))["is_complete"].bool == true)
        #expect(try items { _ in }["is_complete"].isNull)
        let edges = [
            (edge("shop", "db:1"), totals(success: 3, serverErrors: 1)),
            (
                SeriesKey.operation("GET /", service: "shop", dependency: "db:1", environment: "production"),
                totals(success: 3, serverErrors: 1)
            ),
        ]
        var filter = ViewFilter()
        filter.by = .method
        let picture = LivePicture(frames: [frame(edges)], startedAt: 5)
        #expect(KPIsOutput(picture.window(.minutes5), filter: filter).isComplete == true)
    }

    @Test("by method, what the feed has put together belongs to its method, and nothing is missing")
    func overflowingMethods() throws {
        let operation = { SeriesKey.operation($0, service: "shop", dependency: "db:1", environment: "production") }
        let series = [
            (edge("shop", "db:1"), totals(success: 12)), (operation("CONNECT _overflow"), totals(success: 2)),
            (operation("GET /a"), totals(success: 3)), (operation("GET _overflow"), totals(success: 4)),
            (operation("POST _overflow"), totals(success: 3)),
        ]
        var filter = ViewFilter()
        filter.by = .method
        let picture = LivePicture(frames: [frame(series)], startedAt: 5).window(.minutes5)
        let output = KPIsOutput(picture, filter: filter)
        #expect(output.isComplete == true)
        #expect(output.items.map(\.method) == ["CONNECT", "GET", "POST"])
        #expect(output.items.map(\.kpis.calls) == [2, 7, 3])
        // Nobody knows what is inside tunnels that are counted together.
        #expect(picture.tunnelProtocols.isEmpty)
    }

    @Test("by instance, each running copy of a service is one, of all shards together")
    func instances() throws {
        func series(_ name: String, _ service: String = "shop", success: Int) -> InstanceSeries {
            InstanceSeries(
                key: InstanceKey(environment: "production", service: service, instance: name),
                windows: Window.allCases.map { _ in totals(success: success) })
        }
        var first = frame(
            [(edge("shop", "db:1"), totals(success: 9))], shards: 2, producers: [mark("shop", inFlight: 4)])
        first.instances = FeedInstances(
            coveredSince: 940, series: [series("one", success: 2), series("two", success: 3)])
        var second = frame([], shard: 1, shards: 2)
        second.instances = FeedInstances(
            coveredSince: 900, series: [series("one", success: 4), series("one", "stock", success: 1)])
        var filter = ViewFilter()
        filter.by = .instance
        func answer(_ frames: [FeedFrame]) throws -> JSONValue {
            let picture = LivePicture(frames: frames, startedAt: 5)
            return try JSONValue(
                String(decoding: picture.render(View(topic: .kpis, filter: filter)).bytes, as: UTF8.self))
        }
        var all = try answer([first, second])
        #expect(
            all["covered_since"].string == "1970-01-01T00:15:40Z"
                || all["covered_since"].string == "1970-01-01T00:15:40.000Z")
        #expect(
            all["items"].array.map { $0["id"].string } == [
                "instance:shop/one", "instance:shop/two", "instance:stock/one",
            ])
        #expect(all["items"].array.map { $0["kpis"]["calls"].int } == [6, 3, 1])
        #expect(all["items"][0].names == ["environment", "grade", "id", "instance", "kpis", "service"])
        #expect(all["items"][0]["instance"].string == "one" && all["items"][0]["service"].string == "shop")
        #expect(all["items"].array.map { $0["kpis"]["load"]["in_flight"].int } == [4, nil, nil])
        // Of five minutes the analyzers have known 100 and 60 seconds.
        #expect(all["items"].array.map { $0["kpis"]["load"]["calls_per_minute"].double } == [3.6, 3, 0.6])
        let csv = String(
            decoding: KPIsOutput(LivePicture(frames: [first], startedAt: 5).window(.minutes5), filter: filter)
                .csv(at: "now"), as: UTF8.self
        ).split(separator: "\r\n")
        #expect(csv.count == 3 && csv[1].hasPrefix("now,5m,instance:shop/one,production,shop,,,,one,"))

        filter.service = "stock"
        all = try answer([first, second])
        #expect(all["items"].array.map { $0["id"].string } == ["instance:stock/one"])
        filter.service = nil
        // An analyzer that knows nothing of instances: nobody can say what is missing.
        second.instances = nil
        all = try answer([first, second])
        #expect(all["covered_since"].isNull && all["items"].array.count == 2)
    }

    @Test("what is out of bounds is refused")
    func bounds() throws {
        for (name, value) in [
            ("limit", "0"), ("limit", "10001"), ("limit", "-1"), ("limit", ""), ("limit", "1e3"), ("limit", "+5"),
            ("limit", "99999999999999999999"), ("offset", "1000001"), ("offset", "x"), ("sort", "name"), ("sort", ""),
        ] {
            let error = #expect(throws: Problem.self) {
                _ = try KPIsPage(QueryParameters([name: value], allowed: ["limit", "offset", "sort"]))
            }
            #expect(error?.parameter == name, "\(name)=\(value)")
        }
    }

    @Test("KPIs are written with every member, null where there is nothing to say")
    func everyMember() throws {
        let kpi = try JSONValue(String(decoding: KPI(KPITotals(), seconds: 10).json, as: UTF8.self))
        #expect(
            Set(kpi.names) == [
                "calls", "availability", "error_rate", "client_error_rate", "server_error_rate", "transport_error_rate",
                "basis", "response_time_ms", "ttfb_ms", "load", "cancelled", "denied",
                "would_be_denied", "link_local", "estimated",
            ])
        for name in ["availability", "error_rate", "basis"] { #expect(kpi[name] == .null) }
        let times = kpi["response_time_ms"]
        #expect(Set(times.names) == ["mean", "p50", "p90", "p95", "p99", "max"])
        #expect(times.names.allSatisfy { times[$0] == .null })
        #expect(
            Set(kpi["load"].names) == [
                "calls_per_minute", "bytes_sent_per_second", "bytes_received_per_second", "in_flight",
            ])
    }
}
