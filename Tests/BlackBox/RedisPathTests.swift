import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Venus on other kinds of Redis")
    struct RedisPathTests {
        private static func counted(_ api: VenusAPI, _ origin: Origin) async throws -> Int {
            try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int ?? 0
        }

        @Test("a cluster of three nodes, every shard's slot moved while calls flow: each call is counted once")
        func cluster() async throws {
            let origin = try Origin()
            let cluster = try await RedisClusterServers()
            let fleet = try await Fleet(environment: ["VENUS_STREAM_URL": cluster.url])
            let api = try await fleet.signIn()
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(2))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })
            for _ in 0..<2 {
                for shard in 0..<4 {
                    try await cluster.moveOn(cluster.slot(of: "venus:calls:{\(shard)}"))
                }
            }
            let moved = load.report
            try await eventually("more calls", holds: { load.report.succeeded > moved.succeeded + 300 })
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            #expect(report.slowest < .seconds(2))
            try await eventually(within: .seconds(30), "all \(report.made) calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == report.made else { throw TestFailure("\(counted) are counted\n\(fleet.transcript)") }
                return true
            }
            #expect(try await api.get("/losses")["calls"].int == 0)
            try await cluster.stop()
        }

        @Test("every role meets Redis over TLS")
        func tls() async throws {
            let origin = try Origin()
            let tls = try await ServerCertificate()
            let redis = try await RedisServer(password: "s3cret", tls: tls)
            let fleet = try await Fleet(redis: redis, environment: ["VENUS_STREAM_TRUST_FILE": tls.authority])
            let api = try await fleet.signIn()
            let report = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 300).finish()
            #expect(report.failed == 0, "\(report.failures)")
            try await eventually(within: .seconds(15), "300 calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == 300 else { throw TestFailure("\(counted) are counted\n\(fleet.transcript)") }
                return true
            }
            #expect(!fleet.transcript.contains("s3cret"))
        }

        @Test("a user that may do only what the manual lists")
        func leastPrivilege() async throws {
            let origin = try Origin()
            let redis = try await RedisServer()
            let manual = try String(contentsOfFile: VenusBinary.packageRoot + "/docs/redis.md", encoding: .utf8)
            let line = try #require(manual.split(separator: "\n").first { $0.hasPrefix("ACL SETUSER") })
            let command = line.split(separator: " ").map { $0 == ">PASSWORD" ? ">s3cret" : String($0) }
            #expect(try await redis.cli(command).hasPrefix("OK"))
            let fleet = try await Fleet(environment: ["VENUS_STREAM_URL": "redis://venus:s3cret@\(redis.address)"])
            let api = try await fleet.signIn()
            let report = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 500).finish()
            #expect(report.failed == 0, "\(report.failures)")
            try await eventually(within: .seconds(15), "500 calls") {
                let counted = try await Self.counted(api, origin)
                guard counted == 500 else { throw TestFailure("\(counted) are counted\n\(fleet.transcript)") }
                return true
            }
            #expect(!fleet.transcript.contains("s3cret"))
        }

        @Test(
            "a replica takes over that lacks what came last: each call is counted once, or lost, and the rest goes on")
        func failover() async throws {
            let origin = try Origin()
            let (first, second) = (try await RedisServer(), try await RedisServer())
            try await second.cli("REPLICAOF", "127.0.0.1", "\(first.port)")
            try await eventually(within: .seconds(20), "the replica to follow") {
                try await second.cli("INFO", "replication").contains("master_link_status:up")
            }
            let fleet = try await Fleet(environment: [
                "VENUS_STREAM_URL": "redis://\(first.address),\(second.address)"
            ])
            let api = try await fleet.signIn()
            let load = LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: 4, pause: .milliseconds(2))
            try await eventually("the first calls", holds: { load.report.succeeded > 300 })
            // From here on the replica lacks what the master gets.
            try await second.cli("REPLICAOF", "NO", "ONE")
            let alone = load.report
            try await eventually(
                "calls on the master alone", holds: { load.report.succeeded > alone.succeeded + 1_000 })
            try await first.kill()
            let killed = load.report
            try await eventually("calls afterwards", holds: { load.report.succeeded > killed.succeeded + 1_000 })
            let report = try await load.stop()
            #expect(report.failed == 0, "\(report.failures)")
            try await eventually(within: .seconds(30), "\(report.made) calls, counted or lost") {
                let counted = try await Self.counted(api, origin)
                let lost = try await api.get("/losses")["calls"].int ?? 0
                guard counted + lost == report.made, counted > report.made - 500 else {
                    throw TestFailure("\(counted) counted, \(lost) lost\n\(fleet.transcript)")
                }
                return true
            }
            try await second.stop()
        }

        @Test("entries that somebody trims before they are read show as lost")
        func trimmedUnread() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(environment: ["VENUS_STREAM_SHARDS": "1"])
            let api = try await fleet.signIn()
            let first = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 200).finish()
            try await eventually("200 calls") { try await Self.counted(api, origin) == first.made }
            fleet.process(.analyze).signal(SIGSTOP)
            // The first entry may be on its way to the analyzer; the others are not.
            let unread = try await LoadGenerator(
                proxyPort: fleet.proxyPort, url: origin.url(), calls: 600, pause: .milliseconds(2)
            ).finish()
            // The heartbeat after them.
            try await eventually("the stream to hold all of them") {
                try await fleet.redis.cli("XREVRANGE", "venus:calls:{0}", "+", "-", "COUNT", "1").contains("heartbeat")
            }
            try await fleet.redis.cli("XTRIM", "venus:calls:{0}", "MAXLEN", "0")
            fleet.process(.analyze).signal(SIGCONT)
            // Also of producers that never say another word it is known that something is missing.
            try await eventually(within: .seconds(20), "the trimmed entries") {
                try await api.get("/losses")["quarantined"]["items"].array.contains {
                    $0["reason"].string?.contains("trimmed before") == true
                }
            }
            let last = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 100).finish()
            let made = first.made + unread.made + last.made
            try await eventually(within: .seconds(20), "\(made) calls, counted or lost") {
                let counted = try await Self.counted(api, origin)
                let lost = try await api.get("/losses")["calls"].int ?? 0
                guard counted + lost == made, lost > 0 else {
                    throw TestFailure("\(counted) counted, \(lost) lost\n\(fleet.transcript)")
                }
                return true
            }
        }

        /// A call of 20 ms, as a block has it.
        private static func line(_ place: Int) -> String {
            "0\t\(place)\t20000\t0\t200\t\t\t\t\t\t\t15000\t500\t2000\t0\t"
        }

        /// Writes an entry as a proxy of a service of its own would, with these lines in place of those of its calls.
        private static func append(
            _ redis: RedisServer, first: Int, count: Int, calls: String? = nil
        ) async throws {
            let t0 = Int64(Date().timeIntervalSince1970 * 1_000_000) - 100_000
            try await redis.cli(
                "XADD", "venus:calls:{0}", "*", "v", "1", "kind", "calls", "producer", "by-hand", "first", "\(first)",
                "n", "\(count)", "environment", "production", "service", "by-hand", "instance", "one", "host", "here",
                "t0", "\(t0)", "operations", "http\tstock.test\t80\tGET\t/items\thttp/1.1", "calls",
                calls ?? (0..<count).map(line).joined(separator: "\n"))
        }

        @Test("entries that cannot be read are put aside and shown, and calls after them are counted exactly")
        func malformed() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(environment: ["VENUS_STREAM_SHARDS": "1"])
            let api = try await fleet.signIn()
            let first = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 200).finish()
            try await fleet.redis.cli("XADD", "venus:calls:{0}", "*", "hello", "world")
            try await fleet.redis.cli("XADD", "venus:calls:{0}", "*", "v", "1", "kind", "calls", "calls", "\u{1}\u{2}")
            try await Self.append(fleet.redis, first: 1, count: 3)
            try await Self.append(fleet.redis, first: 4, count: 2, calls: "no numbers at all")
            // Of three calls half of the second is there.
            try await Self.append(
                fleet.redis, first: 6, count: 3, calls: Self.line(0) + "\n" + Self.line(1).prefix(9))
            try await Self.append(fleet.redis, first: 9, count: 4)
            let last = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 300).finish()
            #expect(first.failed == 0 && last.failed == 0)
            try await eventually(within: .seconds(20), "all calls that can be read") {
                let counted = try await Self.counted(api, origin)
                let byHand = try await api.edge("by-hand", "stock.test:80")?["kpis"]["calls"].int
                guard counted == first.made + last.made, byHand == 3 + 4 else {
                    throw TestFailure("\(counted), \(byHand ?? 0) are counted\n\(fleet.transcript)")
                }
                return true
            }
            let losses = try await api.get("/losses")
            #expect(losses["quarantined"]["count"].int == 4)
            let entries = losses["quarantined"]["items"].array
            #expect(entries.count == 4 && Set(entries.compactMap { $0["entry"].string }).count == 4)
            #expect(entries.allSatisfy { $0["shard"].int == 0 && $0["reason"].string?.isEmpty == false })
            // What was in the two of which the producer is known shows by its sequence numbers.
            #expect(losses["calls"].int == 2 + 3)
            #expect(losses["items"].array.allSatisfy { $0["service"].string == "by-hand" })
        }

        @Test("a proxy whose clock is ahead or behind shows by how much", arguments: [90_000, -45_000])
        func clockSkew(of offset: Int) async throws {
            let fleet = try await Fleet(environment: ["VENUS_STREAM_SHARDS": "1"])
            let api = try await fleet.signIn()
            // From the third on it is known.
            for _ in 0..<3 {
                let sent = Int(Date().timeIntervalSince1970 * 1_000) + offset
                try await fleet.redis.cli(
                    "XADD", "venus:calls:{0}", "*", "v", "1", "kind", "heartbeat", "producer", "by-hand",
                    "environment", "production", "service", "by-hand", "instance", "one", "host", "here", "next", "1",
                    "in_flight", "0", "queued", "0", "dropped", "0", "version", "1", "sent", "\(sent)")
            }
            try await eventually(within: .seconds(20), "a clock that is \(offset) ms ahead") {
                let proxies = try await api.get("/proxies?service=by-hand")["items"].array
                // What the quickest of them took to be appended is taken for the clock's.
                guard proxies.count == 1, let skew = proxies[0]["clock_skew_ms"].int,
                    (offset - 2_000...offset).contains(skew)
                else { throw TestFailure("\(proxies)\n\(fleet.transcript)") }
                return true
            }
        }

        @Test("a proxy that stands still is silent, and runs again once it goes on")
        func silentProxy() async throws {
            let origin = try Origin()
            let fleet = try await Fleet()
            let api = try await fleet.signIn()
            let first = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 100).finish()
            func wait(for state: String) async throws -> JSONValue {
                // Three heartbeats are missed before it is said.
                try await eventually(within: .seconds(40), "a proxy that is \(state)") {
                    let proxies = try await api.get("/proxies")["items"].array
                    guard proxies.count == 1, let proxy = proxies.first, proxy["state"].string == state else {
                        throw TestFailure("\(proxies)")
                    }
                    return proxy
                }
            }
            let running = try await wait(for: "running")
            fleet.process(.proxy).signal(SIGSTOP)
            defer { fleet.process(.proxy).signal(SIGCONT) }
            let silent = try await wait(for: "silent")
            #expect(silent["silent_ms"].int ?? 0 > 15_000)
            fleet.process(.proxy).signal(SIGCONT)
            let again = try await wait(for: "running")
            #expect(again["producer"].string == running["producer"].string && again["silent_ms"].int ?? .max < 15_000)
            let last = try await LoadGenerator(proxyPort: fleet.proxyPort, url: origin.url(), calls: 50).finish()
            #expect(first.failed == 0 && last.failed == 0)
            try await eventually(within: .seconds(20), "all calls") {
                try await Self.counted(api, origin) == first.made + last.made
            }
            #expect(try await api.get("/losses")["calls"].int == 0)
        }
    }
}
