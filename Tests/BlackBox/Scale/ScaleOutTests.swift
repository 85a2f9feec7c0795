import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Several analyzers")
    struct ScaleOutTests {
        /// On each of four shards is at least one of these.
        private static let services = ["checkout", "stock", "billing", "mail", "users", "orders"]

        @Test("a killed owner's shards move within 10 seconds, and every call is counted once")
        func killedOwner() async throws {
            let crew = try await Crew(services: Self.services)
            let first = try crew.analyzer("analyze-1")
            try await crew.shared(4, among: 1)
            let second = try crew.analyzer("analyze-2")
            defer { withExtendedLifetime((first, second)) {} }
            var proxies: [ChildProcess] = []
            for place in Self.services.indices { proxies.append(try await crew.proxy(place)) }
            let load = crew.load()
            let before = try await crew.shared(4, among: 2)

            first.signal(SIGKILL)
            let killed = ContinuousClock.now
            try await first.waitForExit()
            try await eventually(
                within: .seconds(30), poll: .milliseconds(100), "the second analyzer's four shards"
            ) {
                let owners = try await crew.owners()
                guard owners.count == 4, Set(owners.values).count == 1 else {
                    throw TestFailure("\(owners)")
                }
                return true
            }
            let took = ContinuousClock.now - killed
            print("shards of a killed analyzer moved within \(took); before: \(before.values.sorted())")
            #expect(took < .seconds(10))
            // And they are at work, not only taken.
            let counted = try await crew.counted()
            try await eventually(within: .seconds(10), "further calls") {
                try await crew.counted() > counted + 100
            }
            try await crew.expectCounted(try await finish(load))
            #expect(try await second.stop(within: .seconds(30)) == .exited(0))
            for proxy in proxies { #expect(try await proxy.stop() == .exited(0)) }
        }

        @Test(
            "an owner that slept over its lease cannot commit what it had read, and every call is counted once"
        )
        func sleepingOwner() async throws {
            let crew = try await Crew(services: Self.services)
            var proxies: [ChildProcess] = []
            for place in Self.services.indices { proxies.append(try await crew.proxy(place)) }
            let load = crew.load()
            let first = try crew.analyzer("analyze-1")
            try await crew.shared(4, among: 1)
            try await eventually(within: .seconds(20), "calls") { try await crew.counted() > 200 }
            let second = try crew.analyzer("analyze-2")
            defer { withExtendedLifetime((first, second)) {} }
            let firstName = try #require(try await crew.shared(4, among: 1)[0])

            first.signal(SIGSTOP)
            try await eventually(
                within: .seconds(20), poll: .milliseconds(100), "another owner of every shard"
            ) {
                let owners = try await crew.owners()
                guard owners.count == 4, !owners.values.contains(firstName) else {
                    throw TestFailure("\(owners)")
                }
                return true
            }
            let counted = try await crew.counted()
            try await eventually(within: .seconds(10), "further calls") {
                try await crew.counted() > counted + 200
            }
            first.signal(SIGCONT)
            // It finds out by a refused commit, or by asking for its lease.
            try await first.waitForLine(within: .seconds(20), "that the shards are another's") {
                $0.contains("another analyzer owns the shard now")
            }
            try await crew.expectCounted(try await finish(load))
            for analyzer in [first, second] {
                #expect(try await analyzer.stop(within: .seconds(30)) == .exited(0))
            }
            for proxy in proxies { #expect(try await proxy.stop() == .exited(0)) }
        }

        @Test("four shards become eight while calls flow, by restarting one role after the other")
        func moreShards() async throws {
            let crew = try await Crew(services: Self.services)
            var analyzers = [try crew.analyzer("analyze-1"), try crew.analyzer("analyze-2")]
            var proxies: [ChildProcess] = []
            for place in Self.services.indices { proxies.append(try await crew.proxy(place)) }
            let load = crew.load()
            try await eventually(within: .seconds(30), "calls") { try await crew.counted() > 200 }

            // One of the proxies is ahead of every analyzer: what it sends to a new shard waits there.
            for place in Self.services.indices {
                if place == 1 || place == 3 {
                    let number = place / 2
                    #expect(try await analyzers[number].stop(within: .seconds(30)) == .exited(0))
                    analyzers[number] = try crew.analyzer("analyze-\(number + 1)", shards: 8)
                }
                // The new proxy takes the address over, and the old one ends what it has under way.
                let next = try await crew.proxy(place, shards: 8)
                #expect(try await proxies[place].stop(within: .seconds(30)) == .exited(0))
                proxies[place] = next
            }
            try await crew.shared(8, among: 2)
            let made = load.reduce(0) { $0 + $1.report.made }
            try await eventually(
                "calls after the change", holds: { load.reduce(0) { $0 + $1.report.made } > made + 500 })
            try await crew.expectCounted(try await finish(load))

            var newShards = 0
            for shard in 4..<8
            where try await crew.fleet.redis.cli("EXISTS", "venus:calls:{\(shard)}").hasPrefix("1") {
                newShards += 1
            }
            #expect(newShards > 0)
            for process in analyzers + proxies {
                #expect(try await process.stop(within: .seconds(30)) == .exited(0))
            }
        }
    }
}
