import VenusCore

/// W3C Trace Context: of `traceparent` only the trace id is read, the field itself is passed on as it is.
enum TraceContext {
    /// The trace id of `VERSION-TRACEID-PARENTID-FLAGS`; `nil` if the value is not of that form.
    static func traceID(_ bytes: Span<UInt8>, _ value: ByteRange) -> TraceID? {
        guard value.count >= 55, value.end <= bytes.count else { return nil }
        let start = value.start
        let dash = UInt8(ascii: "-")
        guard bytes[start + 2] == dash, bytes[start + 35] == dash, bytes[start + 52] == dash else { return nil }
        guard let high = ByteScan.hexadecimal(bytes, at: start + 3),
            let low = ByteScan.hexadecimal(bytes, at: start + 19)
        else { return nil }
        return TraceID(high: high, low: low)
    }
}
