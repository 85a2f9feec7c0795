/// One stored bucket of one series, of one shard; readers add the shards.
public struct RollupRow: Sendable, Hashable {
    public var tier: Tier
    /// Start of the bucket, seconds since the epoch, a multiple of the tier's length.
    public var bucket: Int64
    public var shard: Int
    public var key: SeriesKey
    public var totals: KPITotals

    public init(tier: Tier, bucket: Int64, shard: Int, key: SeriesKey, totals: KPITotals) {
        self.tier = tier
        self.bucket = bucket
        self.shard = shard
        self.key = key
        self.totals = totals
    }
}
