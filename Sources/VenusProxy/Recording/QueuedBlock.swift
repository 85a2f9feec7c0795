/// A finished block on its way to the call log, as text already. Its sequence numbers come when it is handed over.
package struct QueuedBlock: Sendable, Hashable {
    /// Bytes that a block takes beside its text, about.
    package static let overheadBytes = 256

    /// Sequence number of the first call; 0 before the block is handed over.
    package var first: UInt64
    package var count: Int
    /// Microseconds since the epoch.
    package var t0: Int64
    package var operations: [UInt8]
    package var calls: [UInt8]

    package init(first: UInt64 = 0, count: Int, t0: Int64, operations: [UInt8], calls: [UInt8]) {
        self.first = first
        self.count = count
        self.t0 = t0
        self.operations = operations
        self.calls = calls
    }

    /// Sequence number of the last call.
    package var last: UInt64 { first + UInt64(count) - 1 }

    /// What it takes of the queue's bound.
    package var bytes: Int { operations.count + calls.count + Self.overheadBytes }
}
