import Foundation
import TestSupport
import Testing

/// Python's websockets (Debian's python3-websockets), which checks each message against asyncapi.json: client.py.
extension TheBinary {
    @Suite("The live socket, with a standards client")
    struct LiveClientTests {
        private static func client(_ session: String, _ port: Int, _ token: String, _ more: String...) throws
            -> ChildProcess
        {
            let script = VenusBinary.packageRoot + "/Tests/BlackBox/Live/client.py"
            return try ChildProcess("/usr/bin/python3", [script, session, "\(port)", token] + more)
        }

        @Test("updates make what REST answers, every message is as asyncapi.json says, and a client may return")
        func follow() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let client = try Self.client("follow", venus.serverPort, api.token)
            try await client.waitForLine("the snapshots") { $0 == "ready" }
            for path in ["/bytes/100", "/status/503", "/orders/4711", "/delay/20"] {
                let run = try await venus.run(
                    service: "checkout", ["curl", "-sS", "-o", "/dev/null", origin.url(path)])
                #expect(run.status == .exited(0))
            }
            try await eventually(within: .seconds(10), "all calls") {
                try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int == 4
            }
            client.signal(SIGUSR1)
            #expect(try await client.waitForExit(within: .seconds(40)) == .exited(0), "\(client.transcript)")
            #expect(client.standardOutput.lines.contains("same"))
        }

        @Test("mistakes are told, limits and close codes are as documented")
        func misuse() async throws {
            let venus = try await VenusUp()
            let client = try Self.client("misuse", venus.serverPort, try await venus.signIn().token)
            #expect(try await client.waitForExit(within: .seconds(40)) == .exited(0), "\(client.transcript)")
            #expect(client.standardOutput.lines.contains("told"))
        }

        @Test("a server that stops says 1001; its next run knows the session and answers who returns with the whole")
        func goodbye() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            _ = try await HTTPClient(port: fleet.proxyPort).get(origin.url())
            let client = try Self.client("goodbye", fleet.serverPort, api.token)
            try await client.waitForLine("the snapshot") { $0 == "ready" }
            #expect(try await fleet.stop(.serve) == .exited(0))
            try await client.waitForLine("the close code") { $0 == "closed 1001" }
            try await fleet.start(.serve)
            client.signal(SIGUSR1)
            #expect(try await client.waitForExit(within: .seconds(40)) == .exited(0), "\(client.transcript)")
            #expect(client.standardOutput.lines.contains("back 1"))
        }

        @Test("what an alert did while the server was away is told to who returns, in order and once")
        func alerts() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(
                environment: AlertBench.environment.merging(["VENUS_AGENT_READ_INTERVAL": "1s"]) { $1 })
            let api = try await venus.signIn()
            let calls = SteadyCalls(through: venus.proxyPort, origin)
            defer { withExtendedLifetime(calls) {} }
            try await AlertBench.watch(api, origin, limit: 0.5, keepFiringFor: 1)
            try await eventually(within: .seconds(30), "a host") {
                try await !api.get("/hosts")["items"].array.isEmpty
            }
            let client = try Self.client("alerts", venus.serverPort, api.token)
            try await client.waitForLine("the snapshots") { $0 == "ready" }
            calls.call("/status/503")
            func quick() async throws -> String? {
                try await api.get("/alerts")["items"].array.first { $0["rule"].string == "quick" }?["state"].string
            }
            try await eventually(within: .seconds(60), "the alert") { try await quick() == "firing" }
            #expect(try await venus.stop() == .exited(0))
            try await client.waitForLine("the close code") { $0 == "closed 1001" }
            calls.call("/")
            try await venus.start()
            try await eventually(within: .seconds(90), "the end of the alert") { try await quick() == nil }
            client.signal(SIGUSR1)
            #expect(try await client.waitForExit(within: .seconds(40)) == .exited(0), "\(client.transcript)")
            #expect(client.standardOutput.lines.contains("told pending firing resolved"), "\(client.transcript)")
        }

        @Test("two servers on one store are one: a session of one opens the other's socket, and ends on both")
        func twoServers() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            _ = try await HTTPClient(port: fleet.proxyPort).get(origin.url())
            let otherPort = try freePort()
            var environment = fleet.environment(of: "serve-2")
            environment["VENUS_SERVER_LISTEN"] = "127.0.0.1:\(otherPort)"
            let other = try VenusBinary.start(["serve"], environment: environment, directory: fleet.directory.path)
            defer { withExtendedLifetime(other) {} }
            try await other.waitForLine("the other server's address") { $0.contains(":\(otherPort)") }
            let client = try Self.client("elsewhere", fleet.serverPort, api.token, "\(otherPort)")
            #expect(try await client.waitForExit(within: .seconds(40)) == .exited(0), "\(client.transcript)")
            #expect(client.standardOutput.lines.contains("back 1"))

            let socket = try await VenusAPI(port: otherPort, token: api.token).live()
            let logout = try await HTTPClient(port: fleet.serverPort).request(
                "POST", "/api/v1/logout",
                [("host", "127.0.0.1:\(fleet.serverPort)"), ("authorization", "Bearer \(api.token)")], body: [])
            #expect(logout.status == 204)
            try await eventually(
                within: .seconds(10), "the close of the other server's socket", holds: { !socket.isOpen })
            #expect(socket.closeCode == 4401)
            #expect(try await other.stop() == .exited(0))
        }
    }
}
