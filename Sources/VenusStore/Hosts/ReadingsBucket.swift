/// How it stands with a bucket that hosts' readings come through. Instants are milliseconds since the epoch.
public struct ReadingsBucket: Sendable, Hashable {
    /// Bytes of ``failure`` and of each text of ``Refusal`` at most.
    public static let maximumTextBytes = 1_024
    /// Folders of a bucket whose places are kept at most.
    public static let maximumPlaces = 10_000

    /// An object that will never be taken.
    public struct Refusal: Sendable, Hashable {
        public var object: String
        public var reason: String
        public var at: Int64

        public init(object: String, reason: String, at: Int64) {
            self.object = object
            self.reason = reason
            self.at = at
        }
    }

    /// `s3://BUCKET/PREFIX`
    public var name: String
    /// When it was read last, as far as that went.
    public var checkedAt: Int64
    /// Why it cannot be read; empty where it can.
    public var failure: String
    /// Since when it cannot be read; 0 where it can.
    public var failedSince: Int64
    /// Objects that were taken, ever.
    public var taken: UInt64
    /// Objects that were refused, ever.
    public var refused: UInt64
    /// The last of them.
    public var lastRefusal: Refusal?

    public init(
        name: String, checkedAt: Int64 = 0, failure: String = "", failedSince: Int64 = 0, taken: UInt64 = 0,
        refused: UInt64 = 0, lastRefusal: Refusal? = nil
    ) {
        self.name = name
        self.checkedAt = checkedAt
        self.failure = failure
        self.failedSince = failedSince
        self.taken = taken
        self.refused = refused
        self.lastRefusal = lastRefusal
    }
}
