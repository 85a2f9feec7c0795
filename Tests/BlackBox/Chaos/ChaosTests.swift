import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Chaos")
    struct ChaosTests {
        @Test(
            "analyzers, Redis and PostgreSQL killed and frozen at random: no call fails, and each is counted once"
        )
        func behindTheProxy() async throws {
            let seed = Chaos.seed
            let chaos = try await Chaos(seed: seed)
            try await chaos.run([.analyzer, .secondAnalyzer, .redis, .postgres], for: Chaos.duration)
            let report = try await chaos.stopLoad()
            let story = "seed \(seed): \(chaos.events)"
            print("chaos behind the proxy, \(report.made) calls, \(story)")
            #expect(report.failed == 0, "\(report.failures), \(story)")
            #expect(report.slowest < .seconds(2), "\(story)")
            do {
                let (counted, lost) = try await chaos.settled { counted, _ in counted >= report.made }
                #expect(counted == report.made, "\(story)")
                #expect(lost == 0, "\(story)")
            } catch { throw TestFailure("of \(report.made) calls: \(error); \(story)") }
        }

        @Test(
            "the proxy killed and frozen as well: none is counted twice, and what is missing is shown as lost"
        )
        func everyPart() async throws {
            let seed = Chaos.seed
            let chaos = try await Chaos(seed: seed)
            // One death for certain: of what it leaves, the counts are made complete.
            try await chaos.strike(Chaos.Event(part: .proxy, harm: .kill, outage: .milliseconds(300)))
            try await chaos.run(Chaos.Part.allCases, for: Chaos.duration)
            let report = try await chaos.stopLoad()
            let story = "seed \(seed): \(chaos.events)"
            // A call that was answered at the moment of a death may not have been noted any more.
            let unknown = Chaos.clients * chaos.count(.kill, of: .proxy)
            do {
                let (counted, lost) = try await chaos.settled { $0 + $1 + unknown >= report.succeeded }
                print(
                    "chaos everywhere, \(report.succeeded) of \(report.made) calls served, \(counted) counted, "
                        + "\(lost) lost, \(story)")
                #expect(counted <= chaos.origin.requests(), "\(story)")
                #expect(counted + lost <= chaos.origin.requests() + unknown, "\(story)")
            } catch { throw TestFailure("of \(report.succeeded) served calls: \(error); \(story)") }
        }
    }
}
