import Foundation
import TestSupport
import Testing

extension TheAlerts {
    @Suite("Two servers on one store")
    struct TwoEvaluatorsTests {
        /// The newest state of a fleet's alerts, as PostgreSQL has it.
        private struct Evaluation {
            var owner: String
            var epoch: Int
            var version: Int

            init?(_ fleet: Fleet) async throws {
                let rows = try await PostgresServer.query(
                    "SELECT owner, epoch, version FROM leases, (SELECT version FROM alert_evaluation) evaluation "
                        + "WHERE name = 'alerts' AND expires_at > clock_timestamp()", url: fleet.databaseURL)
                guard let row = rows.first, row.count == 3, let epoch = Int(row[1]), let version = Int(row[2]) else {
                    return nil
                }
                (owner, self.epoch, self.version) = (row[0], epoch, version)
            }
        }

        @Test("one evaluates; when it is killed, the other goes on: what fired is told neither again nor not at all")
        func takeOver() async throws {
            let origin = try Origin()
            let directory = try TemporaryDirectory()
            let own = AlertBench.environment.merging(
                ["VENUS_ALERTS_SECRET_KEY_FILE": directory.file("alerts.key")]) { $1 }
            let fleet = try await Fleet(environment: own)
            let first = try await fleet.signIn()
            let evaluating = try await eventually(within: .seconds(20), "an evaluator") { try await Evaluation(fleet) }

            let port = try freePort()
            let second = try VenusBinary.start(
                ["serve"],
                environment: fleet.environment(of: "serve-2").merging(["VENUS_SERVER_LISTEN": "127.0.0.1:\(port)"]) {
                    $1
                },
                directory: fleet.directory.path)
            defer { withExtendedLifetime(second) {} }
            let other = try await eventually(within: .seconds(20), "the second server") {
                try await VenusAPI(port: port, secret: fleet.secret)
            }
            let receiver = try await AlertBench.receiver(of: other, in: directory).process
            defer { withExtendedLifetime(receiver) {} }
            try await AlertBench.watch(other, origin, limit: 0.9, keepFiringFor: 2)

            let caller = SteadyCalls(through: fleet.proxyPort, origin)
            defer { withExtendedLifetime(caller) {} }
            caller.call("/status/503")
            try await eventually(within: .seconds(60), "the failure, told and seen on both servers") {
                guard try AlertBench.messages(receiver).count == 1 else { return false }
                for api in [first, other] {
                    let firing = try await api.get("/alerts?state=firing")["items"].array
                    guard firing.map({ $0["rule"].string }) == ["quick"] else { return false }
                    guard try await api.get("/webhooks")["items"].array.first?["waiting"].int == 0 else { return false }
                }
                return true
            }
            // The second server was there all the time, and has never evaluated.
            let told = try #require(try await Evaluation(fleet))
            #expect(told.owner == evaluating.owner && told.epoch == evaluating.epoch)

            try await fleet.kill(.serve)
            try await eventually(within: .seconds(40), "an evaluation by the other server") {
                guard let now = try await Evaluation(fleet) else { return false }
                return now.owner != told.owner && now.epoch > told.epoch && now.version > told.version
            }
            #expect(try await other.get("/alerts?state=firing")["items"].array.map { $0["rule"].string } == ["quick"])
            #expect(try AlertBench.messages(receiver).map(\.kind) == ["alert.firing"])
            caller.call("/")
            try await eventually(within: .seconds(60), "the recovery") {
                let waiting = try await other.get("/webhooks")["items"].array.first?["waiting"].int
                return try await other.get("/alerts")["items"].array.isEmpty && waiting == 0
            }
            let messages = try AlertBench.messages(receiver)
            #expect(messages.map(\.kind) == ["alert.firing", "alert.resolved"], "\(messages)")
            #expect(Set(messages.map(\.fault)).count == 1 && messages.allSatisfy { $0.verified == [0] })
            let kinds = try await PostgresServer.query(
                "SELECT content::json->>'kind' FROM alert_transitions WHERE content::json->'rule'->>'id' = 'quick' "
                    + "ORDER BY number", url: fleet.databaseURL)
            #expect(kinds == [["pending"], ["firing"], ["resolved"]])
        }
    }
}
