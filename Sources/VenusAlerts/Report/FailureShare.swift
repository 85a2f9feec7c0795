/// A status or error type (`503`, `connection_refused`), and how many calls ended with it.
public struct FailureShare: Sendable, Hashable, Codable {
    public var errorType: String
    public var calls: UInt64

    public init(errorType: String, calls: UInt64) {
        self.errorType = errorType
        self.calls = calls
    }

    /// The most frequent, at most `limit`, the order of equals being that of their names.
    public static func most(_ counts: [String: UInt64], limit: Int) -> [FailureShare] {
        counts.filter { $0.value > 0 }.map { FailureShare(errorType: $0.key, calls: $0.value) }
            .sorted { ($1.calls, $0.errorType) < ($0.calls, $1.errorType) }.prefix(max(limit, 0)).map(\.self)
    }
}
