import Foundation
import VenusAlerts
import VenusCore

/// Numbers as people read them in a terminal; `–` for what there is nothing to say about.
package enum Display {
    static let nothing = "–"

    /// Before a number that was estimated from what encrypted traffic looks like from outside.
    static let estimated = "≈"

    /// A fraction 0 … 1 as a percentage.
    static func percent(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value == 1 ? "100 %" : String(format: "%.2f %%", value * 100)
    }

    /// A share of the calls; said to be that of connecting alone where no status was visible.
    static func share(_ value: Double?, basis: Basis?) -> String {
        guard value != nil, basis == .transport else { return percent(value) }
        return percent(value) + " connecting"
    }

    static func milliseconds(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value < 10
            ? String(format: "%.2f ms", value)
            : value < 10_000
                ? String(format: "%.0f ms", value) : String(format: "%.1f s", value / 1_000)
    }

    /// A time of calls, some or all of which were estimated.
    static func milliseconds(_ value: Double?, estimated isEstimated: Bool) -> String {
        value != nil && isEstimated ? "\(estimated) \(milliseconds(value))" : milliseconds(value)
    }

    static func number(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value < 10 ? String(format: "%.1f", value) : String(format: "%.0f", value)
    }

    /// A value or limit of an alert's metric, as messages have it.
    package static func measure(_ value: Double?, of metric: String) -> String {
        value.map { Figure.text($0, metric: metric) } ?? nothing
    }

    /// With the unit that suits it: `512 B`, `1.4 kB`, `10 MB`.
    static func bytes(_ count: UInt64) -> String {
        guard count >= 1_000 else { return "\(count) B" }
        var value = Double(count) / 1_000
        for unit in ["kB", "MB", "GB"] {
            if value < 999.5 { return String(format: value < 9.95 ? "%.1f \(unit)" : "%.0f \(unit)", value) }
            value /= 1_000
        }
        return String(format: "%.1f TB", value)
    }

    /// Text from the network, safe to print: control characters, and those that turn the direction of writing or begin
    /// a line, are shown, not obeyed.
    static func safe(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
