import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Forgetting")
struct ForgettingTests {
    /// Ten calls of each edge in each of these minutes, at every level.
    private func record(
        _ server: RunningServer, _ edges: [(service: String, dependency: String)], minutesAgo: [Int64] = [10]
    ) async throws {
        let current = Tier.minute.bucket(of: Int64(Date.now.timeIntervalSince1970))
        let lease = try #require(
            try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
        var sums: [SeriesKey: KPITotals] = [:]
        for edge in edges {
            let operation = SeriesKey.operation(
                "GET /", service: edge.service, dependency: edge.dependency, environment: "production")
            for level in Level.allCases {
                sums[operation.key(at: level), default: KPITotals()].merge(totals(success: 10))
            }
        }
        let rows = minutesAgo.flatMap { ago in
            sums.map {
                RollupRow(tier: .minute, bucket: current - ago * 60, shard: 0, key: $0.key, totals: $0.value)
            }
        }
        try await server.store.commit(
            ShardCommit(shard: 0, cursor: "1-0", openSince: current - 540, closed: rows), under: lease)
    }

    private func calls(_ server: RunningServer, _ query: String, _ token: String) async throws -> Int? {
        try await server.get("/api/v1/history?range=hour" + query, token: token)["totals"]["calls"].int
    }

    @Test("a service or a dependency takes its history with it, which admins decide, and which is noted")
    func forgets() async throws {
        try await withServer { server in
            try await record(server, [("team/checkout", "[::1]:443"), ("stock", "api.test:80")])
            let (admin, other) = (try await server.session(.admin), try await server.session(.operator))
            #expect(try await calls(server, "&service=team/checkout", admin) == 10)

            let service = "/api/v1/services/team%2Fcheckout"
            #expect(try await server.request("DELETE", service, [server.bearer(other)]).status == 403)
            let elsewhere = try await server.request("DELETE", service + "?environment=x", [server.bearer(admin)])
            #expect(elsewhere.status == 404)
            #expect(try await server.request("DELETE", service, [server.bearer(admin)]).status == 204)
            #expect(try await server.request("DELETE", service, [server.bearer(admin)]).status == 404)
            #expect(try await calls(server, "&service=team/checkout", admin) == 0)
            #expect(try await calls(server, "&dependency=[::1]:443", admin) == 10, "its own, which others may have")

            let dependency = "/api/v1/dependencies/api.test:80?environment=production"
            #expect(try await server.request("DELETE", dependency, [server.bearer(admin)]).status == 204)
            // Alerts are told: of each once.
            let told = try await server.store.watchState().forgettings.map(\.item.series)
            #expect(
                Set(told) == [
                    ForgottenSeries(.service("team/checkout")),
                    ForgottenSeries(.service("team/checkout"), environment: "x"),
                    ForgottenSeries(.dependency("api.test:80"), environment: "production"),
                ])
            #expect(told.count == 3)
            #expect(try await calls(server, "&dependency=api.test:80", admin) == 0)
            #expect(try await calls(server, "", admin) == 20)

            let noted = try await server.get("/api/v1/audit?limit=6", token: admin)["items"].array
            #expect(
                noted.map { $0["event"].string }
                    == Array(repeating: "dependency_forgotten", count: 2)
                    + Array(repeating: "service_forgotten", count: 4))
            #expect(
                noted.map { $0["subject"].string }
                    == Array(repeating: "dependency:api.test:80", count: 2)
                    + Array(repeating: "service:team/checkout", count: 4))
            #expect(
                noted.map { $0["detail"].string } == [
                    "done, in production: 3 rows", "begun, in production", "done, in all environments: 0 rows",
                    "begun, in all environments", "done, in all environments: 3 rows", "begun, in all environments",
                ])
        }
    }

    @Test("what breaks off half-way is in the audit log as begun, and done when it is asked for again")
    func breaksOff() async throws {
        try await withServer { server in
            let path = try #require(server.directory).path + "/venus.sqlite"
            try await record(server, [("shop", "api.test:80")], minutesAgo: [10, 40])
            let admin = try await server.session(.admin)
            #expect(try await calls(server, "&service=shop", admin) == 20)
            // The rows of the newer minute cannot go.
            func breakRows(_ statement: String) async throws {
                let script = """
                    import sqlite3, sys
                    with sqlite3.connect(sys.argv[1], timeout=10) as database: database.execute(sys.argv[2])
                    """
                try await ChildProcess.run("python3", ["-c", script, path, statement])
            }
            try await breakRows(
                "CREATE TRIGGER broken BEFORE DELETE ON rollups_1m WHEN old.bucket = (SELECT max(bucket) FROM rollups_1m) "
                    + "BEGIN SELECT RAISE(ABORT, 'broken'); END")
            let service = "/api/v1/services/shop"
            #expect(try await server.request("DELETE", service, [server.bearer(admin)]).status >= 500)
            #expect(try await calls(server, "&service=shop", admin) == 10)
            let broken = try await server.get("/api/v1/audit?event=service_forgotten", token: admin)["items"].array
            #expect(broken.map { $0["detail"].string } == ["begun, in all environments"])

            try await breakRows("DROP TRIGGER broken")
            #expect(try await server.request("DELETE", service, [server.bearer(admin)]).status == 204)
            #expect(try await calls(server, "&service=shop", admin) == 0)
            let noted = try await server.get("/api/v1/audit?event=service_forgotten&limit=2", token: admin)["items"]
            #expect(
                noted.array.map { $0["detail"].string } == [
                    "done, in all environments: 3 rows", "begun, in all environments",
                ])
        }
    }
}
