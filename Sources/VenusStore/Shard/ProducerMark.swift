public import VenusCore

/// How much of a producer is counted, and what it last said of itself.
public struct ProducerMark: Sendable, Hashable {
    public var producer: Producer
    public var shard: Int
    /// The highest sequence number that is counted, or given up as lost; 0 before the first.
    public var highest: UInt64
    /// When its last entry was appended.
    public var lastSeen: Int64
    public var callsInFlight: Int
    public var callsQueued: Int
    public var callsDropped: UInt64
    public var version: String
    /// It said that it ended, or was ended for it.
    public var hasEnded: Bool
    /// Addresses under which others call its service; at most ``ProxyReport/maximumAnnounced``.
    public var announced: [String]
    /// When the producer began that announces them, in milliseconds since the epoch.
    public var announcedSince: Int64
    /// How far its clock is ahead of the call log's, in milliseconds; negative where it is behind. 0 also where that is
    /// not known.
    public var clockSkew: Int64

    public init(
        producer: Producer, shard: Int, highest: UInt64, lastSeen: Int64, callsInFlight: Int = 0, callsQueued: Int = 0,
        callsDropped: UInt64 = 0, version: String = "", hasEnded: Bool = false, announced: [String] = [],
        announcedSince: Int64 = 0, clockSkew: Int64 = 0
    ) {
        self.producer = producer
        self.shard = shard
        self.highest = highest
        self.lastSeen = lastSeen
        self.callsInFlight = callsInFlight
        self.callsQueued = callsQueued
        self.callsDropped = callsDropped
        self.version = version
        self.hasEnded = hasEnded
        self.announced = announced
        self.announcedSince = announcedSince
        self.clockSkew = clockSkew
    }
}
