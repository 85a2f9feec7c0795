/// Finds what a person most likely meant by a name that does not exist.
package enum Suggestion {
    /// The nearest of `candidates`, where it is near enough to be worth showing: at most a third of its letters differ.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let near = candidates.map { ($0, distance(name.lowercased(), $0.lowercased())) }
        guard let best = near.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
        return best.1 <= max(1, best.0.count / 3) ? best.0 : nil
    }

    /// Insertions, removals, replacements and swaps of neighbours that turn one into the other (optimal string
    /// alignment). Names longer than 100 characters are not compared.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.utf8)
        let b = Array(right.utf8)
        guard a.count <= 100, b.count <= 100 else { return .max }
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
