/// Instants as the API writes and reads them: RFC 3339, UTC on output, always with milliseconds.
package enum Timestamp {
    /// - Parameter milliseconds: since the epoch; the years 0001 … 9999 are written, others clamped to them.
    package static func text(milliseconds: Int64) -> String {
        let clamped = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let seconds = floorDivide(clamped, 1_000)
        let days = floorDivide(seconds, 86_400)
        let (year, month, day) = date(daysSinceEpoch: days)
        let second = seconds - days * 86_400
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var place = 0
            func write(_ number: Int64, _ width: Int, _ end: Unicode.Scalar) {
                var rest = number
                for digit in stride(from: place + width - 1, through: place, by: -1) {
                    buffer[digit] = UInt8(48 + rest % 10)
                    rest /= 10
                }
                buffer[place + width] = UInt8(ascii: end)
                place += width + 1
            }
            write(year, 4, "-")
            write(month, 2, "-")
            write(day, 2, "T")
            write(second / 3_600, 2, ":")
            write(second / 60 % 60, 2, ":")
            write(second % 60, 2, ".")
            write(clamped - seconds * 1_000, 3, "Z")
            return place
        }
    }

    package static func text(seconds: Int64) -> String { text(milliseconds: seconds * 1_000) }

    /// Milliseconds since the epoch; `nil` where the text is no RFC 3339 date-time. A leap second counts as the next
    /// minute's first.
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        guard let year = digits(&rest, 4), literal(&rest, "-"), let month = digits(&rest, 2), literal(&rest, "-"),
            let day = digits(&rest, 2), literal(&rest, "T") || literal(&rest, "t"), let hour = digits(&rest, 2),
            literal(&rest, ":"), let minute = digits(&rest, 2), literal(&rest, ":"), let second = digits(&rest, 2),
            (1...12).contains(month), (1...daysIn(month, of: year)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if literal(&rest, ".") {
            var scale: Int64 = 100
            guard let first = rest.first, isDigit(first) else { return nil }
            while let byte = rest.first, isDigit(byte) {
                milliseconds += Int64(byte - 48) * scale
                scale /= 10
                rest.removeFirst()
            }
        }
        guard let offset = offsetMinutes(&rest), rest.isEmpty else { return nil }
        let minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1_000 + milliseconds
    }

    // MARK: The proleptic Gregorian calendar

    /// Days before the month in a year that starts in March.
    private static func daysBefore(marchMonth: Int64) -> Int64 { (153 * marchMonth + 2) / 5 }

    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let leapDays = floorDivide(marchYear, 4) - floorDivide(marchYear, 100) + floorDivide(marchYear, 400)
        return marchYear * 365 + leapDays + daysBefore(marchMonth: marchMonth) + day - 1 - 719_468
    }

    private static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // The mean year is a good first guess, at most one off.
        var marchYear = floorDivide((days + 719_468) * 400, 146_097)
        while daysSinceEpoch(marchYear, 3, 1) > days { marchYear -= 1 }
        while daysSinceEpoch(marchYear + 1, 3, 1) <= days { marchYear += 1 }
        let dayOfYear = days - daysSinceEpoch(marchYear, 3, 1)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (month > 2 ? marchYear : marchYear + 1, month, dayOfYear - daysBefore(marchMonth: marchMonth) + 1)
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        month == 2
            ? (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28)
            : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        return remainder < 0 ? quotient - 1 : quotient
    }

    // MARK: Text

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
        guard rest.count >= count, rest.prefix(count).allSatisfy(isDigit) else { return nil }
        defer { rest.removeFirst(count) }
        return rest.prefix(count).reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func literal(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func offsetMinutes(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if literal(&rest, "Z") || literal(&rest, "z") { return 0 }
        let sign: Int64 = literal(&rest, "-") ? -1 : 1
        guard sign < 0 || literal(&rest, "+"), let hours = digits(&rest, 2), literal(&rest, ":"),
            let minutes = digits(&rest, 2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
