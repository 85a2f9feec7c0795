import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("The spool of the proxy")
    struct SpoolTests {
        @Test("Redis away and the proxy killed twice meanwhile: afterwards every call is counted once, none is lost")
        func killed() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            var made = try await load(fleet, origin, calls: 300)
            try await eventually("the first calls") { try await Self.counted(api, origin) == made }

            try await fleet.redis.kill()
            for _ in 0..<2 {
                let load = LoadGenerator(
                    proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, calls: 1_000,
                    pause: .milliseconds(1))
                let report = try await load.finish()
                #expect(report.failed == 0, "\(report.failures)")
                #expect(report.slowest < .seconds(2))
                made += report.made
                let expected = made - 300
                try await eventually("\(expected) calls on disk") { try await Self.spooled(fleet) == expected }
                try await fleet.kill(.proxy)
                try await fleet.start(.proxy)
            }
            made += try await load(fleet, origin, calls: 100)
            try await fleet.redis.start()
            made += try await load(fleet, origin, calls: 100)

            try await eventually(within: .seconds(30), "all \(made) calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == made else { throw TestFailure("\(counted) are counted\n\(fleet.transcript)") }
                return true
            }
            #expect(try await api.get("/losses")["calls"].int == 0)
            try await eventually("an empty spool") { try await Self.spooled(fleet) == 0 }
        }

        @Test("a full spool: the oldest give way, and counted and lost are what was made")
        func full() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(environment: ["VENUS_PROXY_SPOOL_MAX_BYTES": "1048576"])
            let api = try await fleet.signIn()
            try await fleet.redis.kill()
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 8, calls: 60_000)
            let report = try await load.finish()
            #expect(report.failed == 0, "\(report.failures)")
            let size = try FileManager.default.attributesOfItem(atPath: fleet.directory.file("proxy/spool.sqlite"))[
                .size]
            #expect(try #require(size as? Int) <= 1_048_576 + 65_536)
            try await fleet.redis.start()
            try await eventually(within: .seconds(30), "\(report.made) calls, counted or lost") {
                let (counted, lost) = (
                    try await Self.counted(api, origin), try await api.get("/losses")["calls"].int ?? 0
                )
                guard counted + lost == report.made, lost > 0 else {
                    throw TestFailure("\(counted) counted, \(lost) lost\n\(fleet.transcript)")
                }
                return true
            }
        }

        @Test("a stream that nobody reads takes no more: calls go to disk, and are counted once somebody reads it")
        func streamFull() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(
                roles: [.proxy], environment: ["VENUS_STREAM_MAX_ENTRIES": "100", "VENUS_STREAM_SHARDS": "1"])
            var made = 0
            try await eventually(within: .seconds(30), "calls on disk") {
                made += try await load(fleet, origin, calls: 500)
                guard FileManager.default.fileExists(atPath: fleet.directory.file("proxy/spool.sqlite")) else {
                    return false
                }
                return try await Self.spooled(fleet) > 500
            }
            #expect(try await fleet.redis.cli("XLEN", "venus:calls:{0}").hasPrefix("100"))
            try await fleet.start(.analyze)
            try await fleet.start(.serve)
            let api = try await fleet.signIn()
            try await eventually(within: .seconds(30), "all \(made) calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == made else { throw TestFailure("\(counted) are counted\n\(fleet.transcript)") }
                return true
            }
        }

        @Test("a disk that takes no more: no call fails, calls wait in memory, and one line says so")
        func diskFull() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(roles: [.analyze, .serve])
            let api = try await fleet.signIn()
            // A bound on each file that the process writes, of 64 KiB, stands for a full disk.
            let proxy = try ChildProcess(
                "bash", ["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" proxy", VenusBinary.path()],
                environment: fleet.environment(of: "proxy"), directory: fleet.directory.path, endSignal: SIGTERM)
            defer { withExtendedLifetime(proxy) {} }
            try await proxy.waitForLine("the proxy's address") { $0.contains("Proxy") }
            try await fleet.redis.kill()
            let made = try await load(fleet, origin, calls: 20_000)
            try await eventually("the line") { Self.lines(proxy) > 0 }
            try await fleet.redis.start()
            try await eventually(within: .seconds(30), "all \(made) calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == made else { throw TestFailure("\(counted) are counted\n\(proxy.transcript)") }
                return true
            }
            #expect(Self.lines(proxy) == 1, "\(proxy.transcript)")
            #expect(try await proxy.stop(SIGTERM, within: .seconds(30)) == .exited(0))
        }

        private func load(_ fleet: Fleet, _ origin: Origin, calls: Int) async throws -> Int {
            let report = try await LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, calls: calls
            ).finish()
            #expect(report.failed == 0, "\(report.failures)")
            return report.made
        }

        private static func counted(_ api: VenusAPI, _ origin: Origin) async throws -> Int {
            try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int ?? 0
        }

        private static func lines(_ proxy: ChildProcess) -> Int {
            proxy.transcript.split(separator: "\n").count { $0.contains("the spool cannot be written") }
        }

        /// Calls in the proxy's spool.
        private static func spooled(_ fleet: Fleet) async throws -> Int {
            let query =
                "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
                + "'SELECT coalesce(sum(count), 0) FROM entry').fetchone()[0])"
            let text = try await ChildProcess.run(
                "python3", ["-c", query, fleet.directory.file("proxy/spool.sqlite")], within: .seconds(15))
            return Int(text.filter { $0.isNumber }) ?? -1
        }
    }
}
