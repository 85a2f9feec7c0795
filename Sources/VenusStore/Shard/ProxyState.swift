public import VenusCore

/// What a producer's proxy last said of itself, beside what its ``ProducerMark`` holds.
public struct ProxyState: Sendable, Hashable {
    /// The producer's id.
    public var producer: String
    public var shard: Int
    /// When, in milliseconds since the epoch; what is said again is written again only now and then.
    public var saidAt: Int64
    public var callsSpooled: Int
    /// It was killed: somebody else said that it has ended.
    public var hasEndedUncleanly: Bool
    public var report: ProxyReport

    public init(
        producer: String, shard: Int, saidAt: Int64, callsSpooled: Int = 0, hasEndedUncleanly: Bool = false,
        report: ProxyReport = ProxyReport()
    ) {
        self.producer = producer
        self.shard = shard
        self.saidAt = saidAt
        self.callsSpooled = callsSpooled
        self.hasEndedUncleanly = hasEndedUncleanly
        self.report = report
    }

    /// Whether both say the same, whenever they said it.
    public func says(_ other: ProxyState) -> Bool {
        var same = other
        same.saidAt = saidAt
        return same == self
    }
}
