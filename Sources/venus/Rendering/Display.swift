import Foundation
import VenusCore

/// Numbers as people read them in a terminal; `–` for what there is nothing to say about.
enum Display {
    static let nothing = "–"

    /// A fraction 0 … 1 as a percentage.
    static func percent(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value == 1 ? "100 %" : String(format: "%.2f %%", value * 100)
    }

    static func milliseconds(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value < 10
            ? String(format: "%.2f ms", value)
            : value < 10_000
                ? String(format: "%.0f ms", value) : String(format: "%.1f s", value / 1_000)
    }

    static func number(_ value: Double?) -> String {
        guard let value else { return nothing }
        return value < 10 ? String(format: "%.1f", value) : String(format: "%.0f", value)
    }

    /// Text from the network, safe to print: control characters are shown, not obeyed.
    static func safe(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
                }))
    }
}
