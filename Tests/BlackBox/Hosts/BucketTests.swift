import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Hosts through a bucket", .enabled(if: ObjectStorage.folder != nil))
    struct BucketTests {
        private static let bucket = "s3://metrics/venus"

        /// - Parameter shared: what opens the bucket, and where it is; `nil`: as the object store has it.
        private func agent(
            _ storage: ObjectStorage, _ data: String, _ host: String, publish: String = "1s",
            at shared: [String: String]? = nil
        ) -> [String: String] {
            (shared ?? storage.environment).merging([
                "VENUS_DATA": data, "VENUS_AGENT_PUBLISH": Self.bucket, "VENUS_AGENT_HOST": host,
                "VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": publish,
            ]) { $1 }
        }

        private func startAgent(_ environment: [String: String]) async throws -> ChildProcess {
            let agent = try VenusBinary.start(["agent"], environment: environment)
            try await agent.waitForLine("the agent's line") { $0.contains("to \(Self.bucket)") }
            return agent
        }

        /// Waits until the minute will not be over soon.
        private func beginOfMinute() async throws {
            try await eventually(within: .seconds(40), "a minute's begin") {
                Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 60) < 30
            }
        }

        /// Runs an agent for a moment within a minute: ended, it sends what there is of that, as one object.
        private func runOnce(_ environment: [String: String]) async throws -> ChildProcess {
            try await beginOfMinute()
            let agent = try await startAgent(environment)
            let readings = (environment["VENUS_DATA"] ?? "") + "/readings/open"
            try await eventually(within: .seconds(20), "a reading") {
                let size = try FileManager.default.attributesOfItem(atPath: readings)[.size] as? Int
                return (size ?? 0) > 500
            }
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            return agent
        }

        @Test("boto3 finds what the agent wrote; ingest takes it once, and a server goes on; kept is not read again")
        func ingest() async throws {
            let storage = try await ObjectStorage()
            let directory = try TemporaryDirectory("venus-bucket")
            let web1 = agent(storage, directory.file("web-1"), "web-1")
            for _ in 0..<2 { _ = try await runOnce(web1) }
            let objects = try await storage.objects()
            #expect(objects.count == 2 && objects.allSatisfy { $0.mediaType == "application/gzip" })
            // A few kilobytes, as is documented, and gzip: what is not has no content here.
            #expect(objects.allSatisfy { $0.bytes < 16_384 && !$0.content.isNull }, "\(objects.map(\.bytes))")
            for (number, object) in objects.enumerated() {
                let name = #/venus/web-1/\d{8}T\d{6}Z-\d{19}(\d)-[0-9a-f]{32}\.json\.gz/#
                let match = try #require(try name.wholeMatch(in: object.key), "\(object.key)")
                #expect(match.1 == "\(number + 1)")
                #expect(object.content["v"].int == 1 && object.content["host"].string == "web-1")
                #expect(object.content["readings"].array.map { $0["sequence"].int } == [number + 1])
                let values = object.content["readings"][0]["reading"]["values"].array
                #expect(
                    values.contains { $0["metric"].string == "system.memory.limit" && ($0["max"].double ?? 0) > 1e6 })
            }

            // Credentials in a file, as AWS has it.
            let file = try directory.write(
                "[default]\naws_access_key_id = \(storage.environment["AWS_ACCESS_KEY_ID"] ?? "")\n"
                    + "aws_secret_access_key = \(storage.environment["AWS_SECRET_ACCESS_KEY"] ?? "")\n",
                to: "credentials")
            var server = storage.environment.merging([
                "VENUS_HOSTS_BUCKET": Self.bucket, "VENUS_HOSTS_BUCKET_OBJECTS": "keep",
                "VENUS_DATA": directory.file("up"),
                "VENUS_S3_CREDENTIALS_FILE": file, "VENUS_HOSTS_BUCKET_INTERVAL": "1s",
            ]) { $1 }
            server["AWS_ACCESS_KEY_ID"] = nil
            server["AWS_SECRET_ACCESS_KEY"] = nil
            let first = try await VenusBinary.output(["ingest", Self.bucket], environment: server)
            #expect(first.status == .exited(0) && first.standardOutput.contains("took 2 readings in 2 objects"))
            let again = try await VenusBinary.output(["ingest", "--all"], environment: server)
            #expect(again.status == .exited(0) && again.standardOutput.contains("took 0 readings in 0 objects"))

            let venus = try await VenusUp(arguments: ["--no-host"], environment: server)
            let api = try await venus.signIn()
            _ = try await runOnce(web1)
            // One that is at fault holds up nobody.
            let now = Date().formatted(.iso8601.timeSeparator(.omitted).dateSeparator(.omitted))
            try await storage.put("venus/web-2/\(now)-00000000000000000001-p.json.gz", Array("no gzip".utf8))
            _ = try await runOnce(agent(storage, directory.file("web-2"), "web-2"))
            func highest(_ host: String) async throws -> Double? {
                let series = try await api.get("/hosts/\(host)/history?metric=system.uptime")["series"].array
                return series.first?["points"].array.compactMap { $0["coverage"].double }.reduce(0, +)
            }
            try await eventually(within: .seconds(20), "both hosts") {
                try await api.get("/hosts")["items"].array.compactMap { $0["name"].string } == ["web-1", "web-2"]
            }
            try await eventually(within: .seconds(20), "what was refused, and told") {
                try await api.get("/buckets")["items"][0]["objects_refused"].int == 1
            }
            let before = try await highest("web-1")
            #expect(before ?? 0 > 0)
            let reads = try await storage.requests("GET")
            try await eventually(within: .seconds(20), "further looks") {
                try await storage.requests("GET") > reads + 6
            }
            #expect(try await highest("web-1") == before)
            #expect(try await storage.objects().count == 5)
            let list = try await VenusBinary.output(
                ["host", "list"], environment: ["VENUS_DATA": directory.file("up")])
            #expect(
                list.standardOutput.contains("bucket \(Self.bucket): read at")
                    && list.standardOutput.contains("no gzip"), "\(list)")
            #expect(venus.process.standardError.text.contains("it is no gzip"))
            #expect(try await venus.stop() == .exited(0))
            withExtendedLifetime(storage) {}
        }

        @Test("a wrong secret is told by the agent, the server's log, /readyz and host list, and shown nowhere")
        func wrongSecret() async throws {
            let storage = try await ObjectStorage()
            let directory = try TemporaryDirectory("venus-bucket")
            let wrong = ["AWS_SECRET_ACCESS_KEY": "this-is-not-the-secret"]
            let why = "SignatureDoesNotMatch"
            let agent = try await runOnce(agent(storage, directory.file("a"), "web-1").merging(wrong) { $1 })
            #expect(agent.standardError.text.contains(why))
            #expect(!agent.standardError.text.contains("are taken"))
            let environment = storage.environment.merging(wrong) { $1 }.merging(
                ["VENUS_HOSTS_BUCKET": Self.bucket, "VENUS_HOSTS_BUCKET_INTERVAL": "1s"]) { $1 }
            let venus = try await VenusUp(arguments: ["--no-host"], environment: environment)
            try await venus.process.waitForLine("the server's complaint") { $0.contains(why) }
            let ready = try await HTTPClient(port: venus.serverPort).get("/readyz")
            #expect(ready.status == 200 && ready.text.contains("\"bucket\":\"failing\""))
            let list = try await VenusBinary.output(["host", "list"], environment: venus.runEnvironment)
            #expect(list.standardOutput.contains(why))
            let transcript = agent.transcript + venus.process.transcript + list.standardOutput
            #expect(!transcript.contains("this-is-not-the-secret"))
            let none = try await VenusBinary.output(
                ["agent"], environment: ["VENUS_DATA": directory.file("a"), "VENUS_AGENT_PUBLISH": Self.bucket])
            #expect(none.status == .exited(1) && none.standardError.contains("AWS_ACCESS_KEY_ID"))
            withExtendedLifetime(storage) {}
        }

        /// Object stores whose buckets have hosts of their own: one that is told so, and AWS, where it is so anyway.
        enum HostOfBuckets: String, Sendable, CaseIterable {
            case own = "storage.test"
            case aws = "s3.eu-central-1.amazonaws.com"

            var environment: [String: String] {
                switch self {
                case .own: ["VENUS_S3_ENDPOINT": "https://\(rawValue)", "VENUS_S3_STYLE": "virtual"]
                case .aws: [:]
                }
            }
        }

        @Test(
            "a bucket that is a host of its own: the agent writes there, and a server takes all of it out again",
            arguments: HostOfBuckets.allCases)
        func virtual(_ host: HostOfBuckets) async throws {
            let storage = try await ObjectStorage()
            let directory = try TemporaryDirectory("venus-bucket")
            // No name server has to know it: a proxy takes everybody there, and what it leads to speaks TLS.
            let relay = try await TLSRelay(to: storage.port, name: "DNS:*.\(host.rawValue)")
            let script = VenusBinary.packageRoot + "/Tests/VenusServerTests/Outbound/proxy.py"
            let proxy = try ChildProcess("python3", [script, "tunnel", "\(relay.port)"])
            let port = try await proxy.waitForLine("the proxy's port") { Int($0) != nil }
            var shared = storage.environment
            shared["VENUS_S3_ENDPOINT"] = nil
            shared.merge(host.environment) { $1 }
            shared["VENUS_S3_TRUST_FILE"] = relay.certificate
            shared["HTTPS_PROXY"] = "http://127.0.0.1:\(port)"

            let agent = try await runOnce(agent(storage, directory.file("web-1"), "web-1", at: shared))
            #expect(agent.standardError.text.contains("are taken"), "\(agent.transcript)")
            let keys = try await storage.objects().map(\.key)
            #expect(!keys.isEmpty && keys.allSatisfy { $0.hasPrefix("venus/web-1/") }, "\(keys)")
            let venus = try await VenusUp(
                arguments: ["--no-host"],
                environment: shared.merging(
                    ["VENUS_HOSTS_BUCKET": Self.bucket, "VENUS_HOSTS_BUCKET_INTERVAL": "1s"]) { $1 })
            let api = try await venus.signIn()
            let series = try await eventually(within: .seconds(30), "the host") { () -> JSONValue? in
                let series = try await api.get("/hosts/web-1/history?metric=system.uptime")["series"].array
                return series.first { !$0["points"].array.isEmpty }
            }
            #expect(series["points"].array.contains { $0["coverage"].double ?? 0 > 0 })
            try await eventually(within: .seconds(20), "an empty bucket") { try await storage.objects().isEmpty }
            let bucket = try await eventually(within: .seconds(20), "how it stands with it") { () -> JSONValue? in
                try await api.get("/buckets")["items"].array.first { $0["name"].string == Self.bucket }
            }
            #expect(bucket["failure"].isNull, "\(bucket)")
            for method in ["PUT", "GET", "DELETE"] { #expect(try await storage.requests(method) > 0) }
            // Each time by that name, and never by the endpoint's own.
            let calls = proxy.standardOutput.lines.filter { $0.hasPrefix("'CONNECT ") }
            let name = "metrics.\(host.rawValue):443"
            #expect(calls.count >= 4 && calls.allSatisfy { $0.hasPrefix("'CONNECT \(name) ") }, "\(calls)")
            #expect(try await venus.stop() == .exited(0))
            withExtendedLifetime((storage, relay, proxy)) {}
        }

        @Test("a bucket that can be no part of its endpoint's name is told before anything is read or sent")
        func noHost() async throws {
            let storage = try await ObjectStorage()
            let directory = try TemporaryDirectory("venus-bucket")
            let style = storage.environment.merging(["VENUS_S3_STYLE": "virtual"]) { $1 }
            let environment = agent(storage, directory.file("a"), "web-1", at: style)
            for command in [["agent"], ["ingest", Self.bucket]] {
                let output = try await VenusBinary.output(command, environment: environment)
                #expect(output.status == .exited(1) && output.standardError.contains("s3.style: path"), "\(output)")
            }
            withExtendedLifetime(storage) {}
        }

        @Test("kill -9 of agents and servers, and a store that is away: afterwards every minute is there, and once")
        func deaths() async throws {
            let storage = try await ObjectStorage()
            let server = storage.environment.merging(
                ["VENUS_HOSTS_BUCKET": Self.bucket, "VENUS_HOSTS_BUCKET_INTERVAL": "1s"]) { $1 }
            let fleet = try await Fleet(roles: [.serve], environment: server)
            let environment = agent(storage, fleet.directory.file("agent"), "web-1", publish: "2s")
            // So that the first minute is over only when the store is away.
            try await beginOfMinute()
            var agent = try await startAgent(environment)
            let begin = Date().timeIntervalSince1970
            let first = (begin / 60).rounded(.down)
            try await eventually(within: .seconds(20), "a reading") {
                Date().timeIntervalSince1970 > begin + 5
            }
            // Seconds in which no agent ran.
            var missed = -Date().timeIntervalSince1970
            agent.signal(SIGKILL)
            try await agent.waitForExit()
            try await fleet.kill(.serve)
            try await storage.goAway()
            agent = try await startAgent(environment)
            missed += Date().timeIntervalSince1970
            try await eventually(within: .seconds(75), poll: .milliseconds(200), "the minute's end") {
                Date().timeIntervalSince1970 / 60 >= first + 1.05
            }
            try await agent.waitForLine(within: .seconds(40), "the agent's complaint") {
                $0.contains("nobody answers there")
            }
            missed -= Date().timeIntervalSince1970
            agent.signal(SIGKILL)
            try await agent.waitForExit()
            try await storage.comeBack()
            agent = try await startAgent(environment)
            missed += Date().timeIntervalSince1970
            try await fleet.start(.serve)
            let api = try await fleet.signIn()
            // The lease of the server that was killed runs out first.
            try await eventually(within: .seconds(60), "the minute") {
                try await !api.get("/hosts/web-1/history?metric=system.uptime")["series"].array.isEmpty
            }
            try await fleet.kill(.serve)
            let end = Date().timeIntervalSince1970
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            #expect(try await !storage.objects().isEmpty)
            // By hand, once the lease has run out: what the server would do.
            try await eventually(within: .seconds(60), poll: .seconds(2), "the rest") {
                let ingest = try await VenusBinary.output(["ingest"], environment: fleet.environment(of: "ingest"))
                return ingest.status == .exited(0)
            }
            #expect(try await storage.objects().isEmpty)
            try await fleet.start(.serve)
            let last = try await fleet.signIn()
            let series = try await last.get("/hosts/web-1/history?metric=system.uptime")["series"].array
            let coverages = series.first?["points"].array.compactMap { $0["coverage"].double } ?? []
            #expect(coverages.count >= 2 && coverages.allSatisfy { $0 > 0 && $0 <= 1 })
            let covered = coverages.reduce(0, +) * 60
            // Each start takes a look to begin from, and what was killed loses the last.
            let ran = end - begin - missed
            #expect(covered <= ran + 8 && covered >= ran - 8, "\(covered) of \(ran), \(missed) missed")
            let counted = try await PostgresServer.query(
                "SELECT count(*), max(highest) FROM host_producers", url: fleet.databaseURL)
            #expect(counted.first?.first == "1")
            withExtendedLifetime((agent, storage)) {}
        }
    }
}
