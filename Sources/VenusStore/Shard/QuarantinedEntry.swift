/// That an entry could not be read, or that several were gone before: which, why and when, so that a person knows of it.
///
/// What the entry held is not kept. It may be anything, also what Venus never stores, such as whole paths; and the entry
/// itself is trimmed with those that are committed.
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
