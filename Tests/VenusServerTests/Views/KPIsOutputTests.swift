import TestSupport
import Testing
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
