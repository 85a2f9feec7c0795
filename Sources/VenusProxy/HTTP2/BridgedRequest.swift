/// The head of a request as `HeadSerializer` has written it: with its target in origin form, and one `Host`.
struct BridgedRequest {
    /// Bytes up to behind the empty line.
    var length = 0
    var method = ByteRange()
    var target = ByteRange()
    var host = ByteRange()
    var framing = BodyFraming.none
    var isHead = false

    /// Reads the head at the start of the bytes, and its fields into the table.
    static func read(
        _ bytes: Span<UInt8>, limits: HeadLimits, fields: inout FieldTable
    ) -> HeadResult<BridgedRequest> {
        var request = BridgedRequest()
        let methodEnd = ByteScan.endOfToken(bytes, from: 0)
        guard methodEnd < bytes.count else { return .incomplete }
        guard methodEnd > 0, bytes[methodEnd] == UInt8(ascii: " ") else { return .invalid(.malformedRequestLine) }
        request.method = ByteRange(0, methodEnd)
        let targetEnd = ByteScan.endOfVisible(bytes, from: methodEnd + 1)
        request.target = ByteRange(methodEnd + 1, min(targetEnd, bytes.count))
        let lineEnd = targetEnd + 11
        guard lineEnd <= bytes.count else { return .incomplete }
        guard ByteScan.matches(bytes, at: targetEnd, " http/1.1\r\n") else { return .invalid(.malformedRequestLine) }
        var section = HeadParser.FieldSection()
        switch HeadParser.readFields(
            bytes, from: lineEnd, isRequest: true, limits: limits, fields: &fields, into: &section)
        {
        case .incomplete: return bytes.count > limits.headBytes ? .invalid(.headTooLarge) : .incomplete
        case .invalid(let fault): return .invalid(fault)
        case .complete: break
        }
        guard let host = section.host else { return .invalid(.missingHost) }
        request.host = host
        request.length = section.end
        request.isHead = ByteScan.equals(bytes, request.method, "head")
        if section.flags.contains(.chunked) {
            request.framing = .chunked
        } else if section.contentLength > 0 {
            request.framing = .length(section.contentLength)
        }
        return .complete(request)
    }
}
