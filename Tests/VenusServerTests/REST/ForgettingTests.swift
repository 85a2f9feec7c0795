import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Forgetting")
struct ForgettingTests {
    /// Ten calls of each edge in a minute of the last hour, at every level.
    private func record(_ server: RunningServer, _ edges: [(service: String, dependency: String)]) async throws {
        let minute = Tier.minute.bucket(of: Int64(Date.now.timeIntervalSince1970)) - 600
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
        let rows = sums.map { RollupRow(tier: .minute, bucket: minute, shard: 0, key: $0.key, totals: $0.value) }
        try await server.store.commit(
            ShardCommit(shard: 0, cursor: "1-0", openSince: minute + 60, closed: rows), under: lease)
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
            #expect(try await calls(server, "&dependency=api.test:80", admin) == 0)
            #expect(try await calls(server, "", admin) == 20)

            let noted = try await server.get("/api/v1/audit?limit=2", token: admin)["items"].array
            #expect(noted.map { $0["event"].string } == ["dependency_forgotten", "service_forgotten"])
            #expect(noted.map { $0["subject"].string } == ["dependency:api.test:80", "service:team/checkout"])
            #expect(noted.map { $0["detail"].string } == ["in production", "in all environments"])
        }
    }
}
