/// A time in which nobody is told of some alerts. They are evaluated and shown all the same.
public struct Silence: Sendable, Hashable, Codable {
    public var id: String
    /// All of them must match.
    public var matchers: [Matcher]
    /// Seconds since the epoch; the first of them is silent.
    public var starts: Int64
    /// Seconds since the epoch; from this one on nothing is silent any more.
    public var ends: Int64
    public var author: String
    public var comment: String

    /// Matchers of one silence, at most.
    public static let maximumMatchers = 16
    /// Longest silence in seconds: what is never to be told needs no rule.
    public static let maximumSeconds: Int64 = 366 * 86_400

    /// `nil` where it does not end after it starts, lasts longer than a year, or would silence everything.
    public init?(id: String, matchers: [Matcher], starts: Int64, ends: Int64, author: String, comment: String = "") {
        guard !matchers.isEmpty, matchers.count <= Self.maximumMatchers, ends > starts else { return nil }
        let (length, overflow) = ends.subtractingReportingOverflow(starts)
        guard !overflow, length <= Self.maximumSeconds else { return nil }
        self.id = id
        self.matchers = matchers
        self.starts = starts
        self.ends = ends
        self.author = author
        self.comment = comment
    }

    /// - Parameter second: since the epoch.
    public func isActive(at second: Int64) -> Bool { starts <= second && second < ends }

    /// Whether an alert is silent now.
    public func covers(_ labels: borrowing AlertLabels, at second: Int64) -> Bool {
        isActive(at: second) && matchers.allSatisfy { $0.matches(labels) }
    }

    /// A field and what it must be.
    public struct Matcher: Sendable, Hashable, Codable {
        public var field: AlertLabels.Field
        /// With `*` for any text, the empty one included.
        public var pattern: String
        /// Whether it is what the field must not be.
        public var isNegated: Bool

        public init(_ field: AlertLabels.Field, _ pattern: String, isNegated: Bool = false) {
            self.field = field
            self.pattern = pattern
            self.isNegated = isNegated
        }

        /// Whether the alert's field fits the pattern, or does not where it is negated. Case counts.
        public func matches(_ labels: borrowing AlertLabels) -> Bool {
            Glob.matches(Array(labels[field].utf8), pattern: Array(pattern.utf8)) != isNegated
        }
    }
}

/// Patterns with `*`.
enum Glob {
    /// In time proportional to the product of the lengths at worst, without recursion.
    static func matches(_ text: [UInt8], pattern: [UInt8]) -> Bool {
        var place = 0
        var wanted = 0
        var star: (pattern: Int, text: Int)?
        while place < text.count {
            if wanted < pattern.count, pattern[wanted] == UInt8(ascii: "*") {
                star = (wanted + 1, place)
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == text[place] {
                wanted += 1
                place += 1
            } else if let last = star {
                // The last star takes one byte more.
                star = (last.pattern, last.text + 1)
                wanted = last.pattern
                place = last.text + 1
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
