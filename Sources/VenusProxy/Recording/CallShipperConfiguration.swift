/// The bounds and times of a ``CallShipper``.
public struct CallShipperConfiguration: Sendable, Hashable {
    /// Most calls that wait to be appended. Calls beyond are dropped, counted and shown as lost.
    public var maximumQueuedCalls = 200_000
    /// Most bytes that wait to be appended, with a fixed overhead for each block.
    public var maximumQueuedBytes = 64 << 20
    /// Whether this shipper closes the producers that were killed: one of those of a process is enough.
    public var closesLeftProducers = true
    /// How often it looks for them: other proxies of the same directory may be killed at any time.
    public var leftProducersInterval: Duration = .seconds(30)
    /// An append that takes longer sends what waits behind it to disk.
    public var appendPatience: Duration = .milliseconds(500)
    /// Most operations that one loop tells apart; further ones are counted as `_overflow` of their dependency.
    public var maximumOperations = 8_192
    /// How often the producer says that it is alive.
    public var heartbeatInterval: Duration = .seconds(5)
    /// The wait after the first failed append; it doubles with every further one, and a random part is taken off.
    public var firstRetryDelay: Duration = .milliseconds(50)
    /// What the wait does not grow beyond.
    public var longestRetryDelay: Duration = .seconds(2)
    /// Where the producer keeps the mark by which a later start closes it after a kill; absent: no mark is kept.
    public var stateDirectory: String?
    /// The version of Venus, for heartbeats.
    public var version = ""

    public init(stateDirectory: String? = nil, version: String = "") {
        self.stateDirectory = stateDirectory
        self.version = version
    }
}
