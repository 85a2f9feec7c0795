import Glibc

/// Classes of bytes in HTTP, as sets of 128 bits: no table in memory, no branch.
package enum ByteClass {
    /// `tchar` of RFC 9110, section 5.6.2: methods and field names.
    @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// What a host name may hold: `unreserved` of RFC 3986. Percent-encoding and `sub-delims`, which that allows as
    /// well, are refused: no resolver takes them, and they are spellings to get around a policy.
    @inline(__always)
    package static func isHostName(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit.
    @inline(__always)
    package static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    @inline(__always)
    private static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        let set = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && set >> UInt64(byte & 0x3F) & 1 == 1
    }
}

/// Reading bytes that came from the network; every access is checked.
package enum ByteScan {
    /// Whether the bytes from `offset` spell `name`, which is in lower case, in any case.
    @inline(__always)
    package static func matches(_ bytes: Span<UInt8>, at offset: Int, _ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard offset >= 0, bytes.count &- offset >= length else { return false }
        let start = name.utf8Start
        guard length >= 8 else {
            for place in 0..<length where ByteClass.lowercased(bytes[offset &+ place]) != start[place] { return false }
            return true
        }
        let raw = bytes.bytes
        let spelled = UnsafeRawPointer(start)
        var place = 0
        while true {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: offset &+ place, as: UInt64.self)
            let wanted = spelled.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            guard lowercased(word) == wanted else { return false }
            if place &+ 8 == length { return true }
            // The last eight overlap those before them.
            place = min(place &+ 8, length &- 8)
        }
    }

    /// Whether the range spells exactly `name`, in any case.
    @inline(__always)
    package static func equals(_ bytes: Span<UInt8>, _ range: ByteRange, _ name: StaticString) -> Bool {
        range.count == name.utf8CodeUnitCount && matches(bytes, at: range.start, name)
    }

    /// Whether two ranges hold the same bytes.
    @inline(__always)
    package static func areEqual(_ bytes: Span<UInt8>, _ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count, left.end <= bytes.count, right.end <= bytes.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return true }
            return memcmp(first + left.start, first + right.start, left.count) == 0
        }
    }

    /// The first place from `offset` whose byte is no `tchar`; `bytes.count` where there is none.
    @inline(__always)
    package static func endOfToken(_ bytes: Span<UInt8>, from offset: Int) -> Int {
        // Letters and hyphens, which names are mostly made of, eight at a time.
        end(of: bytes, from: offset, doubted: { ~(letters($0) | equal($0, to: UInt8(ascii: "-"))) & tops }) {
            ByteClass.isToken($0)
        }
    }

    /// The first place from `offset` whose byte is not visible ASCII, 0x21 to 0x7E; `bytes.count` where there is none.
    @inline(__always)
    package static func endOfVisible(_ bytes: Span<UInt8>, from offset: Int) -> Int {
        end(of: bytes, from: offset) { word in
            let low = word & ~tops
            // No sum leaves its byte: the top bit tells 0x21 or more, and 0x7F.
            return ~((low &+ ones &* 0x5F) & ~(low &+ ones) & ~word) & tops
        } holds: {
            $0 &- 0x21 < 0x5E
        }
    }

    /// The first place from `offset` whose byte cannot be in a field value: a control other than the tab, or DEL;
    /// `bytes.count` where there is none.
    @inline(__always)
    package static func endOfValue(_ bytes: Span<UInt8>, from offset: Int) -> Int {
        end(of: bytes, from: offset) { word in
            let deleted = word ^ (ones &* 0x7F)
            return ((word &- ones &* 0x20) & ~word | (deleted &- ones) & ~deleted) & tops
        } holds: {
            $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t")
        }
    }

    /// The first place from `offset` whose byte does not belong to a class; `bytes.count` where there is none.
    ///
    /// - Parameters:
    ///   - doubted: of eight bytes, the first in the lowest bits, the top bits of those that may not belong. Bytes
    ///     behind the first of them may be wrong; none before it may be missing.
    ///   - holds: whether a byte belongs.
    @inline(__always)
    private static func end(
        of bytes: Span<UInt8>, from offset: Int, doubted: (UInt64) -> UInt64, holds: (UInt8) -> Bool
    ) -> Int {
        let raw = bytes.bytes
        var place = offset
        while place &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
            let found = doubted(word)
            guard found != 0 else {
                place &+= 8
                continue
            }
            place &+= found.trailingZeroBitCount >> 3
            guard holds(bytes[place]) else { return place }
            place &+= 1
        }
        while place < bytes.count, holds(bytes[place]) { place &+= 1 }
        return place
    }

    /// The value of sixteen lower-case hexadecimal digits from `offset`; `nil` if one of them is something else.
    @inline(__always)
    package static func hexadecimal(_ bytes: Span<UInt8>, at offset: Int) -> UInt64? {
        guard let high = hexadecimalHalf(bytes, at: offset), let low = hexadecimalHalf(bytes, at: offset &+ 8) else {
            return nil
        }
        return high << 32 | low
    }

    @inline(__always)
    private static func hexadecimalHalf(_ bytes: Span<UInt8>, at offset: Int) -> UInt64? {
        precondition(offset >= 0 && offset &+ 8 <= bytes.count)
        let word = UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let low = word & ~tops
        // The top bit of each byte: 0x30 to 0x39, 0x61 to 0x66.
        let digits = (low &+ ones &* 0x50) & ~(low &+ ones &* 0x46) & tops
        let letters = (low &+ ones &* 0x1F) & ~(low &+ ones &* 0x19) & tops
        guard word & tops == 0, digits | letters == tops else { return nil }
        var value = word & (ones &* 0x0F) &+ (letters >> 7) &* 9
        // Eight bytes of four bits each are moved together.
        value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        return (value | value >> 16) & 0x0000_0000_FFFF_FFFF
    }

    private static var ones: UInt64 { @inline(__always) get { 0x0101_0101_0101_0101 } }
    private static var tops: UInt64 { @inline(__always) get { 0x8080_8080_8080_8080 } }

    /// The top bit of every byte that is an ASCII letter.
    @inline(__always)
    private static func letters(_ word: UInt64) -> UInt64 {
        let low = (word | ones &* 0x20) & ~tops
        return (low &+ ones &* 0x1F) & ~(low &+ ones &* 0x05) & ~word & tops
    }

    /// The word with every upper-case ASCII letter in lower case.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & ~tops
        let upper = (low &+ ones &* 0x3F) & ~(low &+ ones &* 0x25) & ~word & tops
        return word | upper >> 2
    }

    /// The top bit of every byte that is `byte`, which is ASCII.
    @inline(__always)
    private static func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
        let difference = word ^ ones &* UInt64(byte)
        return ~((difference & ~tops) &+ ~tops | difference) & tops
    }
}

/// A part of a head, by offsets from its first byte. Heads are at most 64 KiB, with some room for what follows.
package struct ByteRange: Sendable, Hashable {
    package var lower: UInt32
    package var upper: UInt32

    @inline(__always)
    package init(_ start: Int, _ end: Int) {
        lower = UInt32(start)
        upper = UInt32(end)
    }

    package init() {
        lower = 0
        upper = 0
    }

    package var start: Int { Int(lower) }
    package var end: Int { Int(upper) }
    package var count: Int { Int(upper) - Int(lower) }
    package var isEmpty: Bool { upper == lower }
}
