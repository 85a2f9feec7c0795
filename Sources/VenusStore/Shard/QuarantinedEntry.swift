/// An entry that could not be read; kept so that a person can look at it.
public struct QuarantinedEntry: Sendable, Hashable {
    public var shard: Int
    public var entryID: String
    public var reason: String
    public var at: Int64

    public init(shard: Int, entryID: String, reason: String, at: Int64) {
        self.shard = shard
        self.entryID = entryID
        self.reason = reason
        self.at = at
    }
}
