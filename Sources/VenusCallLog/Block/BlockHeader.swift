public import VenusCore

/// Everything of a block of calls but its operations and calls.
public struct BlockHeader: Sendable, Hashable {
    public var producer: Producer
    /// Sequence number of the first call, from 1.
    public var first: UInt64
    /// How many calls there are, 1 … ``CallBlock/maximumCalls``.
    public var count: Int
    /// Microseconds since the epoch: the earliest start in the block.
    public var t0: Int64

    public init(producer: Producer, first: UInt64, count: Int, t0: Int64) {
        self.producer = producer
        self.first = first
        self.count = count
        self.t0 = t0
    }

    /// Sequence number of the last call.
    public var last: UInt64 { first + UInt64(count) - 1 }
}
