import CNGHTTP2

/// A field section to be sent: names in lower case, as HTTP/2 wants them (RFC 9113, section 8.2).
struct HTTP2FieldBlock {
    private var bytes: [UInt8] = []
    private var fields: [(name: Range<Int>, value: Range<Int>)] = []

    var isEmpty: Bool { fields.isEmpty }

    /// A field, with bytes of a head that was read.
    mutating func append(_ source: Span<UInt8>, name: ByteRange, value: ByteRange) {
        let start = bytes.count
        for place in name.start..<name.end { bytes.append(ByteClass.lowercased(source[place])) }
        close(nameStart: start) { bytes in for place in value.start..<value.end { bytes.append(source[place]) } }
    }

    /// A field, or a pseudo-header field, of ours.
    mutating func append(_ name: StaticString, _ value: some Sequence<UInt8>) {
        let start = bytes.count
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        close(nameStart: start) { $0.append(contentsOf: value) }
    }

    mutating func append(_ name: StaticString, _ source: Span<UInt8>, _ value: ByteRange) {
        let start = bytes.count
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        close(nameStart: start) { bytes in for place in value.start..<value.end { bytes.append(source[place]) } }
    }

    private mutating func close(nameStart: Int, _ appendValue: (inout [UInt8]) -> Void) {
        let middle = bytes.count
        appendValue(&bytes)
        fields.append((nameStart..<middle, middle..<bytes.count))
    }

    /// The fields as nghttp2 takes them, which copies them.
    @discardableResult
    func withNative<Result>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return body(nil, 0) }
            // nghttp2 only reads what the pointers lead to.
            let base = UnsafeMutablePointer(mutating: first)
            let native = fields.map { field in
                nghttp2_nv(
                    name: base + field.name.lowerBound, value: base + field.value.lowerBound,
                    namelen: field.name.count, valuelen: field.value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
            }
            return native.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
