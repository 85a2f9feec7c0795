/// A time as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
package struct HTTPDate: Sendable {
    package static let length = 29

    package private(set) var bytes: InlineArray<29, UInt8> = .init(repeating: UInt8(ascii: " "))

    /// Of a second since the epoch, from 1970 to 9999.
    package init(second: Int64) {
        let clamped = min(max(second, 0), 253_402_300_799)
        let days = clamped / 86_400
        let (year, month, day) = Self.civil(days: days)
        put("SunMonTueWedThuFriSat", from: Int((days + 4) % 7) * 3, at: 0)
        put(",", from: 0, count: 1, at: 3)
        put(Int64(day), digits: 2, at: 5)
        put("JanFebMarAprMayJunJulAugSepOctNovDec", from: (month - 1) * 3, at: 8)
        put(year, digits: 4, at: 12)
        put(clamped % 86_400 / 3_600, digits: 2, at: 17)
        put(":", from: 0, count: 1, at: 19)
        put(clamped % 3_600 / 60, digits: 2, at: 20)
        put(":", from: 0, count: 1, at: 22)
        put(clamped % 60, digits: 2, at: 23)
        put("GMT", from: 0, at: 26)
    }

    private mutating func put(_ text: StaticString, from start: Int, count: Int = 3, at place: Int) {
        precondition(start + count <= text.utf8CodeUnitCount)
        for offset in 0..<count { bytes[place + offset] = text.utf8Start[start + offset] }
    }

    private mutating func put(_ value: Int64, digits: Int, at place: Int) {
        var rest = value
        for offset in stride(from: digits - 1, through: 0, by: -1) {
            bytes[place + offset] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        }
    }

    /// Year, month and day of a day since the epoch, by counting in eras of 400 years that begin in March.
    private static func civil(days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
