/// The right to write something, until it expires or another owner takes it. Every write checks the epoch.
public struct Lease: Sendable, Hashable {
    public var name: String
    public var owner: String
    /// Rises with every new owner.
    public var epoch: Int64

    public init(name: String, owner: String, epoch: Int64) {
        self.name = name
        self.owner = owner
        self.epoch = epoch
    }

    /// Of whoever analyses a shard.
    public static func shard(_ shard: Int) -> String { "shard:\(shard)" }
    /// Of whoever recomputes coarser rows and removes what is past its retention.
    public static let roller = "roller"
    /// Of whoever evaluates alerts and delivers what is said of them.
    public static let alerts = "alerts"
    /// Of whoever reads hosts' readings in a bucket.
    public static func readings(in bucket: String) -> String { "readings:\(bucket)" }
}
