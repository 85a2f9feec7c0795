import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("The resource of history")
struct HistoryResourceTests {
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
}

extension Int64 {
    fileprivate init(_ date: Date) { self = Int64(date.timeIntervalSince1970) }
}
