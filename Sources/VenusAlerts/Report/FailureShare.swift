public import VenusCore

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

extension MetricThreshold {
    /// Whether a call that ended with this status or error type makes the metric worse: no 4xx makes a dependency less
    /// available, what is tolerated is no error, and to times and load it is all one.
    public func blames(_ failure: String) -> Bool {
        switch metric {
        case .availability: !(400...499).contains(Int(failure) ?? 0)
        case .errorRate: !tolerate.contains { String($0) == failure }
        case .responseTime, .timeToFirstByte, .load, .host: false
        }
    }
}
