/// From where to where a shard goes at one moment.
public struct ShardExtent: Sendable, Hashable {
    /// Of the oldest entry it holds; `nil` where it holds none.
    public var oldest: EntryID?
    /// Of the newest entry it ever had; ``EntryID/start`` where it never had one.
    public var newest: EntryID
    /// Entries that were ever removed, whoever did it; `nil` where the log does not know.
    public var removed: UInt64?

    public init(oldest: EntryID? = nil, newest: EntryID = .start, removed: UInt64? = nil) {
        self.oldest = oldest
        self.newest = newest
        self.removed = removed
    }
}
