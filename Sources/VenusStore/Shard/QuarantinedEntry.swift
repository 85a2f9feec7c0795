/// An entry that could not be read, or several that were gone before; kept so that a person can look at it.
public struct QuarantinedEntry: Sendable, Hashable {
    public var shard: Int
    /// Its id, or `AFTER..BEFORE` for those between two.
    public var entryID: String
    /// Says nothing of what the entry held.
    public var reason: String
    public var at: Int64

    public init(shard: Int, entryID: String, reason: String, at: Int64) {
        self.shard = shard
        self.entryID = entryID
        self.reason = reason
        self.at = at
    }
}
