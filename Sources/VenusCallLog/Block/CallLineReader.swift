import VenusCore

/// Reads ``CallLine``s; whatever the bytes are, a call or an error comes out.
struct CallLineReader {
    let bytes: [UInt8]
    private var position = 0
    private var line = 0
    private var column = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Steps over the newline between two lines; `false` at the end of the field.
    mutating func skipNewline() -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return false }
        position += 1
        return true
    }

    mutating func readLine(_ line: Int, t0: Int64, operations: Int) throws(BlockDecodingError) -> Call {
        self.line = line
        column = 0
        let operation = try readNumber()
        guard let operation, operation < UInt64(operations) else { throw failure }
        let offset = try nextNumber()
        guard let offset, offset <= BlockDecoder.maximumTime, t0 <= BlockDecoder.maximumTime - Int64(offset) else {
            throw failure
        }
        let duration = try nextNumber()
        guard let duration, let duration = UInt32(exactly: duration) else { throw failure }
        let outcome = try nextNumber()
        guard let outcome, let code = UInt8(exactly: outcome), let outcome = Outcome(rawValue: code) else {
            throw failure
        }
        var call = Call(operation: Int(operation), start: t0 + Int64(offset), duration: duration, outcome: outcome)
        guard let status = UInt16(exactly: try nextNumber() ?? 0) else { throw failure }
        call.status = status
        if let errorType = try nextNumber() {
            // Codes are only ever appended: one that a newer version knows is none to this one.
            guard let code = UInt8(exactly: errorType) else { throw failure }
            call.errorType = ErrorType(rawValue: code)
        }
        for phase in Phase.allCases {
            guard let time = try nextNumber() else { continue }
            guard let time = UInt32(exactly: time) else { throw failure }
            call.phases[phase] = time
        }
        call.bytesSent = try nextNumber() ?? 0
        call.bytesReceived = try nextNumber() ?? 0
        guard let flags = UInt16(exactly: try nextNumber() ?? 0) else { throw failure }
        call.flags = CallFlags(rawValue: flags)
        call.traceID = try nextTraceID()
        guard position == bytes.count || bytes[position] == UInt8(ascii: "\n") else { throw failure }
        return call
    }

    private var failure: BlockDecodingError { .malformedCall(line: line, column: column) }

    private mutating func nextColumn() throws(BlockDecodingError) {
        column += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\t") else { throw failure }
        position += 1
    }

    private mutating func nextNumber() throws(BlockDecodingError) -> UInt64? {
        try nextColumn()
        return try readNumber()
    }

    /// Decimal digits up to something else; `nil` where there are none.
    private mutating func readNumber() throws(BlockDecodingError) -> UInt64? {
        let start = position
        var value: UInt64 = 0
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeAgain) = product.addingReportingOverflow(UInt64(digit))
            guard !tooLarge, !tooLargeAgain else { throw failure }
            value = sum
            position += 1
        }
        return position == start ? nil : value
    }

    private mutating func nextTraceID() throws(BlockDecodingError) -> TraceID? {
        try nextColumn()
        guard position < bytes.count, bytes[position] != UInt8(ascii: "\n") else { return nil }
        guard bytes.count - position >= 32, let traceID = TraceID(bytes[position..<position + 32]) else {
            throw failure
        }
        position += 32
        return traceID
    }
}
