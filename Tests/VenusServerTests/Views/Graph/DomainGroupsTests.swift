import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Dependencies by domain")
struct DomainGroupsTests {
    @Test(
        "hosts of one registrable domain are one; what has no domain stays",
        arguments: [
            ("api.stripe.com:443", "stripe.com"), ("stripe.com:443", "stripe.com"),
            ("a.b.c.example.co.uk:1", "example.co.uk"),
            ("co.uk:1", "co.uk"), ("example.uk:1", "example.uk"), ("s3.eu-west-1.amazonaws.com:443", "amazonaws.com"),
            ("localhost:8080", "localhost:8080"), ("10.0.0.1:80", "10.0.0.1:80"),
            ("[2001:db8::1]:443", "[2001:db8::1]:443"),
            ("s3", "s3"), ("..:1", "..:1"), ("", ""), (":", ":"), ("a:b:c", "a:b:c"), ("x.:1", "x.:1"),
        ])
    func domains(dependency: String, domain: String) {
        #expect(DomainGroups.domain(of: dependency) == domain)
    }

    @Test("of too many domains the ones with the fewest calls are put together")
    func bound() {
        let groups = DomainGroups(
            (1...5).map { (dependency: "a.d\($0).com:443", calls: UInt64($0)) }, maximum: 3)
        let names = (1...5).map { groups.name(of: "a.d\($0).com:443") }
        #expect(names == ["_other", "_other", "d3.com", "d4.com", "d5.com"])
    }

    @Test("the graph by domain adds up calls, counts members, and keeps services that are called")
    func graph() throws {
        var one = frame([
            (edge("shop", "a.example.com:443"), totals(success: 3)),
            (edge("shop", "b.example.com:443"), totals(success: 4)),
            (edge("shop", "pay.example.com:443"), totals(success: 5)),
        ])
        one.announcements = [
            .init(environment: "production", address: "pay.example.com:443", service: "pay", since: 1)
        ]
        var filter = ViewFilter()
        filter.group = .domain
        let picture = LivePicture(frames: [one], startedAt: 5)
        let graph = try JSONValue(
            String(decoding: picture.render(View(topic: .graph, filter: filter)).bytes, as: UTF8.self))
        #expect(graph["edges"].array.map { $0["target"].string } == ["dependency:example.com", "service:pay"])
        #expect(graph["edges"].array.map { $0["kpis"]["calls"].int } == [7, 5])
        #expect(
            graph["nodes"].array.map { $0["id"].string } == ["dependency:example.com", "service:pay", "service:shop"])
        #expect(graph["nodes"].array.map { $0["members"].int } == [2, nil, nil])
        #expect(graph["nodes"][2]["kpis"]["calls"].int == 12)
    }
}
