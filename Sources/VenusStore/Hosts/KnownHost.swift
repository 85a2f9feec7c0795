public import VenusCore

/// A machine whose agent has sent readings.
public struct KnownHost: Sendable, Hashable {
    /// Hosts of a store at most.
    public static let maximumCount = 10_000

    public var name: String
    public var environment: String
    /// The key that its agent showed last; empty where it needed none.
    public var keyID: String
    public var agentVersion: String
    /// When its agent was first heard of, by the server's clock.
    public var firstSeen: Int64
    /// When its agent was last heard of, by the server's clock.
    public var lastSeen: Int64
    /// Somebody looks at it until then.
    public var watchedUntil: Int64
    /// How often its agent sends, in milliseconds, while nobody watches.
    public var publishEvery: Int64
    /// Readings that its agents had to drop.
    public var dropped: UInt64
    /// The last reading as it came, of seconds rather than of a minute.
    public var latest: HostReading?

    public init(
        name: String, environment: String, keyID: String = "", agentVersion: String, firstSeen: Int64, lastSeen: Int64,
        watchedUntil: Int64 = 0, publishEvery: Int64 = 60_000, dropped: UInt64 = 0, latest: HostReading? = nil
    ) {
        self.name = name
        self.environment = environment
        self.keyID = keyID
        self.agentVersion = agentVersion
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.watchedUntil = watchedUntil
        self.publishEvery = publishEvery
        self.dropped = dropped
        self.latest = latest
    }

    /// A name that a host may have: 1 to 255 bytes of printable ASCII without blanks, such as a DNS name.
    public static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            && text != "." && text != ".."
    }
}
