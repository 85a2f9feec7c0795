import VenusCore

/// W3C Trace Context: of `traceparent` only the trace id is read, the field itself is passed on as it is.
enum TraceContext {
    /// The trace id of `VERSION-TRACEID-PARENTID-FLAGS`; `nil` if the value is not of that form.
    static func traceID(_ bytes: Span<UInt8>, _ value: ByteRange) -> TraceID? {
        guard value.count >= 55, value.end <= bytes.count else { return nil }
        let start = value.start
        let dash = UInt8(ascii: "-")
        guard bytes[start + 2] == dash, bytes[start + 35] == dash, bytes[start + 52] == dash else { return nil }
        var halves: InlineArray<2, UInt64> = [0, 0]
        for place in 0..<32 {
            let byte = bytes[start + 3 + place]
            guard let digit = ByteClass.hexValue(byte), !(0x41...0x46).contains(byte) else { return nil }
            halves[place / 16] = halves[place / 16] << 4 | UInt64(digit)
        }
        return TraceID(high: halves[0], low: halves[1])
    }
}
