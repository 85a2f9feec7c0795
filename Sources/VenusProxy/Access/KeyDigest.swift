/// The SHA-256 of a service's key (FIPS 180-4): what is kept instead of the key.
///
/// A key is 256 random bits, so that nobody finds it from its digest, and no salt or slow hash is needed.
package struct KeyDigest: Sendable, Hashable {
    /// The digest's bytes, four a word, the first in the highest place.
    private let words: SIMD8<UInt32>

    init(words: SIMD8<UInt32>) { self.words = words }

    /// Reads 64 hexadecimal digits of either case; `nil` for anything else.
    package init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 64 else { return nil }
        var words = SIMD8<UInt32>()
        for (place, byte) in text.utf8.enumerated() {
            guard let digit = Self.value(ofDigit: byte) else { return nil }
            words[place / 8] = words[place / 8] << 4 | digit
        }
        self.words = words
    }

    /// 64 digits in lower case.
    package var hexadecimal: String {
        var text = ""
        for place in 0..<8 {
            let digits = String(words[place], radix: 16)
            text += String(repeating: "0", count: 8 - digits.count) + digits
        }
        return text
    }

    /// Takes the same time whatever the digests are.
    package static func == (one: KeyDigest, other: KeyDigest) -> Bool {
        let difference = one.words ^ other.words
        var bits: UInt32 = 0
        for place in 0..<8 { bits |= difference[place] }
        return bits == 0
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words) }

    private static func value(ofDigit byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
