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
        for place in 0..<length where ByteClass.lowercased(bytes[offset &+ place]) != start[place] { return false }
        return true
    }

    /// Whether the range spells exactly `name`, in any case.
    @inline(__always)
    package static func equals(_ bytes: Span<UInt8>, _ range: ByteRange, _ name: StaticString) -> Bool {
        range.count == name.utf8CodeUnitCount && matches(bytes, at: range.start, name)
    }

    /// The first place from `offset` whose byte cannot be in a field value: a control other than the tab, or DEL;
    /// `bytes.count` where there is none.
    @inline(__always)
    package static func endOfValue(_ bytes: Span<UInt8>, from offset: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let raw = bytes.bytes
        var place = offset
        while place &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
            let deleted = word ^ (ones &* 0x7F)
            // The lowest bit set marks the first byte below 0x20 or equal to 0x7F; bits above it may be wrong.
            let found = ((word &- ones &* 0x20) & ~word | (deleted &- ones) & ~deleted) & tops
            guard found != 0 else {
                place &+= 8
                continue
            }
            place &+= found.trailingZeroBitCount >> 3
            guard bytes[place] == UInt8(ascii: "\t") else { return place }
            place &+= 1
        }
        while place < bytes.count {
            let byte = bytes[place]
            if (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F { return place }
            place &+= 1
        }
        return bytes.count
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
