/// The blocks that wait to be appended, in order, within bounds. Gives every call its sequence number, also those that
/// it has no room for: so their loss shows as a gap.
///
/// A block that does not fit is dropped, not an older one: what waits stays whole and in order.
package struct BlockQueue: Sendable {
    private let maximumCalls: Int
    private let maximumBytes: Int
    private var blocks: [QueuedBlock?] = []
    /// Place of the oldest block; those before it are gone.
    private var head = 0
    /// Sequence number of the next call.
    package private(set) var next: UInt64 = 1
    package private(set) var calls = 0
    package private(set) var bytes = 0
    /// Calls that found no room.
    package private(set) var dropped: UInt64 = 0

    package init(maximumCalls: Int, maximumBytes: Int) {
        self.maximumCalls = maximumCalls
        self.maximumBytes = maximumBytes
    }

    /// The oldest block.
    package var first: QueuedBlock? { head < blocks.count ? blocks[head] : nil }

    package var isEmpty: Bool { head == blocks.count }

    /// The oldest blocks: at most `limit` of them, about `bytes` in all, one at least.
    package func oldest(_ limit: Int, bytes: Int) -> [QueuedBlock] {
        var oldest: [QueuedBlock] = []
        var left = bytes
        for block in blocks[head...].prefix(limit) {
            // Those that are gone lie before the head.
            guard left > 0, let block else { break }
            left -= block.bytes
            oldest.append(block)
        }
        return oldest
    }

    /// Sequence number of the next call that will be appended, if nothing is lost: all below it were appended or lost.
    package var nextToAppend: UInt64 { first?.first ?? next }

    /// Numbers the block's calls and takes it, or drops it: also where there is no room beside the queue's own bounds.
    /// Whether it took it.
    @discardableResult
    package mutating func offer(_ block: consuming QueuedBlock, isRoom: Bool = true) -> Bool {
        block.first = next
        next += UInt64(block.count)
        guard isRoom, calls + block.count <= maximumCalls, bytes + block.bytes <= maximumBytes else {
            dropped += UInt64(block.count)
            return false
        }
        calls += block.count
        bytes += block.bytes
        blocks.append(block)
        return true
    }

    /// Takes the oldest block out, once it is appended or kept elsewhere; returns the bytes that it held.
    @discardableResult
    package mutating func removeFirst() -> Int {
        guard let block = first else { preconditionFailure("only a block that was there is taken out") }
        calls -= block.count
        bytes -= block.bytes
        blocks[head] = nil
        head += 1
        if head == blocks.count {
            blocks.removeAll(keepingCapacity: blocks.count <= 1_024)
            head = 0
        } else if head >= 1_024, head * 2 >= blocks.count {
            blocks.removeFirst(head)
            head = 0
        }
        return block.bytes
    }
}
