import VenusCore

/// Numbers as people read them.
package enum Figure {
    /// A value or limit of an alert's metric, such as `availability`, `response_time_p95_ms` or
    /// `host:system.cpu.utilization`, in its unit.
    package static func text(_ value: Double, metric: String) -> String {
        switch metric {
        case "availability", "error_rate": return decimal(value * 100, places: 2) + " %"
        case "burn_rate": return decimal(value, places: 1) + "×"
        case "calls_per_minute": return decimal(value, places: 1) + "/min"
        default:
            if metric.hasSuffix("_ms") { return milliseconds(value) }
            if case .host(let name) = Metric(name: metric), let known = HostMetric(name: name) {
                return text(value, of: known)
            }
            return decimal(value, places: 3)
        }
    }

    /// A metric's name as people read it: of a host's without what tells it from those of calls.
    static func metric(_ name: String) -> String {
        if case .host(let own) = Metric(name: name) { own } else { name }
    }

    private static func text(_ value: Double, of metric: HostMetric) -> String {
        let rate = metric.kind == .counter ? "/s" : ""
        switch metric.unit {
        case "1": return decimal(value * 100, places: 1) + " %"
        case "By": return bytes(value) + rate
        case "s": return decimal(value, places: 1) + " s" + rate
        default: return decimal(value, places: 2) + rate
        }
    }

    /// In powers of 1,024.
    private static func bytes(_ value: Double) -> String {
        var (rest, unit) = (value, "B")
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] where abs(rest) >= 1_024 {
            (rest, unit) = (rest / 1_024, larger)
        }
        return decimal(rest, places: 1) + " " + unit
    }

    static func milliseconds(_ value: Double) -> String {
        value >= 10_000
            ? decimal(value / 1_000, places: 1) + " s"
            : decimal(value, places: value < 10 ? 2 : value < 100 ? 1 : 0) + " ms"
    }

    /// Rounded to so many places, without trailing zeros.
    private static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let whole = Int64((abs(value) * scale).rounded())
        let unit = Int64(scale)
        var text = "\(whole / unit)"
        if places > 0, whole % unit > 0 {
            var digits = "\(unit + whole % unit)".dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += ".\(digits)"
        }
        return value < 0 && whole > 0 ? "-" + text : text
    }

    /// RFC 3339, UTC.
    static func time(_ second: Int64) -> String {
        // Years 0001 … 9999.
        let clamped = min(max(second, -62_135_596_800), 253_402_300_799)
        let days = clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400
        let rest = clamped - days * 86_400
        let shifted = days + 719_468
        let era = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ number: Int64, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }
}
