package import VenusCore

/// A span of history that people look at, and the tier it is read from.
package enum HistoryRange: String, Sendable, Hashable, CaseIterable, Encodable {
    case hour, day, week, month, year

    package var tier: Tier {
        switch self {
        case .hour: .minute
        case .day: .quarterHour
        case .week: .twoHours
        case .month: .eightHours
        case .year: .day
        }
    }

    /// Length in seconds: a month has 30 days here, a year 365.
    package var seconds: Int64 {
        switch self {
        case .hour: 3_600
        case .day: 86_400
        case .week: 7 * 86_400
        case .month: 30 * 86_400
        case .year: 365 * 86_400
        }
    }
}

/// The buckets that answer a question about history: whole ones, the last of them maybe still open.
package struct HistorySpan: Sendable, Equatable {
    /// So many points are given at most.
    package static let maximumPoints: Int64 = 1_200

    package var tier: Tier
    /// Start of the first bucket, seconds since the epoch.
    package var from: Int64
    /// End of the last bucket, seconds since the epoch.
    package var end: Int64
    /// Seconds since the epoch: what comes after is in the future.
    package var now: Int64

    /// The range that ends with the bucket of now.
    package init(_ range: HistoryRange, now: Int64) {
        tier = range.tier
        end = tier.bucket(of: now) + tier.seconds
        from = end - range.seconds
        self.now = now
    }

    /// The buckets that hold any part of `from` to `to`, from the finest tier that is kept for so long and does not
    /// make too many points. `nil` where there are too many even from the coarsest.
    ///
    /// - Precondition: `from` is before `to`.
    package init?(from: Int64, to: Int64, now: Int64, retention: Retention = Retention()) {
        precondition(from < to, "a span has a length")
        let tier = HistoryRange.allCases.first { range in
            to - from <= range.seconds * 2 && now - from <= retention[range.tier]
        }?.tier
        self.tier = tier ?? .day
        self.from = self.tier.bucket(of: from)
        end = self.tier.bucket(of: to - 1) + self.tier.seconds
        self.now = now
        guard (end - self.from) / self.tier.seconds <= Self.maximumPoints else { return nil }
    }

    /// The whole buckets nearest to a window that ends at `end`, from the coarsest tier that is not coarser than the
    /// window; where that is no longer kept for then, from the finest that is, whose bucket may be longer.
    package init(_ window: Window, endingAt end: Int64, now: Int64, retention: Retention = Retention()) {
        let kept = Tier.allCases.filter { now - end + window.seconds <= retention[$0] }
        let tier = kept.last { $0.seconds <= window.seconds } ?? kept.first ?? .day
        self.tier = tier
        let last = tier.bucket(of: end - 1)
        self.end = last + tier.seconds
        from = self.end - max(window.seconds / tier.seconds, 1) * tier.seconds
        self.now = now
    }
}
