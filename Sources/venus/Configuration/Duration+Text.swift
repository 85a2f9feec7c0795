/// Durations as people write them in a configuration: `500ms`, `10s`, `1h`, `1m30s`.
extension Duration {
    private static let units: [(name: String, microseconds: Int64)] = [
        ("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ]

    /// Longest that can be written: ten years. More is a mistake, and would overflow somewhere.
    private static let longest: Int64 = 3_650 * 86_400_000_000

    /// Reads whole numbers, each with its unit (`us`, `ms`, `s`, `m`, `h`, `d`). `nil` for a number without one.
    package init?(text: String) {
        var rest = Substring(text)
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix(while: \.isASCIIDigit)
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard
                let number = Int64(digits), let unit = Self.units.first(where: { $0.name == name }),
                number <= Self.longest / unit.microseconds
            else { return nil }
            total += number * unit.microseconds
            guard total <= Self.longest else { return nil }
        }
        self = .microseconds(total)
    }

    /// The shortest form that ``init(text:)`` reads back, in one unit.
    package var text: String {
        let parts = components
        let microseconds = parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
        guard microseconds != 0 else { return "0s" }
        for unit in Self.units.reversed() where microseconds % unit.microseconds == 0 {
            return "\(microseconds / unit.microseconds)\(unit.name)"
        }
        return "\(microseconds)us"
    }
}
