/// An item as it is stored, and who set it when.
public struct WatchRecord<Item: WatchItem>: Sendable, Hashable {
    /// Unique among items of the kind.
    public var id: String
    public var item: Item
    /// Milliseconds since the epoch.
    public var changedAt: Int64
    public var changedBy: String

    public init(id: String, item: Item, changedAt: Int64, changedBy: String) {
        self.id = StoredName.fit(id)
        self.item = item
        self.changedAt = SQLValue.clamp(millisecond: changedAt)
        self.changedBy = StoredName.fit(changedBy)
    }
}

/// What became of an item that was to be stored.
public enum WatchOutcome: Sendable, Hashable {
    case added
    /// It was there under this id, and is as given now.
    case replaced
    /// It was not stored: there are as many as there may be (``WatchKind/maximumCount``).
    case full
}
