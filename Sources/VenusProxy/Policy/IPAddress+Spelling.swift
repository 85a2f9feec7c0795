extension IPAddress {
    /// Reads an address in every spelling that the system's resolver takes for one: beside the usual ones, those of
    /// inet_aton(3): one to four numbers, decimal, octal or hexadecimal, of which the last fills what is left
    /// (`127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`).
    package init?(anySpelling text: String) {
        if let usual = IPAddress(text) {
            self = usual
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard 1...4 ~= parts.count else { return nil }
        var value: UInt64 = 0
        for (place, part) in parts.enumerated() {
            guard let number = Self.number(part) else { return nil }
            let isLast = place == parts.count - 1
            let bits = isLast ? 32 - 8 * place : 8
            guard number >> UInt64(bits) == 0 else { return nil }
            value = value << UInt64(bits) | number
        }
        var bytes = SIMD16<UInt8>()
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: value >> UInt64(24 - 8 * place)) }
        self.init(bytes: bytes, isIPv6: false)
    }

    /// A number as C writes it; `nil` for anything else, and where it does not fit into 32 bits.
    private static func number(_ text: Substring.UTF8View) -> UInt64? {
        guard let first = text.first else { return nil }
        var digits = text
        var base: UInt64 = 10
        if first == UInt8(ascii: "0"), text.count > 1 {
            digits = digits.dropFirst()
            base = 8
            if digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X") {
                digits = digits.dropFirst()
                base = 16
            }
        }
        guard !digits.isEmpty else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard let next = ByteClass.hexValue(digit), UInt64(next) < base else { return nil }
            value = value * base + UInt64(next)
            guard value <= UInt32.max else { return nil }
        }
        return value
    }
}
