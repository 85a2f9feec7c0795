import VenusCore
import VenusStore

/// An objective as it is listed, and how it fares.
struct ObjectiveItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, target, standing
        case fasterThan = "faster_than_ms"
        case periodSeconds = "period_seconds"
        case minimumCalls = "minimum_calls"
        case changedAt = "changed_at"
        case changedBy = "changed_by"
    }

    private struct StandingItem: Encodable {
        var at: String
        var bad_calls: UInt64
        var budget_left: Double?
        var burn_rates: [BurnItem]
        var calls: UInt64
        var good_share: Double?

        private enum CodingKeys: String, CodingKey { case at, bad_calls, budget_left, burn_rates, calls, good_share }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(at, forKey: .at)
            try members.encode(bad_calls, forKey: .bad_calls)
            try members.encode(budget_left, forKey: .budget_left)
            try members.encode(burn_rates, forKey: .burn_rates)
            try members.encode(calls, forKey: .calls)
            try members.encode(good_share, forKey: .good_share)
        }
    }

    private struct BurnItem: Encodable {
        var factor: Double
        var is_burning: Bool
        var long: Double?
        var long_seconds: Int64
        var severity: String
        var short: Double?
        var short_seconds: Int64

        private enum CodingKeys: String, CodingKey {
            case factor, is_burning, long, long_seconds, severity, short, short_seconds
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(factor, forKey: .factor)
            try members.encode(is_burning, forKey: .is_burning)
            try members.encode(long, forKey: .long)
            try members.encode(long_seconds, forKey: .long_seconds)
            try members.encode(severity, forKey: .severity)
            try members.encode(short, forKey: .short)
            try members.encode(short_seconds, forKey: .short_seconds)
        }
    }

    private let record: WatchRecord<Objective>
    private let standing: StandingItem

    init(_ record: WatchRecord<Objective>, _ standing: ObjectiveReader.Standing) {
        self.record = record
        let (objective, tally) = (record.item, standing.period)
        self.standing = StandingItem(
            at: Timestamp.text(seconds: standing.at), bad_calls: tally.bad,
            budget_left: tally.total == 0 ? nil : objective.budgetLeft(tally).toEightDecimals,
            burn_rates: zip(BurnRate.all, standing.burns).map { rate, tallies in
                BurnItem(
                    factor: rate.factor, is_burning: (rate.strength(tallies, of: objective) ?? 0) > 1,
                    long: objective.burnRate(tallies.long).map(\.toEightDecimals), long_seconds: rate.long,
                    severity: rate.severity.rawValue, short: objective.burnRate(tallies.short).map(\.toEightDecimals),
                    short_seconds: rate.short)
            }, calls: tally.total,
            good_share: tally.total == 0 ? nil : 1 - Double(tally.bad) / Double(tally.total))
    }

    func encode(to encoder: any Encoder) throws {
        let objective = record.item
        try objective.subject.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(record.id, forKey: .id)
        if case .fasterThan(let milliseconds) = objective.kind { try members.encode(milliseconds, forKey: .fasterThan) }
        try members.encode(objective.target, forKey: .target)
        try members.encode(objective.period, forKey: .periodSeconds)
        try members.encode(objective.minimumCalls, forKey: .minimumCalls)
        try members.encode(Timestamp.text(milliseconds: record.changedAt), forKey: .changedAt)
        try members.encode(record.changedBy, forKey: .changedBy)
        try members.encode(standing, forKey: .standing)
    }
}
