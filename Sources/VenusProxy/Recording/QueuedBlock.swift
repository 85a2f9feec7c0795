/// A finished block on its way to the call log, as text already. Its sequence numbers come when it is handed over.
struct QueuedBlock: Sendable, Hashable {
    /// Bytes that a block takes beside its text, about.
    static let overheadBytes = 256

    /// Sequence number of the first call; 0 before the block is handed over.
    var first: UInt64 = 0
    var count: Int
    /// Microseconds since the epoch.
    var t0: Int64
    var operations: [UInt8]
    var calls: [UInt8]

    var bytes: Int { operations.count + calls.count + Self.overheadBytes }
}
