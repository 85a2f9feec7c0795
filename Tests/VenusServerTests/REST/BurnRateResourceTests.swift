import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

/// Of 1,000 calls 125 may fail: six times that is three quarters. Windows are filled evenly, so that it does not matter
/// where in a minute or a quarter of an hour the test runs.
@Suite("Burn rates in REST")
struct BurnRateResourceTests {
    /// Which share of eight calls failed in the short window of a pair, and in what the long one has before it.
    struct Case: Sendable, CustomTestStringConvertible {
        var pair: Int
        var short: Int
        var before: Int
        var isBurning: Bool
        var testDescription: String { "pair \(pair + 1): \(short) of 8, before that \(before) of 8" }
    }

    private static let cases = [
        // At the factor, in both windows, is not beyond it.
        Case(pair: 1, short: 6, before: 6, isBurning: false), Case(pair: 2, short: 1, before: 1, isBurning: false),
        Case(pair: 1, short: 7, before: 7, isBurning: true), Case(pair: 2, short: 2, before: 2, isBurning: true),
        // The long one alone, and the short one alone.
        Case(pair: 1, short: 5, before: 8, isBurning: false), Case(pair: 2, short: 0, before: 4, isBurning: false),
        Case(pair: 1, short: 8, before: 1, isBurning: false), Case(pair: 2, short: 4, before: 0, isBurning: false),
    ]

    /// One bucket more than the short window has, so that none of another share slips in.
    private func rows(_ one: Case, now: Int64) -> [RollupRow] {
        let rate = BurnRate.all[one.pair]
        let newest = rate.tier.bucket(of: now)
        return (1...Int(rate.long / rate.tier.seconds)).map { age in
            let isShort = Int64(age) <= rate.short / rate.tier.seconds
            let bad = isShort ? one.short : one.before
            return RollupRow(
                tier: .minute, bucket: newest - Int64(age) * rate.tier.seconds, shard: 0, key: edge("shop", "db:1"),
                totals: totals(success: 8 - bad, serverErrors: bad))
        }
    }

    @Test("a pair burns where both of its windows are beyond the factor", arguments: cases)
    func pairs(one: Case) async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date().timeIntervalSince1970)
            let rate = BurnRate.all[one.pair]
            try await server.keep(rows(one, now: now), until: Tier.minute.bucket(of: now))
            let body =
                #"{"level":"edge","environment":"production","service":"shop","dependency":"db:1","target":0.875}"#
            _ = try await server.put("/api/v1/objectives/up", body, token: token)
            let burn = try await server.get("/api/v1/objectives/up", token: token)["standing"]["burn_rates"][one.pair]
            #expect(burn["factor"].double == rate.factor && burn["severity"].string == rate.severity.rawValue)
            #expect(burn["long_seconds"].int == Int(rate.long) && burn["short_seconds"].int == Int(rate.short))
            #expect(burn["is_burning"].bool == one.isBurning, "\(burn)")
            // One of eight is what is allowed.
            #expect(burn["short"].double == Double(one.short))
            let long = try #require(burn["long"].double)
            if one.short == one.before {
                #expect(long == Double(one.before))
            } else {
                #expect(one.short > one.before ? long < rate.factor : long > rate.factor, "\(long)")
            }
        }
    }
}
