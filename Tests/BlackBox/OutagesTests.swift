import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Outages of our own parts")
    struct OutagesTests {
        @Test("Redis away for ten seconds, then killed: no call fails or waits, and afterwards every call is counted")
        func redisAway() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(5))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })

            fleet.redis.pause()
            try await Task.sleep(for: .seconds(5))  // The outage itself: frozen for five seconds,
            try await fleet.redis.kill()
            try await Task.sleep(for: .seconds(5))  // and gone for five more.
            let during = load.report
            try await fleet.redis.start()
            try await eventually("more calls", holds: { load.report.succeeded > during.succeeded + 300 })
            let report = try await load.stop()

            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            try await eventually(within: .seconds(30), "all \(report.made) calls") {
                let calls = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int
                guard calls == report.made else { throw TestFailure("\(calls ?? 0) of \(report.made) are counted") }
                return true
            }
            #expect(fleet.process(.proxy).isRunning && fleet.process(.analyze).isRunning)
        }

        @Test(
            "Redis killed again and again, at last before it wrote what it had acknowledged: what was counted stays so"
        )
        func redisForgets() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(redis: RedisServer(fsync: "everysec"))
            let api = try await fleet.signIn()
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(5))
            var told = try await Self.history(api, beyond: 0)
            for _ in 0..<2 {
                try await fleet.redis.restart()
                told = try await Self.history(api, beyond: told)
            }
            // Unread, acknowledged and in no file, as what comes while an fsync takes long.
            fleet.process(.analyze).signal(SIGSTOP)
            defer { fleet.process(.analyze).signal(SIGCONT) }
            try await fleet.redis.cli("CONFIG", "SET", "appendonly", "no")
            let before = load.report
            try await eventually("calls in its memory alone", holds: { load.report.succeeded > before.succeeded + 600 })
            try await fleet.redis.restart()
            fleet.process(.analyze).signal(SIGCONT)
            told = try await Self.history(api, beyond: told)
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            try await eventually(within: .seconds(20), "\(report.made) calls, counted or lost") {
                let live = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int ?? 0
                let stored = try await api.get("/history?range=hour")["totals"]["calls"].int ?? 0
                let lost = try await api.get("/losses")["calls"].int ?? 0
                guard live == stored, stored + lost == report.made, stored >= told, lost > 0 else {
                    throw TestFailure("\(live) live, \(stored) in history, \(lost) lost\n\(fleet.transcript)")
                }
                return true
            }
        }

        /// Waits for 300 further calls in history, of which none may go again that it has told of.
        private static func history(_ api: VenusAPI, beyond told: Int) async throws -> Int {
            var highest = told
            return try await eventually(within: .seconds(20), "calls in history beyond \(told)") {
                let calls = try await api.get("/history?range=hour")["totals"]["calls"].int ?? 0
                #expect(calls >= highest, "calls that history has told of")
                highest = max(highest, calls)
                guard calls >= told + 300 else { throw TestFailure("\(calls) calls") }
                return calls
            }
        }

        @Test("PostgreSQL restarted under load: no call fails, and afterwards every call is counted")
        func postgresAway() async throws {
            let origin = try Origin()
            let server = try await PostgresServer()
            let fleet = try await Fleet(database: server.makeDatabase())
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(5))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })
            try await server.crash()
            let during = load.report
            try await eventually("calls during the outage", holds: { load.report.succeeded > during.succeeded + 1_000 })
            try await server.start()
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            let api = try await fleet.signIn()
            try await eventually(within: .seconds(40), "all \(report.made) calls") {
                let calls = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int
                guard calls == report.made else { throw TestFailure("\(calls ?? 0) of \(report.made) are counted") }
                return true
            }
        }

        @Test(
            "venus up killed under load: its proxy goes on without a failed call; started again, the counts are complete"
        )
        func upKilled() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: ["VENUS_SERVICE": "checkout"])
            let load = LoadGenerator(
                proxyPort: venus.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(5))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })

            venus.process.signal(SIGKILL)
            try await venus.process.waitForExit()
            let killed = load.report
            try await eventually(
                "calls without server and analyzer", holds: { load.report.succeeded > killed.succeeded + 1_000 })
            try await venus.start()
            let started = load.report
            try await eventually("calls after the start", holds: { load.report.succeeded > started.succeeded + 500 })
            let report = try await load.stop()

            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            let api = try await venus.signIn()
            try await eventually(within: .seconds(30), "all \(report.made) calls") {
                let calls = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int
                guard calls == report.made else { throw TestFailure("\(calls ?? 0) of \(report.made) are counted") }
                return true
            }
            #expect(try await venus.stop() == .exited(0))
            try await eventually(within: .seconds(10), "the end of every process of venus up") {
                venus.ownedProcesses.isEmpty
            }
        }

        @Test("the proxy of venus up killed: it is started again, and what it had shipped is counted")
        func proxyKilled() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: ["VENUS_SERVICE": "checkout"])
            let first = try await LoadGenerator(proxyPort: venus.proxyPort, url: origin.url(), calls: 500).finish()
            #expect(first.failed == 0)
            let api = try await venus.signIn()
            try await eventually(within: .seconds(5), "500 calls") {
                try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int == 500
            }
            let proxy = try #require(venus.proxyProcess)
            kill(proxy, SIGKILL)
            try await eventually(within: .seconds(10), "a new proxy") {
                guard let now = venus.proxyProcess, now != proxy else { return false }
                return try await HTTPClient(port: venus.proxyPort).get(origin.url()).status == 200
            }
            try await eventually(within: .seconds(10), "the unclean end of the first") {
                let items = try await api.get("/proxies?service=checkout")["items"].array
                let states = Set(items.map { "\($0["state"].string ?? "") \($0["calls"]["recorded"].int ?? -1)" })
                return states.contains("ended_uncleanly 500") && states.contains { $0.hasPrefix("running ") }
            }
            let second = try await LoadGenerator(proxyPort: venus.proxyPort, url: origin.url(), calls: 500).finish()
            #expect(second.failed == 0)
            try await eventually(within: .seconds(5), "1,001 calls") {
                try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int == 1_001
            }
        }
    }
}
