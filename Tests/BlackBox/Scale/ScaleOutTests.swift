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

            // It commits at the turn of each second: in between it has read what it has not committed.
            try await eventually(
                poll: .milliseconds(10), "the middle of a second",
                holds: {
                    let now = Date().timeIntervalSince1970
                    return (0.4..<0.7).contains(now - now.rounded(.down))
                })
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
            let refused = try await first.waitForLine(within: .seconds(20), "that its commit was refused") {
                $0.contains("a commit was refused: the shard's lease is not ours any more")
            }
            #expect(refused.contains(" shard=") && refused.contains(" epoch="), "\(refused)")
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

            // What the first proxy sends to a new shard waits there for an analyzer.
            try await crew.restart(&analyzers, &proxies, shards: 8)
            try await crew.shared(8, among: 2)
            let made = load.reduce(0) { $0 + $1.report.made }
            try await eventually(
                "calls after the change", holds: { load.reduce(0) { $0 + $1.report.made } > made + 500 })
            try await crew.expectCounted(try await finish(load))

            #expect(try await crew.newest(of: 4..<8).contains { !$0.isEmpty })
            for process in analyzers + proxies {
                #expect(try await process.stop(within: .seconds(30)) == .exited(0))
            }
        }

        @Test("four shards become two while calls flow: what is in the others is counted, and no more gets there")
        func fewerShards() async throws {
            let crew = try await Crew(services: Self.services)
            var analyzers = [try crew.analyzer("analyze-1"), try crew.analyzer("analyze-2")]
            var proxies: [ChildProcess] = []
            for place in Self.services.indices { proxies.append(try await crew.proxy(place)) }
            let load = crew.load()
            try await eventually(within: .seconds(30), "calls") { try await crew.counted() > 200 }
            #expect(try await crew.newest(of: 2..<4).allSatisfy { !$0.isEmpty })

            try await crew.restart(&analyzers, &proxies, shards: 2)
            let left = try await crew.newest(of: 2..<4)
            // The others keep owners for as long as their producers are remembered.
            try await crew.shared(4, among: 2)
            let made = load.reduce(0) { $0 + $1.report.made }
            try await eventually(
                "calls after the change", holds: { load.reduce(0) { $0 + $1.report.made } > made + 500 })
            try await crew.expectCounted(try await finish(load))
            #expect(try await crew.newest(of: 2..<4) == left)
            for process in analyzers + proxies {
                #expect(try await process.stop(within: .seconds(30)) == .exited(0))
            }
        }
    }
}
