/// The fields of a line, which spaces or tabs divide.
package struct ProcFields {
    private var rest: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { rest = line }

    /// What has not been read.
    var remainder: ArraySlice<UInt8> { rest }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// The next field, or `nil` at the end.
    mutating func next() -> ArraySlice<UInt8>? {
        let start = rest.drop(while: Self.isSpace)
        guard !start.isEmpty else {
            rest = start
            return nil
        }
        let field = start.prefix { !Self.isSpace($0) }
        rest = start[field.endIndex...]
        return field
    }

    mutating func nextText() -> String? { next().map { String(decoding: $0, as: UTF8.self) } }

    /// The next field if it is a number that fits; it is passed over if it is none.
    mutating func nextNumber() -> UInt64? { next().flatMap(Self.number) }

    /// The next so many fields; `nil` if one is missing or no number.
    mutating func nextNumbers(_ count: Int) -> [UInt64]? {
        var numbers: [UInt64] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            guard let number = nextNumber() else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// Passes over fields.
    mutating func skip(_ count: Int) {
        for _ in 0..<count { _ = next() }
    }

    /// What stands before the separator, which is passed over; `nil`, and nothing read, where there is none.
    mutating func next(upTo separator: UInt8) -> ArraySlice<UInt8>? {
        guard let place = rest.firstIndex(of: separator) else { return nil }
        defer { rest = rest[place...].dropFirst() }
        return rest[..<place]
    }

    /// Decimal digits and nothing else.
    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        guard !bytes.isEmpty else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (tenfold, isTooMuch) = value.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooMuch) = tenfold.addingReportingOverflow(UInt64(byte - 0x30))
            guard !isTooMuch, !isStillTooMuch else { return nil }
            value = sum
        }
        return value
    }

    /// Digits, and digits behind a point.
    static func decimal(_ bytes: ArraySlice<UInt8>) -> Double? {
        let whole = bytes.prefix { $0 != UInt8(ascii: ".") }
        guard let value = number(whole) else { return nil }
        let fraction = bytes[whole.endIndex...].dropFirst().prefix(9)
        guard !fraction.isEmpty else { return Double(value) }
        guard let digits = number(fraction) else { return nil }
        var scale = 1.0
        for _ in fraction { scale *= 10 }
        return Double(value) + Double(digits) / scale
    }
}
