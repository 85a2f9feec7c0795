/// The field `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
public enum RetryAfter {
    /// Longest wait that a receiver can ask for, in seconds.
    public static let maximumSeconds: Int64 = 86_400

    /// Seconds to wait, at most ``maximumSeconds``; `nil` where the text is neither a number nor an IMF-fixdate.
    ///
    /// - Parameter now: seconds since the epoch.
    public static func seconds(_ text: String, at now: Int64) -> Int64? {
        let bytes = Array(text.utf8.prefix(64)).trimmed
        guard !bytes.isEmpty else { return nil }
        if bytes.allSatisfy({ (48...57).contains($0) }) {
            // More digits than a day has are more than a day.
            guard bytes.count <= 9 else { return maximumSeconds }
            return min(number(bytes[...]), maximumSeconds)
        }
        guard let date = date(bytes) else { return nil }
        let (wait, overflow) = date.subtractingReportingOverflow(now)
        return overflow ? nil : min(max(wait, 0), maximumSeconds)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func date(_ bytes: [UInt8]) -> Int64? {
        let pattern = Array("???, 00 ??? 0000 00:00:00 GMT".utf8)
        guard bytes.count == pattern.count else { return nil }
        for (byte, wanted) in zip(bytes, pattern) {
            switch wanted {
            case UInt8(ascii: "?"): continue
            case UInt8(ascii: "0"): guard (48...57).contains(byte) else { return nil }
            default: guard byte == wanted else { return nil }
            }
        }
        guard let month = months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)) else { return nil }
        let day = number(bytes[5..<7])
        let year = number(bytes[12..<16])
        let hour = number(bytes[17..<19])
        let minute = number(bytes[20..<22])
        let second = number(bytes[23..<25])
        guard (1...31).contains(day), hour < 24, minute < 60, second <= 60, year >= 1970 else { return nil }
        return days(year, Int64(month) + 1, day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Days since the epoch of a Gregorian date, by years that begin in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64 {
        digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
}

extension [UInt8] {
    /// Without spaces and tabs around it.
    fileprivate var trimmed: [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 }
        return Array(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
