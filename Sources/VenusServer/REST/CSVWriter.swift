/// Writes comma-separated values as RFC 4180 has them: CRLF, quotes where they are needed.
///
/// A text that a spreadsheet would take for a formula is preceded by an apostrophe: names come from the network.
package struct CSVWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    package mutating func endRow() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        needsComma = false
    }

    /// An absent value is an empty cell.
    package mutating func cell(_ number: Double?) {
        separate()
        guard let number, number.isFinite else { return }
        if abs(number) < 9_007_199_254_740_992, number == number.rounded(.towardZero) {
            bytes.append(contentsOf: String(Int64(number)).utf8)
        } else {
            bytes.append(contentsOf: number.description.utf8)
        }
    }

    package mutating func cell(_ text: String?) {
        separate()
        guard let text, let first = text.utf8.first else { return }
        let isFormula = Self.formulaStarts.contains(first)
        guard isFormula || text.utf8.contains(where: Self.needsQuotes) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let formulaStarts = Set("=+-@\t\r\n|%".utf8)

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte < 0x20
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
