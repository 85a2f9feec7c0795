import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("The fleet path: proxy, analyze and serve as processes on Redis and PostgreSQL")
    struct FleetPathTests {
        @Test("the stream is readable, the graph right, the analyzer killable, and every call counted exactly once")
        func wholePath() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(roles: [.proxy])
            let first = try await LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/orders/4711/items?key=hush"), clients: 2, calls: 100
            ).finish()
            #expect(first.failed == 0, "\(first.failures)")
            let last = try await HTTPClient(port: fleet.proxyPort).get(origin.url("/status/503"))
            #expect(last.status == 503)

            // Nothing trims what no analyzer has committed.
            let block = try await eventually(within: .seconds(5), "101 calls in the stream") { () -> String? in
                let text = try await Self.stream(fleet)
                return Self.calls(in: text) == 101 ? text : nil
            }
            #expect(block.contains("http\t127.0.0.1\t\(origin.port)\tGET\t/orders/*/items\t"))
            #expect(block.contains("heartbeat"))
            #expect(block.contains("checkout"))
            #expect(!block.contains("hush") && !block.contains("4711"))

            try await fleet.start(.analyze)
            try await fleet.start(.serve)
            let api = try await fleet.signIn()
            let live = try await api.live(subscribingTo: ["graph"])
            try await eventually(within: .seconds(15), "101 calls in the graph") {
                try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int == 101
            }
            let started = ContinuousClock.now
            _ = try await HTTPClient(port: fleet.proxyPort).get(origin.url())
            _ = try await live.shown("graph", within: .seconds(5)) { data in
                data.edge("checkout", origin.authority)?["kpis"]["calls"].int == 102
            }
            #expect(ContinuousClock.now - started < .seconds(5))

            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, calls: 20_000)
            try await eventually(within: .seconds(60), "7,000 calls", holds: { load.report.succeeded > 7_000 })
            try await fleet.kill(.analyze)
            try await eventually(within: .seconds(60), "12,000 calls", holds: { load.report.succeeded > 12_000 })
            try await fleet.start(.analyze)
            let report = try await load.finish()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.made == 20_000)

            let total = 20_102
            try await eventually(within: .seconds(40), "all calls, live and in history") {
                let live = try await api.edge("checkout", origin.authority, window: "15m")?["kpis"]["calls"].int
                let stored = try await api.get("/history?range=hour&service=checkout")["totals"]["calls"].int
                guard live == total, stored == total else {
                    throw TestFailure("\(live ?? 0) live and \(stored ?? 0) in history, of \(total)")
                }
                return true
            }

            // The minutes in which they ended close five seconds after their end.
            try await eventually(within: .seconds(90), poll: .seconds(1), "closed minutes of all calls") {
                let stored = try await Self.minuteCalls(fleet)
                guard stored == total else { throw TestFailure("\(stored) calls in minute rows, of \(total)") }
                return true
            }
            let history = try await api.get("/history?range=hour&service=checkout")
            #expect(history["totals"]["calls"].int == total)
            #expect(history["points"].array.compactMap { $0["kpis"]["calls"].int }.reduce(0, +) == total)
            #expect(try await api.edge("checkout", origin.authority, window: "15m")?["kpis"]["calls"].int == total)

            for role in [Fleet.Role.proxy, .analyze, .serve] {
                #expect(try await fleet.stop(role) == .exited(0), "\(role)")
            }
            let producers = try await PostgresServer.query(
                "SELECT service, has_ended FROM producers", url: fleet.databaseURL)
            #expect(producers == [["checkout", "t"]], "the proxy said that it ended, and the analyzer has read it")
        }

        @Test("two analyzers share the work: one owns the shard, and when it dies the other goes on")
        func takeover() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            let second = try VenusBinary.start(
                ["analyze"], environment: fleet.environment(of: "analyze-2"), directory: fleet.directory.path)
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 2, pause: .milliseconds(5))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })
            try await fleet.kill(.analyze)
            let killed = load.report
            try await eventually("calls after the death", holds: { load.report.succeeded > killed.succeeded + 500 })
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            try await eventually(within: .seconds(40), "all \(report.made) calls") {
                let calls = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int
                guard calls == report.made else { throw TestFailure("\(calls ?? 0) of \(report.made) are counted") }
                return true
            }
            #expect(try await second.stop() == .exited(0))
        }

        /// Every entry of the call streams, as `redis-cli` prints them.
        private static func stream(_ fleet: Fleet) async throws -> String {
            var text = ""
            for key in try await fleet.redis.cli("--scan", "--pattern", "venus:calls:*").split(separator: "\n") {
                text += try await fleet.redis.cli("XRANGE", String(key), "-", "+")
            }
            return text
        }

        /// The sum of the blocks' `n`.
        private static func calls(in stream: String) -> Int {
            let lines = stream.split(separator: "\n", omittingEmptySubsequences: false)
            return zip(lines, lines.dropFirst()).compactMap { $0 == "n" ? Int($1) : nil }.reduce(0, +)
        }

        /// The calls in PostgreSQL's minute rows of the edges.
        private static func minuteCalls(_ fleet: Fleet) async throws -> Int {
            let outcomes = "success + client_error + server_error + transport_error + unknown + cancelled + denied"
            let rows = try await PostgresServer.query(
                "SELECT coalesce(sum(\(outcomes)), 0) FROM rollups_1m WHERE level = 'edge'", url: fleet.databaseURL)
            return Int(rows.first?.first ?? "") ?? -1
        }
    }
}
