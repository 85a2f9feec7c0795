/// The user name and password of a `Proxy-Authorization` field: a service and its key (RFC 7617).
package struct ProxyCredentials: Sendable, Hashable {
    /// Longest field value that is looked at.
    package static let maximumBytes = 1_024

    package var service: [UInt8]
    package var key: [UInt8]

    /// Reads `Basic` and its base64 (RFC 4648, section 4, with its padding); `nil` for anything else.
    package init?(_ value: Span<UInt8>) {
        guard value.count > 5, value.count <= Self.maximumBytes, ByteScan.matches(value, at: 0, "basic") else {
            return nil
        }
        var start = 5
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        guard start > 5, let decoded = Self.decode(value, from: start) else { return nil }
        // The first colon ends the name: it has none.
        guard let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        service = Array(decoded[..<colon])
        key = Array(decoded[(colon + 1)...])
    }

    private static func decode(_ text: Span<UInt8>, from start: Int) -> [UInt8]? {
        var end = text.count
        guard end > start, (end - start) % 4 == 0 else { return nil }
        for _ in 0..<2 where text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity((end - start) * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for place in start..<end {
            guard let digit = value(ofDigit: text[place]) else { return nil }
            bits = bits << 6 | digit
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        // What is left over is padding, and zero: so that there is one spelling.
        return bits & (1 << UInt32(count) - 1) == 0 && count < 6 ? bytes : nil
    }

    private static func value(ofDigit byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
