/// What a server says to a batch of readings. All of it is settled then: nothing is to be sent again.
///
/// `{"taken","known","refused","publish_ms","watched_for_ms"}`
public struct ReadingsReceipt: Sendable, Hashable, Codable {
    /// Readings that were new, and are stored now.
    public var taken: Int
    /// Readings that were stored before.
    public var known: Int
    /// Readings that are of no time that can be, as of a clock that is far ahead.
    public var refused: Int
    /// Somebody watches the host for so many milliseconds yet, and likes to see a reading every ``publish``; 0: nobody
    /// does.
    public var watchedFor: Int64
    /// Milliseconds.
    public var publish: Int64

    private enum CodingKeys: String, CodingKey {
        case taken, known, refused
        case watchedFor = "watched_for_ms"
        case publish = "publish_ms"
    }

    /// How often whoever watches a host likes to hear of it.
    public static let watchedPublish: Int64 = 1_000

    public init(
        taken: Int = 0, known: Int = 0, refused: Int = 0, watchedFor: Int64 = 0, publish: Int64 = watchedPublish
    ) {
        self.taken = taken
        self.known = known
        self.refused = refused
        self.watchedFor = watchedFor
        self.publish = publish
    }
}
