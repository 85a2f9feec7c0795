import VenusCallLog
package import VenusCore

/// Collects the calls of one block and turns them into text. All memory is taken at the start and used again.
///
/// Calls are kept as values until the block is full, because every line holds the time since the earliest start, which
/// is known only then.
package struct BlockBuilder {
    private var calls: [Call] = []
    /// Room for the longest text a block can have.
    private var text = [UInt8](repeating: 0, count: CallBlock.maximumCalls * CallLine.maximumBytes)
    private var t0 = Int64.max
    /// The block in which an operation was last seen, and its line there.
    private var lines: [Line] = []
    /// Blocks so far.
    package private(set) var blocks: UInt64 = 0

    private struct Line {
        var block: UInt64
        var number: Int
    }

    package init() { calls.reserveCapacity(CallBlock.maximumCalls) }

    package var count: Int { calls.count }
    package var isFull: Bool { calls.count == CallBlock.maximumCalls }

    /// Takes one more call; the builder is not full.
    package mutating func append(_ call: Call) {
        precondition(calls.count < CallBlock.maximumCalls, "a full block is handed over before the next call")
        calls.append(call)
        t0 = min(t0, call.start)
    }

    /// The block of the calls taken since the last one, at least one.
    package mutating func finish(_ table: OperationTable) -> QueuedBlock {
        precondition(!calls.isEmpty, "an empty block is never handed over")
        if lines.count < table.places {
            lines += repeatElement(Line(block: 0, number: 0), count: table.places - lines.count)
        }
        blocks += 1
        let operations = numberOperations(table)
        let length = Self.write(calls, lines, t0: t0, to: &text)
        defer {
            calls.removeAll(keepingCapacity: true)
            t0 = .max
        }
        return QueuedBlock(count: calls.count, t0: t0, operations: operations, calls: Array(text[..<length]))
    }

    /// Whether a call of any block behind the first `count` named the operation.
    package func hasNamed(_ operation: Int, afterBlocks count: UInt64) -> Bool {
        operation < lines.count && lines[operation].block > count
    }

    /// The lines of the operations that the calls name, in the order of first use; numbers them in `lines`.
    private mutating func numberOperations(_ table: OperationTable) -> [UInt8] {
        var operations: [UInt8] = []
        var seen = 0
        for call in calls where lines[call.operation].block != blocks {
            lines[call.operation] = Line(block: blocks, number: seen)
            if seen > 0 { operations.append(UInt8(ascii: "\n")) }
            table.append(line: call.operation, to: &operations)
            seen += 1
        }
        return operations
    }

    private static func write(_ calls: [Call], _ lines: [Line], t0: Int64, to text: inout [UInt8]) -> Int {
        text.withUnsafeMutableBufferPointer { text in
            // The buffer is never empty, so it has a base address; it has room for as many lines as there can be, each
            // of the greatest length.
            let start = text.baseAddress!
            var length = 0
            for call in calls {
                if length > 0 {
                    start[length] = UInt8(ascii: "\n")
                    length += 1
                }
                length += CallLine.write(
                    call, operation: lines[call.operation].number, offset: UInt64(bitPattern: call.start &- t0),
                    to: start + length)
            }
            return length
        }
    }
}
