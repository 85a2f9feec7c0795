import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite(
        "A disk without a byte left",
        .enabled(if: SmallDisk.isPossible, "mounting a disk of our own needs root, or namespaces of users"))
    struct DiskFullTests {
        /// How long the disk is full: three seconds, or as long as chaos.
        private static let outage: Duration =
            ProcessInfo.processInfo.environment["CHAOS_SECONDS"].flatMap { Int($0) }.map { .seconds($0) } ?? .seconds(3)

        @Test("journal, spool and store full: no call fails; once there is room, each is counted, or shown as lost")
        func embedded() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(
                environment: ["VENUS_SERVICE": "checkout"], wrapper: SmallDisk.wrapper(megabytes: 32))
            defer { withExtendedLifetime(venus) {} }
            let disk = SmallDisk(venus.directory.file("data"), of: venus.process.pid)
            let api = try await venus.signIn()
            let load = LoadGenerator(
                proxyPort: venus.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(1))
            try await eventually("the first calls") { try await Self.counted(api, origin) > 500 }

            let proxy = venus.proxyProcess
            try disk.fill()
            try await eventually("a part that says so") { venus.process.transcript.contains("disk is full") }
            try await Task.sleep(for: Self.outage)  // The outage itself.
            let during = load.report
            #expect(during.failures.isEmpty, "\(during.failures)")
            #expect(venus.process.isRunning && venus.proxyProcess == proxy)
            // What is known can still be looked at.
            #expect(try await Self.counted(api, origin) > 500)

            try disk.free()
            try await eventually("calls behind it", holds: { load.report.succeeded > during.succeeded + 500 })
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            try await eventually(within: .seconds(60), "\(report.made) calls, counted or lost") {
                let counted = try await Self.counted(api, origin)
                let stored = try await api.get("/history?range=hour")["totals"]["calls"].int ?? 0
                let lost = try await api.get("/losses")["calls"].int ?? 0
                guard counted + lost == report.made, stored == counted else {
                    throw TestFailure(
                        "\(counted) live, \(stored) in history, \(lost) lost\n\(venus.process.transcript)")
                }
                return true
            }
            #expect(venus.process.isRunning && venus.proxyProcess == proxy)
            #expect(try await venus.stop() == .exited(0))
        }

        @Test(
            "the spool's disk full while Redis is away: calls wait in memory, go on disk once there is room, all count")
        func spool() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(roles: [.analyze, .serve])
            let api = try await fleet.signIn()
            let proxy = try VenusBinary.start(
                ["proxy"], environment: fleet.environment(of: "proxy"), directory: fleet.directory.path,
                wrapper: SmallDisk.wrapper(megabytes: 8))
            defer { withExtendedLifetime(proxy) {} }
            let disk = SmallDisk(fleet.directory.file("proxy"), of: proxy.pid)
            try await proxy.waitForLine("the proxy's address") { $0.contains("Proxy") }
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(1))
            try await eventually("the first calls") { try await Self.counted(api, origin) > 500 }

            try disk.fill()
            try await fleet.redis.kill()
            try await eventually("the line") { proxy.transcript.contains("the spool cannot be written") }
            try await Task.sleep(for: Self.outage)  // The outage itself.
            try disk.free()
            // The wait between two tries grows to half a minute.
            try await eventually(within: .seconds(60), "calls on disk") {
                let size = try? FileManager.default.attributesOfItem(
                    atPath: disk.file("spool.sqlite-wal"))[.size]
                return (size as? Int ?? 0) > 100_000
            }
            try await fleet.redis.start()
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            try await eventually(within: .seconds(60), "\(report.made) calls, counted or lost") {
                let (counted, lost) = (
                    try await Self.counted(api, origin), try await api.get("/losses")["calls"].int ?? 0
                )
                guard counted + lost == report.made else {
                    throw TestFailure("\(counted) counted, \(lost) lost\n\(proxy.transcript)")
                }
                print("a full disk of the spool, \(report.made) calls, \(counted) counted, \(lost) lost")
                return true
            }
            #expect(try await proxy.stop(SIGTERM, within: .seconds(30)) == .exited(0))
        }

        private static func counted(_ api: VenusAPI, _ origin: Origin) async throws -> Int {
            try await api.edge("checkout", origin.authority, window: "1h")?["kpis"]["calls"].int ?? 0
        }
    }
}
