public import VenusCore

/// A block of calls whose header and operations are decoded, and whose calls are still text: the analyzer decodes them
/// into columns, tools into rows (``rows()``).
public struct CallsRecord: Sendable, Hashable {
    public var header: BlockHeader
    public var operations: [Operation]
    /// The `calls` field: ``CallLine``s with `\n` between them, none after the last.
    public var calls: [UInt8]

    public init(header: BlockHeader, operations: [Operation], calls: [UInt8]) {
        self.header = header
        self.operations = operations
        self.calls = calls
    }

    /// The block with its calls as rows.
    public func block() throws(BlockDecodingError) -> CallBlock {
        CallBlock(
            producer: header.producer, first: header.first, operations: operations, calls: try rows())
    }

    /// The calls as rows: exactly as many as the header counts, or an error.
    public func rows() throws(BlockDecodingError) -> [Call] {
        var rows: [Call] = []
        rows.reserveCapacity(header.count)
        var reader = CallLineReader(bytes: calls)
        repeat {
            guard rows.count < header.count else { throw .wrongCount(expected: header.count, found: rows.count + 1) }
            rows.append(try reader.readLine(rows.count, t0: header.t0, operations: operations.count))
        } while reader.skipNewline()
        guard rows.count == header.count else { throw .wrongCount(expected: header.count, found: rows.count) }
        return rows
    }
}
