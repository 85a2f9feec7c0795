import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("A machine that somebody looks at, and one seen from a container")
    struct WatchedHostTests {
        /// Waits until the host is heard of anew, nobody looking at it: the next time is an interval away.
        private func waitForPublishing(_ api: VenusAPI, of host: String) async throws {
            var known: String?
            try await eventually(within: .seconds(60), poll: .milliseconds(100), "two publishings") {
                let seen = try await api.get("/hosts?host=\(host)")["items"][0]["last_seen"].string
                defer { known = known ?? seen }
                return known != nil && seen != known
            }
        }

        @Test("venus up sends each second to whoever looks, though it reads every ten, and begins at once")
        func everySecond() async throws {
            let venus = try await VenusUp(environment: ["VENUS_AGENT_HOST": "here"])
            let api = try await venus.signIn()
            let live = try await api.live()
            try await waitForPublishing(api, of: "here")
            let begin = ContinuousClock.now
            try live.send(#"{"type":"subscribe","topic":"hosts","filter":{"host":"here"}}"#)
            _ = try await live.next(within: .seconds(10)) { $0["type"].string == "snapshot" }
            var arrivals: [Duration] = []
            var seen: Set<String> = []
            while arrivals.count < 3 {
                let update = try await live.next(within: .seconds(20) - (ContinuousClock.now - begin), "new figures") {
                    $0["type"].string == "update" && !$0["data"]["metrics"].array.isEmpty
                }
                seen.insert(update["data"]["items"][0]["last_seen"].string ?? "")
                arrivals.append(ContinuousClock.now - begin)
            }
            // Each of another publishing. The next that nobody asked for would have come after ten seconds.
            #expect(seen.count == 3 && !seen.contains(""), "\(seen)")
            #expect(arrivals[0] < .seconds(8), "\(arrivals)")
            #expect(arrivals[2] - arrivals[0] < .seconds(6), "\(arrivals)")
            #expect(try await venus.stop() == .exited(0))
        }

        @Test("an agent reads and sends each second while somebody looks at the server, and no longer than that")
        func throughServer() async throws {
            let venus = try await VenusUp(arguments: ["--no-host"])
            let api = try await venus.signIn()
            // By itself it reads every ten seconds.
            let agent = try await venus.startAgent(
                api, host: "web-1", environment: ["VENUS_AGENT_PUBLISH_INTERVAL": "20s"])
            func lastSeen() async throws -> String? {
                if !agent.isRunning { throw TestFailure(agent.transcript) }
                return try await api.get("/hosts?host=web-1")["items"][0]["last_seen"].string
            }
            try await eventually(within: .seconds(40), "the host") { try await lastSeen() != nil }

            let live = try await api.live()
            try live.send(#"{"type":"subscribe","topic":"hosts","filter":{"host":"web-1"}}"#)
            _ = try await live.next(within: .seconds(10)) { $0["type"].string == "snapshot" }
            var arrivals: [ContinuousClock.Instant] = []
            var readings: [JSONValue] = []
            while readings.count < 5 {
                let update = try await live.next(within: .seconds(25), "new figures") { $0["type"].string == "update" }
                // Of one reading: no other has all of its figures.
                let metrics = update["data"]["metrics"]
                guard !metrics.array.isEmpty, !readings.contains(metrics) else { continue }
                readings.append(metrics)
                arrivals.append(.now)
            }
            #expect(arrivals[4] - arrivals[1] < .seconds(8), "\(arrivals)")

            live.close()
            var known: (seen: String?, since: ContinuousClock.Instant) = (nil, .now)
            try await eventually(within: .seconds(60), poll: .milliseconds(100), "five seconds without a word") {
                let seen = try await lastSeen()
                if seen != known.seen { known = (seen, .now) }
                return ContinuousClock.now - known.since >= .seconds(5)
            }
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            #expect(try await venus.stop() == .exited(0))
        }

        @Test("an agent below another root tells of the machine that is seen there, and of no control group")
        func otherRoot() async throws {
            let venus = try await VenusUp(arguments: ["--no-host"])
            let api = try await venus.signIn()
            let root = VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/6.18"
            let agent = try await venus.startAgent(
                api, host: "old", arguments: ["--root", root],
                environment: ["VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": "2s"])
            let metrics = try await eventually(within: .seconds(30), "the machine") { () -> [JSONValue]? in
                if !agent.isRunning { throw TestFailure(agent.transcript) }
                let metrics = try await api.get("/hosts?host=old")["metrics"].array
                return metrics.isEmpty ? nil : metrics
            }
            // MemTotal of the tree, told to six digits.
            let limit = metrics.first { $0["name"].string == "system.memory.limit" }?["value"].double ?? 0
            #expect(abs(limit - 24_684_092 * 1_024) <= 50_000, "\(limit)")
            let names = metrics.compactMap { $0["name"].string }
            #expect(!names.contains { $0.hasPrefix("container.") }, "\(names)")
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            #expect(try await venus.stop() == .exited(0))
        }
    }
}
