import VenusCore

extension ConfigurationReading {
    /// Ranges of history, objectives and alerts are read from tiers that are there for as long as by default: they may be
    /// kept longer, and the coarsest for a year at least.
    private static let mostTimesDefault: Int64 = 10
    private static let leastOfDays: Int64 = 366 * 86_400

    mutating func retention() -> Retention {
        var retention = Retention()
        for tier in Tier.allCases {
            let usual = tier.defaultRetention
            let least = tier.parent == nil ? Self.leastOfDays : usual
            let kept = duration(
                key(of: tier), default: .seconds(usual), .seconds(least) ... .seconds(usual * Self.mostTimesDefault))
            retention[tier] = kept.components.seconds
        }
        if let tier = retention.firstOutlivingItsParent, let parent = tier.parent {
            fail(
                key(of: tier), at: text(key(of: tier))?.source ?? .default,
                "must be shorter than \(key(of: parent)), whose buckets are made from these")
        }
        return retention
    }

    private func key(of tier: Tier) -> ConfigurationKey {
        switch tier {
        case .minute: .storeKeep1m
        case .quarterHour: .storeKeep15m
        case .twoHours: .storeKeep2h
        case .eightHours: .storeKeep8h
        case .day: .storeKeep1d
        }
    }
}
