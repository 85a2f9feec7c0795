import Synchronization
package import VenusCore
import VenusStore

/// Reads from history how objectives fare. A standing is good for ``freshness``: however many ask, it is read once in
/// that time.
package final class ObjectiveReader: Sendable {
    /// How an objective fares.
    package struct Standing: Sendable, Hashable {
        /// Seconds since the epoch.
        package var at: Int64
        /// Of each of ``BurnRate/all``, in that order.
        package var burns: [BurnRate.Tallies]
        /// Of the period that ends now; it begins with a whole bucket of history, so that it may be longer by less than
        /// one.
        package var period: Objective.Tally

        package init(at: Int64, burns: [BurnRate.Tallies], period: Objective.Tally) {
            self.at = at
            self.burns = burns
            self.period = period
        }
    }

    /// In seconds.
    package static let freshness: Int64 = 15
    /// More than there are objectives: beyond, all is forgotten.
    private static let maximumStandings = 2 * WatchKind.objective.maximumCount

    private let history: HistoryReader
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64
    private let standings = Mutex<[Objective: Standing]>([:])

    package init(history: HistoryReader, now: @escaping @Sendable () -> Int64) {
        self.history = history
        self.now = now
    }

    package func standing(of objective: Objective) async throws -> Standing {
        let second = now() / 1_000
        if let known = standings.withLock({ $0[objective] }), (known.at...known.at + Self.freshness).contains(second) {
            return known
        }
        let standing = Standing(
            at: second, burns: try await burns(objective, second), period: try await period(objective, second))
        standings.withLock { standings in
            if standings.count >= Self.maximumStandings { standings = [:] }
            standings[objective] = standing
        }
        return standing
    }

    /// How fast its budget burns, read anew.
    package func burns(of objective: Objective) async throws -> [BurnRate.Tallies] {
        try await burns(objective, now() / 1_000)
    }

    private func burns(_ objective: Objective, _ second: Int64) async throws -> [BurnRate.Tallies] {
        var tallies: [Tier: [Int64: Objective.Tally]] = [:]
        for tier in Set(BurnRate.all.map(\.tier)) {
            let seconds = BurnRate.all.filter { $0.tier == tier }.map(\.long).max() ?? 0
            let span = HistorySpan(last: seconds, of: tier, now: second)
            tallies[tier] = try await self.tallies(objective, span)
        }
        return BurnRate.all.map { rate in
            let buckets = tallies[rate.tier, default: [:]]
            return BurnRate.Tallies(
                long: Self.sum(buckets, from: HistorySpan(last: rate.long, of: rate.tier, now: second).from),
                short: Self.sum(buckets, from: HistorySpan(last: rate.short, of: rate.tier, now: second).from))
        }
    }

    private func period(_ objective: Objective, _ second: Int64) async throws -> Objective.Tally {
        guard let span = HistorySpan(from: second - objective.period, to: second, now: second) else {
            preconditionFailure("no objective has a period that is too long to be read: see Objective.periods")
        }
        return Self.sum(try await tallies(objective, span), from: span.from)
    }

    private func tallies(_ objective: Objective, _ span: HistorySpan) async throws -> [Int64: Objective.Tally] {
        guard let key = objective.subject.key else { return [:] }
        return try await history.buckets(span, of: key).mapValues { objective.tally($0) }
    }

    private static func sum(_ buckets: [Int64: Objective.Tally], from: Int64) -> Objective.Tally {
        var sum = Objective.Tally()
        for (bucket, tally) in buckets where bucket >= from { sum.merge(tally) }
        return sum
    }
}

extension HistorySpan {
    /// The buckets that end with that of now, so many seconds of them, a multiple of the tier's length.
    package init(last seconds: Int64, of tier: Tier, now: Int64) {
        self.tier = tier
        end = tier.bucket(of: now) + tier.seconds
        from = end - seconds
        self.now = now
    }
}
