import VenusCore

/// KPIs in a few words, for pictures.
enum GraphLabel {
    static func responseTime(_ kpi: KPI) -> String {
        guard let p95 = kpi.responseTime.p95 else { return "no response time" }
        return "p95 \(rounded(p95)) ms"
    }

    static func load(_ kpi: KPI) -> String { "\(rounded(kpi.load.callsPerMinute)) calls/min" }

    /// `nil` where there were none.
    static func errors(_ kpi: KPI) -> String? {
        guard let rate = kpi.errorRate, rate > 0 else { return nil }
        return "\(rounded(rate * 100))% errors"
    }

    static func lines(_ kpi: KPI) -> [String] { [responseTime(kpi), load(kpi)] + (errors(kpi).map { [$0] } ?? []) }

    /// At most two digits after the point, and none from a hundred on.
    private static func rounded(_ number: Double) -> String {
        guard number < 1e15 else { return "\(number)" }
        let scale: Double = number >= 100 ? 1 : number >= 10 ? 10 : 100
        let whole = Int64((number * scale).rounded())
        let (units, fraction) = whole.quotientAndRemainder(dividingBy: Int64(scale))
        guard fraction > 0 else { return "\(units)" }
        let digits = String(fraction)
        let padded = scale == 100 && digits.count == 1 ? "0" + digits : digits
        return "\(units).\(padded.last == "0" ? padded.dropLast() : padded[...])"
    }
}
