/// Writes JSON straight into bytes, for the answers that are large: the encoder of Foundation takes ten times as long,
/// most of it for boxes that it makes of every number.
///
/// Writes what ``JSONOutput`` would, but for numbers that are rounded: members are given in the order of their names,
/// whole numbers without a fraction, slashes as they are. A number that is not finite becomes `null`.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// Whether something stands before the next value, on its level.
    private var needsComma = false

    package init(reserving capacity: Int = 4_096) { bytes.reserveCapacity(capacity) }

    // MARK: Structure

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    package mutating func array<Items: Sequence>(
        _ items: Items, _ write: (inout JSONWriter, Items.Element) -> Void
    ) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for item in items { write(&writer, item) }
        }
    }

    /// Writes a member's name, which needs no escapes; its value is written next.
    package mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The same of a name that comes from a table.
    package mutating func name(text name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func enclosed(_ opening: UInt8, _ closing: UInt8, _ content: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(opening)
        needsComma = false
        content(&self)
        bytes.append(closing)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    package mutating func null() { raw("null") }

    package mutating func value(_ value: some FixedWidthInteger) {
        separate()
        append(value)
    }

    package mutating func value(_ number: Double?) {
        guard let number, number.isFinite else { return null() }
        separate()
        // Exact up to 2⁵³, and far faster than a fraction.
        if abs(number) < 9_007_199_254_740_992, number == number.rounded(.towardZero) {
            if number == 0, number.sign == .minus { bytes.append(UInt8(ascii: "-")) }
            append(Int64(number))
            return
        }
        bytes.append(contentsOf: number.description.utf8)
        // A whole number that is too large for the way above, but not for its description.
        if bytes.last == UInt8(ascii: "0"), bytes.dropLast().last == UInt8(ascii: ".") { bytes.removeLast(2) }
    }

    /// A number with so many digits behind the point at most, rounded to the nearest; for numbers below 10⁹.
    package mutating func value(_ number: Double?, decimals: Int) {
        guard let number, number.isFinite else { return null() }
        let scaled = (abs(number) * Self.powersOfTen[decimals]).rounded()
        // Exact up to 2⁵³: a larger number has no digits that could be left out.
        guard scaled < 9_007_199_254_740_992 else { return value(number) }
        separate()
        if number < 0, scaled > 0 { bytes.append(UInt8(ascii: "-")) }
        var digits = UInt64(scaled)
        var decimals = decimals
        while decimals > 0, digits % 10 == 0 {
            digits /= 10
            decimals -= 1
        }
        append(digits, decimals: decimals)
    }

    /// A fraction of calls, to eight decimals; never 0 or 1 where it is only near: then with all its digits.
    package mutating func value(rate: Double?) {
        guard let rate, rate > 0, rate < 1, min(rate, 1 - rate) < 1e-8 else { return value(rate, decimals: 8) }
        value(rate)
    }

    /// A number rounded to so many digits; all digits before the point stay.
    package mutating func value(_ number: Double?, significantDigits digits: Int) {
        guard let number, number.isFinite else { return null() }
        let least = Self.powersOfTen[digits - 1]
        var decimals = 0
        while decimals < Self.maximumDecimals, abs(number) * Self.powersOfTen[decimals] < least { decimals += 1 }
        value(number, decimals: decimals)
    }

    package mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            for byte in utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(byte)
                case 0x0A: append("\\n")
                case 0x0D: append("\\r")
                case 0x09: append("\\t")
                case 0x08: append("\\b")
                case 0x0C: append("\\f")
                case 0..<0x20:
                    append("\\u00")
                    bytes.append(Self.hexDigits[Int(byte >> 4)])
                    bytes.append(Self.hexDigits[Int(byte & 15)])
                default: bytes.append(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func value(_ text: String?) {
        if let text { value(text) } else { null() }
    }

    package mutating func value(_ isTrue: Bool) { raw(isTrue ? "true" : "false") }

    // MARK: Bytes

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let maximumDecimals = 12
    private static let powersOfTen: [Double] = (0...maximumDecimals).map { Double("1e\($0)") ?? 1 }

    private mutating func raw(_ text: StaticString) {
        separate()
        append(text)
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// - Parameter decimals: how many of the digits stand behind the point.
    private mutating func append(_ digits: UInt64, decimals: Int) {
        var rest = digits
        var written = 0
        let start = bytes.count
        repeat {
            if written == decimals, decimals > 0 { bytes.append(UInt8(ascii: ".")) }
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
            written += 1
        } while rest > 0 || written <= decimals
        bytes[start...].reverse()
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = UInt64(number.magnitude)
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}

/// What ``JSONWriter`` can write.
package protocol JSONWritable {
    func write(to writer: inout JSONWriter)
}

extension JSONWritable {
    package var json: [UInt8] {
        var writer = JSONWriter(reserving: 1 << 16)
        write(to: &writer)
        return writer.bytes
    }
}
