public import VenusCore

/// One call, as it is shown by itself: with its template, and never what it was called with.
public struct RecentCall: Sendable, Hashable {
    /// At the level operation.
    public var key: SeriesKey
    public var instance: String
    /// Its place among a block's operations says nothing here.
    public var call: Call

    public init(key: SeriesKey, instance: String, call: Call) {
        self.key = key
        self.instance = instance
        self.call = call
    }

    /// Microseconds since the epoch.
    public var end: Int64 { call.start + Int64(call.duration) }

    static func isFailed(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .clientError, .serverError, .transportError: true
        case .success, .unknown, .cancelled, .denied: false
        }
    }
}

/// The last, the slowest and the failed calls of a shard.
public struct RecentCalls: Sendable, Hashable {
    /// In each of the three lists at most.
    public static let maximumCalls = 100

    /// The last to end first. Of many calls a second, some of each second.
    public var last: [RecentCall] = []
    /// Of the last quarter of an hour, the slowest first.
    public var slowest: [RecentCall] = []
    /// The last to end first.
    public var failed: [RecentCall] = []

    public init() {}

    public var isEmpty: Bool { last.isEmpty && slowest.isEmpty && failed.isEmpty }
}
