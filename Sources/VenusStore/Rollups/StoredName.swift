/// Names as the database keeps them: without U+0000, which PostgreSQL does not take, and short enough for four of them
/// to fit into an entry of an index.
///
/// Names come from the call log, whose writers may be wrong or hostile. Cutting them keeps one bad entry from stopping
/// the analysis of its shard for good; the digits of a hash at the end keep different names apart.
enum StoredName {
    static let maximumBytes = 512

    static func fit(_ name: String) -> String {
        var name = name
        let fits = name.withUTF8 { $0.count <= maximumBytes && !$0.contains(0) }
        guard !fits else { return name }
        let kept = maximumBytes - 24
        var cut = ""
        var count = 0
        for scalar in name.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= kept else { break }
            cut.unicodeScalars.append(scalar == "\0" ? " " : scalar)
        }
        return "\(cut)…\(hexadecimal(hash(name)))"
    }

    /// FNV-1a, 64 bits.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
