/// `host[:port]` (RFC 3986, section 3.2), strictly: a name, an IPv4 address, or an IPv6 address in brackets.
package struct Authority: Sendable {
    /// Without brackets.
    package var host: ByteRange
    package var isIPv6Literal: Bool
    /// `nil` where there is none, or an empty one.
    package var port: UInt16?

    /// Longest host name (RFC 1035, section 2.3.4).
    package static let maximumHostBytes = 253

    /// Reads the whole range; `nil` if it is not an authority.
    package init?(_ bytes: Span<UInt8>, _ range: ByteRange) {
        var place = range.start
        let end = range.end
        guard place < end, end <= bytes.count else { return nil }
        if bytes[place] == UInt8(ascii: "[") {
            place += 1
            let start = place
            while place < end, bytes[place] != UInt8(ascii: "]") {
                guard
                    ByteClass.hexValue(bytes[place]) != nil || bytes[place] == UInt8(ascii: ":")
                        || bytes[place] == UInt8(ascii: ".")
                else { return nil }
                place += 1
            }
            guard place < end, place - start >= 2, place - start <= 45 else { return nil }
            host = ByteRange(start, place)
            isIPv6Literal = true
            guard Self.isIPv6(bytes, host) else { return nil }
            place += 1
        } else {
            let start = place
            while place < end, ByteClass.isHostName(bytes[place]) { place += 1 }
            guard place > start, place - start <= Self.maximumHostBytes else { return nil }
            host = ByteRange(start, place)
            isIPv6Literal = false
        }
        guard place < end else { return }
        guard bytes[place] == UInt8(ascii: ":") else { return nil }
        place += 1
        guard place < end else { return }
        var number: UInt32 = 0
        guard end - place <= 5 else { return nil }
        while place < end {
            guard ByteClass.isDigit(bytes[place]) else { return nil }
            number = number * 10 + UInt32(bytes[place] - 0x30)
            place += 1
        }
        guard number > 0, number <= 65_535 else { return nil }
        port = UInt16(number)
    }

    /// Whether the bytes are an IPv6 address; rare enough for a string.
    private static func isIPv6(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        var text = ""
        for place in range.start..<range.end { text.unicodeScalars.append(Unicode.Scalar(bytes[place])) }
        return IPAddress(text)?.isIPv6 == true
    }
}
