import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Chaos")
    struct ChaosTests {
        @Test(
            "analyzers, Redis and PostgreSQL killed and frozen, the proxy frozen: no call fails, each is counted once"
        )
        func behindTheProxy() async throws {
            let chaos = try await begin("behind the proxy")
            try await chaos.run([.analyzer, .secondAnalyzer, .redis, .postgres])
            #expect(chaos.loadReport.slowest < .seconds(2), "\(chaos.story)")
            // A frozen proxy has its clients wait, and loses nothing.
            let outage = Duration.milliseconds(1_500)
            try await chaos.strike(Chaos.Event(part: .proxy, harm: .freeze, outage: outage))
            let report = try await chaos.stopLoad()
            print("chaos behind the proxy, \(report.made) calls, \(chaos.story)")
            #expect(report.failed == 0, "\(report.failures), \(chaos.story)")
            #expect(report.slowest < outage + .seconds(2), "\(chaos.story)")
            do {
                let account = try await chaos.settled { $0.counted >= report.made }
                #expect(account == Chaos.Account(counted: report.made), "\(chaos.story)")
            } catch { throw TestFailure("of \(report.made) calls: \(error); \(chaos.story)") }
        }

        @Test(
            "the proxy killed and frozen as well: none is counted twice, what is missing is shown as lost or unknown"
        )
        func everyPart() async throws {
            let chaos = try await begin("everywhere")
            try await chaos.run(Chaos.Part.allCases)
            let report = try await chaos.stopLoad()
            do {
                // A call that was answered at the moment of a death may not have been recorded any more; then it was
                // under way, and the next start says so.
                let account = try await chaos.settled { $0.counted + $0.lost + $0.unknown >= report.succeeded }
                print(
                    "chaos everywhere, \(report.succeeded) of \(report.made) calls served, \(account), "
                        + "\(chaos.story)")
                #expect(account.counted + account.lost <= chaos.origin.requests(), "\(chaos.story)")
                // No more was under way than there are clients.
                let most = Chaos.clients * chaos.count(.kill, of: .proxy)
                #expect(account.unknown <= most, "\(account), \(chaos.story)")
            } catch { throw TestFailure("of \(report.succeeded) served calls: \(error); \(chaos.story)") }
        }

        /// Prints the seed, so that also a run that does not come to its end can be repeated.
        private func begin(_ place: String) async throws -> Chaos {
            let seed = Chaos.seed
            print("chaos \(place): CHAOS_SEED=\(seed) repeats it")
            return try await Chaos(seed: seed)
        }
    }
}
