import Foundation
import TestSupport
import Testing
import VenusCore
import VenusHost

extension TheBinary {
    @Suite("Hosts: venus up, and agents")
    struct HostsTests {
        private func post(_ api: VenusAPI, _ path: String, _ body: String) async throws -> HTTPResponse {
            try await HTTPClient(port: api.port).request(
                "POST", "/api/v1" + path,
                [
                    ("host", "127.0.0.1:\(api.port)"), ("authorization", "Bearer \(api.token)"),
                    ("content-type", "application/json"),
                ], body: Array(body.utf8))
        }

        @Test("venus up reads its own machine, shows it live and on the command line; with --no-host it does not")
        func up() async throws {
            let venus = try await VenusUp(environment: ["VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_HOST": "here"])
            let api = try await venus.signIn()
            let host = try await eventually(within: .seconds(30), "this machine") { () -> JSONValue? in
                let items = try await api.get("/hosts")["items"].array
                return items.first { !$0["figures"]["cpu_utilization"].isNull }
            }
            #expect(host["name"].string == "here")
            #expect((0...1).contains(host["figures"]["memory_utilization"].double ?? -1))
            #expect(host["is_silent"].bool == false)
            let metrics = try await api.get("/hosts?host=here")["metrics"].array
            #expect(metrics.contains { $0["name"].string == "system.memory.limit" && ($0["value"].double ?? 0) > 1e6 })
            let live = try await api.live(subscribingTo: [])
            try live.send(#"{"type":"subscribe","topic":"hosts","filter":{"host":"here"}}"#)
            _ = try await live.next(within: .seconds(10)) { $0["type"].string == "snapshot" }
            let update = try await live.next(within: .seconds(20)) { !$0["data"]["metrics"].array.isEmpty }
            #expect(update["topic"].string == "hosts")
            let list = try await VenusBinary.output(["host", "list"], environment: venus.runEnvironment)
            #expect(list.status == .exited(0) && list.standardOutput.contains("here"))
            let refused = try await VenusBinary.output(["host", "add", "web 1"], environment: venus.runEnvironment)
            #expect(refused.status == .exited(1) && refused.standardError.contains("blanks"))
            #expect(try await venus.stop() == .exited(0))

            let without = try await VenusUp(arguments: ["--no-host"], environment: ["VENUS_AGENT_READ_INTERVAL": "1s"])
            let other = try await without.signIn()
            #expect(try await other.get("/hosts")["items"].array.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: without.directory.file("data") + "/readings"))
        }

        @Test("an agent says what it lacks, and a key that is not good")
        func mistakes() async throws {
            let directory = try TemporaryDirectory("venus-agent")
            let data = ["VENUS_DATA": directory.file("data")]
            let nowhere = try await VenusBinary.output(["agent"], environment: data)
            #expect(nowhere.status == .exited(1) && nowhere.standardError.contains("--server"))
            let keyless = try await VenusBinary.output(
                ["agent", "--server", "https://venus.example.com"], environment: data)
            #expect(keyless.status == .exited(1) && keyless.standardError.contains("venus host add"))
            let plain = try await VenusBinary.output(
                ["agent", "--server", "http://venus.example.com"], environment: data)
            #expect(plain.status == .exited(78) && plain.standardError.contains("agent.allow_plain_http"))
        }

        @Test("kill -9 of agents and server, and a server that is away: afterwards every minute is there, and once")
        func deaths() async throws {
            let fleet = try await Fleet(roles: [.serve])
            let api = try await fleet.signIn()
            let made = try await post(api, "/keys", #"{"name":"agent","scopes":["hosts:write"]}"#)
            let key = try #require(try JSONValue(made.text)["key"].string)
            let environment = [
                "VENUS_DATA": fleet.directory.file("agent"), "VENUS_AGENT_KEY": key,
                "VENUS_AGENT_SERVER": "http://127.0.0.1:\(fleet.serverPort)", "VENUS_AGENT_HOST": "web-1",
                "VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": "2s",
            ]
            func startAgent() async throws -> ChildProcess {
                let agent = try VenusBinary.start(["agent"], environment: environment)
                try await agent.waitForLine("the agent's line") { $0.contains("Agent  web-1") }
                return agent
            }
            var agent = try await startAgent()
            let begin = Date().timeIntervalSince1970
            try await eventually(within: .seconds(20), "the host") {
                try await !api.get("/hosts")["items"].array.isEmpty
            }
            // The minute in which all of it happens, and the one after.
            let first = (begin / 60).rounded(.down)
            try await fleet.kill(.serve)
            agent.signal(SIGKILL)
            try await agent.waitForExit()
            agent = try await startAgent()
            try await eventually(within: .seconds(70), poll: .milliseconds(200), "the minute's end") {
                Date().timeIntervalSince1970 / 60 >= first + 1.05
            }
            agent.signal(SIGKILL)
            try await agent.waitForExit()
            try await fleet.start(.serve)
            agent = try await startAgent()
            let again = try await fleet.signIn()
            try await eventually(within: .seconds(40), "the minute") {
                try await !again.get("/hosts/web-1/history?metric=system.uptime")["series"].array.isEmpty
            }
            try await fleet.kill(.serve)
            try await fleet.start(.serve)
            // SIGTERM flushes what there is of the minute that is open.
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            let end = Date().timeIntervalSince1970
            let last = try await fleet.signIn()
            let points = try await eventually(within: .seconds(10), "both minutes") { () -> [JSONValue]? in
                let series = try await last.get("/hosts/web-1/history?metric=system.uptime")["series"].array
                return series.first.map { $0["points"].array }.flatMap { $0.count >= 2 ? $0 : nil }
            }
            let coverages = points.compactMap { $0["coverage"].double }
            #expect(coverages.allSatisfy { $0 > 0 && $0 <= 1 })
            let covered = coverages.reduce(0, +) * 60
            // Four starts of an agent, each of which takes a look to begin from.
            #expect(covered <= end - begin + 2 && covered >= end - begin - 16, "\(covered) of \(end - begin)")
            let counted = try await PostgresServer.query(
                "SELECT count(*), max(highest) FROM host_producers", url: fleet.databaseURL)
            #expect(counted.first?.first == "1")
            withExtendedLifetime(agent) {}
        }

        /// What an agent leaves on disk that could not send for an hour: minutes one after the other, each with a value of
        /// its own, and half of it covered, so that one that counted twice would be seen.
        static func leaveHour(in folder: String) throws -> ClosedRange<Int64> {
            let last = Int64(Date().timeIntervalSince1970) / 60 - 2
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var open: HostReading?
            let spool = try ReadingSpool(
                folder: folder + "/readings", newProducer: String(repeating: "a", count: 32), open: &open)
            for minute in last - 59...last {
                var reading = HostReading(start: minute * 60_000, end: minute * 60_000 + 30_000)
                reading.add(HostSeries(.cpuUtilization), Double(last - minute) / 100, seconds: 30)
                spool.append(reading)
            }
            return last - 59...last
        }

        @Test("an hour that waited on disk is there once, though agent and server are killed while it is sent")
        func backlog() async throws {
            let fleet = try await Fleet(roles: [.serve])
            let api = try await fleet.signIn()
            let made = try await post(api, "/keys", #"{"name":"agent","scopes":["hosts:write"]}"#)
            let key = try #require(try JSONValue(made.text)["key"].string)
            let folder = fleet.directory.file("agent")
            let minutes = try Self.leaveHour(in: folder)
            let environment = [
                "VENUS_DATA": folder, "VENUS_AGENT_KEY": key, "VENUS_AGENT_HOST": "web-1",
                "VENUS_AGENT_SERVER": "http://127.0.0.1:\(fleet.serverPort)", "VENUS_AGENT_PUBLISH_INTERVAL": "2s",
            ]
            func startAgent() async throws -> ChildProcess {
                let agent = try VenusBinary.start(["agent"], environment: environment)
                try await agent.waitForLine("the agent's line") { $0.contains("Agent  web-1") }
                return agent
            }
            // At once, and as soon as something is stored.
            for waits in [false, true, true] {
                let agent = try await startAgent()
                try await eventually(within: .seconds(30), poll: .milliseconds(5), "a minute") {
                    let stored = try await PostgresServer.query(
                        "SELECT highest FROM host_producers", url: fleet.databaseURL)
                    return !waits || !stored.isEmpty
                }
                agent.signal(SIGKILL)
                try await agent.waitForExit()
                try await fleet.kill(.serve)
                try await fleet.start(.serve)
            }
            let agent = try await startAgent()
            let again = try await fleet.signIn()
            let (from, to) = (minutes.lowerBound * 60, (minutes.upperBound + 1) * 60)
            let span = [from, to].map { Date(timeIntervalSince1970: Double($0)).ISO8601Format() }
            let path = "/hosts/web-1/history?metric=system.cpu.utilization&from=\(span[0])&to=\(span[1])"
            let points = try await eventually(within: .seconds(60), "the hour") { () -> [JSONValue]? in
                let points = try await again.get(path)["series"][0]["points"].array
                return points.filter { $0["coverage"].double ?? 0 > 0 }.count < 60 ? nil : points
            }
            #expect(points.compactMap { $0["coverage"].double } == Array(repeating: 0.5, count: 60))
            let means = points.compactMap { $0["mean"].double }
            #expect(zip(means, (0..<60).reversed()).allSatisfy { abs($0 - Double($1) / 100) < 1e-9 }, "\(means)")
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
        }
    }
}
