import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

/// From minutes in the store to what is told.
@Suite("An objective whose budget burns", .timeLimit(.minutes(2)))
struct BurnRateAlertTests {
    private static let burning = edge("shop", "db:1")
    private static let calm = edge("shop", "db:2")

    /// 100 calls a minute for six hours, of which so many failed in each of the last hour: over six hours, too few for
    /// the other critical pair. A minute more than the hour has, so that it does not matter where in one the test runs.
    private func rows(_ key: SeriesKey, bad: Int, now: Int64) -> [RollupRow] {
        (1...361 as ClosedRange<Int64>).map { age in
            let failed = age <= 61 ? bad : 0
            return RollupRow(
                tier: .minute, bucket: Tier.minute.bucket(of: now) - age * 60, shard: 0, key: key,
                totals: totals(success: 100 - failed, serverErrors: failed))
        }
    }

    @Test("16 times too fast over an hour and five minutes is told, 14 times is not: the limit is 14.4")
    func burns() async throws {
        try await AlertingServer.with { alerting in
            let now = Int64(Date().timeIntervalSince1970)
            try await alerting.server.keep(
                rows(Self.burning, bad: 16, now: now) + rows(Self.calm, bad: 14, now: now),
                until: Tier.minute.bucket(of: now))
            for (id, key) in [("calm", Self.calm), ("burning", Self.burning)] {
                let edge =
                    "\"level\":\"edge\",\"environment\":\"production\",\"service\":\"\(key.service)\","
                    + "\"dependency\":\"\(key.dependency)\""
                try await alerting.send("PUT", "/objectives/\(id)", "{\(edge),\"target\":0.99}")
                try await alerting.send(
                    "PUT", "/rules/\(id)", "{\"objective\":\"\(id)\",\"for_seconds\":0,\"keep_firing_for_seconds\":0}")
            }
            // Nobody is reached there: what is to be told stays in the store.
            let url = "http://127.0.0.1:\(try freePort())/"
            try await alerting.send(
                "POST", "/webhooks", "{\"name\":\"nobody\",\"kind\":\"webhook\",\"url\":\"\(url)\"}")

            let message = try await eventually(within: .seconds(60), poll: .milliseconds(200), "a message") {
                () -> JSONValue? in
                alerting.publish([Self.burning, Self.calm], failing: [])
                guard let entry = try await alerting.server.store.outbox(limit: 10).first else { return nil }
                return try JSONValue(try await alerting.server.store.notice(id: entry.notice) ?? "")
            }
            #expect(message["kind"].string == "firing" && message["node"]["name"].string == "db:1", "\(message)")
            let evidence = message["evidence"].array
            #expect(evidence.count == 1 && evidence.first?["metric"].string == "burn_rate")
            // In multiples of 14.4, which is where the alert is raised.
            let value = try #require(evidence.first?["value"].double)
            #expect(abs(value - 16 / 14.4) < 1e-6 && evidence.first?["limit"].double == 1)
            let transitions = try await alerting.send("GET", "/alerts/transitions")["items"].array.reversed()
            #expect(transitions.map { $0["rule"].string } == ["burning", "burning"], "\(transitions)")
            #expect(transitions.map { $0["kind"].string } == ["pending", "firing"])
            for (id, isBurning) in [("burning", true), ("calm", false)] {
                let rates = try await alerting.send("GET", "/objectives/\(id)")["standing"]["burn_rates"].array
                // The second pair, over six hours, burns of neither.
                #expect(rates.prefix(2).map { $0["is_burning"].bool } == [isBurning, false], "\(id): \(rates)")
            }
        }
    }
}
