import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("A new proxy takes over")
    struct TakeOverTests {
        @Test("three times under load: no call fails, new connections or kept ones, and every call is counted once")
        func underLoad() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let url = origin.url("/bytes/200")
            let kept = LoadGenerator(proxyPort: fleet.proxyPort, url: url, clients: 6, pause: .milliseconds(1))
            let fresh = LoadGenerator(
                proxyPort: fleet.proxyPort, url: url, clients: 10, pause: .milliseconds(1),
                fields: [("connection", "close")])
            // Some are under way whenever a proxy is told to stop.
            let slow = LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url("/delay/2500"), clients: 4)
            let succeeded = { (kept.report.succeeded, fresh.report.succeeded) }
            try await eventually("the first calls", holds: { succeeded().0 > 300 && succeeded().1 > 300 })

            var proxies = [fleet.process(.proxy)]
            for _ in 0..<3 {
                let next = try VenusBinary.start(
                    ["proxy"], environment: fleet.environment(of: "proxy"), directory: fleet.directory.path)
                try await next.waitForLine("the address") { $0.contains("Proxy") && $0.contains(":\(fleet.proxyPort)") }
                let before = succeeded()
                #expect(try await proxies[proxies.count - 1].stop(within: .seconds(20)) == .exited(0))
                try await eventually(
                    "calls through the new proxy",
                    holds: { succeeded().0 > before.0 + 300 && succeeded().1 > before.1 + 300 })
                proxies.append(next)
            }
            let reports = [try await kept.stop(), try await fresh.stop(), try await slow.stop()]
            for report in reports { #expect(report.failed == 0, "\(report.failures)") }
            let made = reports.reduce(0) { $0 + $1.made }
            #expect(try await proxies[3].stop() == .exited(0))

            let api = try await fleet.signIn()
            try await eventually(within: .seconds(40), "all \(made) calls") {
                let calls = try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int
                guard calls == made else { throw TestFailure("\(calls ?? 0) of \(made) are counted") }
                return true
            }
            // A new one never takes a producer of a proxy that still runs for one that was killed.
            for proxy in proxies { #expect(!proxy.transcript.contains("closed a producer")) }
        }

        @Test("venus up starts its proxy again on the port that it got, though it was told to take any")
        func samePort() async throws {
            let origin = try Origin()
            let directory = try TemporaryDirectory("venus-port")
            let data = directory.file("data")
            let up = try VenusBinary.start(
                ["up"],
                environment: [
                    "VENUS_DATA": data, "VENUS_PROXY_LISTEN": "127.0.0.1:0", "VENUS_SERVER_LISTEN": "127.0.0.1:0",
                ], directory: directory.path)
            let line = try await up.waitForLine("the address") { $0.contains("Proxy") && $0.contains("http://") }
            let port = try #require(line.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) })
            #expect(try await HTTPClient(port: port).get(origin.url()).status == 200)
            let proxies = {
                OwnedProcesses.ids(markedBy: "VENUS_DATA=" + data).filter {
                    OwnedProcesses.commandLine($0).dropFirst().first == "proxy"
                }
            }
            let first = try #require(proxies().first)
            kill(first, SIGKILL)
            try await eventually(within: .seconds(15), "the proxy on its old port") {
                try await HTTPClient(port: port).get(origin.url()).status == 200
            }
            #expect(proxies().first != first)
            #expect(try await up.stop(within: .seconds(30)) == .exited(0))
        }
    }
}
