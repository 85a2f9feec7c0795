/// Writes numbers as ASCII digits to raw memory; the caller has made sure of the room.
enum DigitWriter {
    /// Writes the decimal digits, at most 20, and returns the place behind them.
    static func write(_ value: UInt64, to place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if value < 10 {
            place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
            return place + 1
        }
        let end = place + digits(value)
        var position = end
        var rest = value
        while rest >= 10 {
            position -= 1
            position.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        return end
    }

    /// Writes 16 lower-case hexadecimal digits and returns the place behind them.
    static func writeHexadecimal(
        _ value: UInt64, to place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        for index in 0..<16 { place[index] = hexadecimal(UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index))) }
        return place + 16
    }

    /// The digit of the lower four bits.
    static func hexadecimal(_ value: UInt8) -> UInt8 {
        let digit = value & 0xF
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    private static func digits(_ value: UInt64) -> Int {
        var limit: UInt64 = 100
        var count = 2
        while value >= limit, count < 20 {
            count += 1
            // 10^20 does not fit: the last comparison is the count's own bound.
            limit = count < 20 ? limit &* 10 : .max
        }
        return count
    }
}
