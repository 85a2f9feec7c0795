/// How long the buckets of each tier are kept.
public struct Retention: Sendable, Hashable {
    /// In seconds.
    public private(set) var seconds: [Tier: Int64]

    /// Each tier's default.
    public init() {
        seconds = Dictionary(uniqueKeysWithValues: Tier.allCases.map { ($0, $0.defaultRetention) })
    }

    /// In seconds.
    public subscript(tier: Tier) -> Int64 {
        get { seconds[tier] ?? tier.defaultRetention }
        set { seconds[tier] = newValue }
    }

    /// A tier whose buckets are kept for as long as those that are made from them, or longer: these would be gone while
    /// the finer ones are there.
    public var firstOutlivingItsParent: Tier? {
        Tier.allCases.first { tier in tier.parent.map { self[tier] >= self[$0] } ?? false }
    }
}
