import VenusCallLog

/// Walks over the `calls` field of a block, number by number. Every read checks the bounds; what is not exactly a
/// number, a tab, a newline or a trace id in its place is an error that names line and column.
struct ColumnReader {
    private let bytes: [UInt8]
    private var position = 0
    var line = 0
    var column = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var failure: BlockDecodingError { .malformedCall(line: line, column: column) }
    var isAtEnd: Bool { position == bytes.count }

    /// Steps over the newline between two lines; `false` where there is none.
    mutating func skipNewline() -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return false }
        position += 1
        return true
    }

    /// The next column, which must hold a number.
    @inline(__always)
    mutating func nextNumber(atMost limit: UInt64) throws(BlockDecodingError) -> UInt64 {
        try nextColumn()
        return try readNumber(atMost: limit)
    }

    /// The next column: a number, or `empty` where it is empty.
    @inline(__always)
    mutating func nextNumberOrEmpty(
        atMost limit: UInt64, empty: UInt64
    ) throws(BlockDecodingError) -> UInt64 {
        try nextColumn()
        if position < bytes.count, bytes[position] == UInt8(ascii: "\t") { return empty }
        return try readNumber(atMost: limit)
    }

    @inline(__always)
    mutating func readNumber(atMost limit: UInt64) throws(BlockDecodingError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if position - start < 18 {
                // 18 digits always fit.
                value = value &* 10 &+ UInt64(digit)
            } else {
                let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
                let (sum, tooLargeAgain) = product.addingReportingOverflow(UInt64(digit))
                guard !tooLarge, !tooLargeAgain else { throw failure }
                value = sum
            }
            position += 1
        }
        guard position > start, value <= limit else { throw failure }
        return value
    }

    /// The last column: empty, or 32 lower-case hexadecimal digits that are not all zero.
    mutating func skipTraceID() throws(BlockDecodingError) {
        try nextColumn()
        guard position < bytes.count, bytes[position] != UInt8(ascii: "\n") else { return }
        guard bytes.count - position >= 32 else { throw failure }
        var anyBit: UInt8 = 0
        for place in position..<position + 32 {
            switch bytes[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): anyBit |= bytes[place] & 0xF
            case UInt8(ascii: "a")...UInt8(ascii: "f"): anyBit |= 1
            default: throw failure
            }
        }
        guard anyBit != 0 else { throw failure }
        position += 32
    }

    @inline(__always)
    private mutating func nextColumn() throws(BlockDecodingError) {
        column += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\t") else { throw failure }
        position += 1
    }
}
