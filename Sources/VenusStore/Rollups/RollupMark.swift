public import VenusCore

/// A bucket that is older than its children. The generation rises with every change of a child.
public struct RollupMark: Sendable, Hashable {
    public var tier: Tier
    public var bucket: Int64
    public var shard: Int
    public var generation: Int64

    public init(tier: Tier, bucket: Int64, shard: Int, generation: Int64) {
        self.tier = tier
        self.bucket = bucket
        self.shard = shard
        self.generation = generation
    }
}
