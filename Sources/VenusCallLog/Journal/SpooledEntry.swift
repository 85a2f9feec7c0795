/// A block of calls that waits on disk, as the entry that will be appended to the call log.
public struct SpooledEntry: Sendable, Hashable {
    /// Sequence number of its first call.
    public var first: UInt64
    /// How many calls it holds, from 1.
    public var count: Int
    public var fields: [EntryField]

    public init(first: UInt64, count: Int, fields: [EntryField]) {
        self.first = first
        self.count = count
        self.fields = fields
    }

    /// Sequence number of its last call.
    public var last: UInt64 { first + UInt64(count) - 1 }
}
