extension HeadParser {
    /// Reads a response head from the first byte on.
    package static func parseResponse(
        _ bytes: Span<UInt8>, limits: HeadLimits, fields: inout FieldTable
    ) -> HeadResult<ResponseHead> {
        var head = ResponseHead()
        switch readStatusLine(bytes, head: &head) {
        case .incomplete: return bytes.count >= limits.headBytes ? .invalid(.headTooLarge) : .incomplete
        case .invalid(let fault): return .invalid(fault)
        case .complete(let end):
            var section = FieldSection()
            section.flags = head.flags
            switch readFields(bytes, from: end, isRequest: false, limits: limits, fields: &fields, into: &section) {
            case .incomplete: return bytes.count >= limits.headBytes ? .invalid(.headTooLarge) : .incomplete
            case .invalid(let fault): return .invalid(fault)
            case .complete: break
            }
            guard section.end <= limits.headBytes else { return .invalid(.headTooLarge) }
            head.length = section.end
            head.flags = section.flags
            head.contentLength = section.contentLength
            if head.flags.contains(.chunked), head.flags.contains(.version10) {
                return .invalid(.transferEncodingInHTTP10)
            }
            return .complete(head)
        }
    }

    /// `HTTP/1.x NNN reason CRLF`; a missing reason is allowed, also without the space before it.
    private static func readStatusLine(_ bytes: Span<UInt8>, head: inout ResponseHead) -> HeadResult<Int> {
        // A first line that cannot become a status line is refused at once.
        let opening: StaticString = "HTTP/1."
        for place in 0..<min(bytes.count, 7) where bytes[place] != opening.utf8Start[place] {
            return .invalid(.malformedStatusLine)
        }
        guard bytes.count >= 14 else { return .incomplete }
        guard ByteClass.isDigit(bytes[7]), bytes[8] == UInt8(ascii: " "), ByteClass.isDigit(bytes[9]),
            ByteClass.isDigit(bytes[10]), ByteClass.isDigit(bytes[11]), bytes[9] != UInt8(ascii: "0")
        else { return .invalid(.malformedStatusLine) }
        if bytes[7] == UInt8(ascii: "0") { head.flags.insert(.version10) }
        head.status = UInt16(bytes[9] - 0x30) * 100 + UInt16(bytes[10] - 0x30) * 10 + UInt16(bytes[11] - 0x30)
        guard bytes[12] == UInt8(ascii: " ") || bytes[12] == carriageReturn else {
            return .invalid(.malformedStatusLine)
        }
        let end = ByteScan.endOfValue(bytes, from: 12)
        guard end < bytes.count else { return .incomplete }
        guard bytes[end] == carriageReturn else { return .invalid(.malformedStatusLine) }
        guard end + 1 < bytes.count else { return .incomplete }
        guard bytes[end + 1] == lineFeed else { return .invalid(.malformedStatusLine) }
        head.statusAndReason = ByteRange(9, end)
        return .complete(end + 2)
    }
}
