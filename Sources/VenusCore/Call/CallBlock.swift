/// Whose calls a block holds: one run of one proxy for one service.
public struct Producer: Sendable, Hashable, Codable {
    /// Random; unique to this run.
    public var id: String
    /// OTel `deployment.environment.name`.
    public var environment: String
    /// OTel `service.name`.
    public var service: String
    /// OTel `service.instance.id`.
    public var instance: String
    /// The name of the machine.
    public var host: String

    public init(id: String, environment: String, service: String, instance: String, host: String) {
        self.id = id
        self.environment = environment
        self.service = service
        self.instance = instance
        self.host = host
    }
}

/// At most ``maximumCalls`` calls of one producer, in the order in which they ended: one entry of the call log.
public struct CallBlock: Sendable, Hashable {
    public static let maximumCalls = 512

    public var producer: Producer
    /// Sequence number of the first call, from 1.
    public var first: UInt64
    public var operations: [Operation]
    public var calls: [Call]

    public init(producer: Producer, first: UInt64, operations: [Operation], calls: [Call]) {
        self.producer = producer
        self.first = first
        self.operations = operations
        self.calls = calls
    }
}

/// What a proxy says about itself at its start, every 5 s, and as `end` at a clean stop.
public struct Heartbeat: Sendable, Hashable {
    public var producer: Producer
    /// The sequence number that the next call will get: all below it were given out.
    public var next: UInt64
    /// Calls under way now.
    public var callsInFlight: Int
    /// Calls waiting in the proxy's memory to be appended.
    public var callsQueued: Int
    /// Calls that could not be kept since the start.
    public var callsDropped: UInt64
    /// Version of the proxy.
    public var version: String
    /// Whether this is the producer's last word.
    public var isEnd: Bool
    /// Calls waiting on the proxy's disk to be appended.
    public var callsSpooled: Int
    /// Whether somebody else says that the producer has ended: it was killed.
    public var isUnclean: Bool
    public var report: ProxyReport
    /// When it was written, by the producer's clock, in milliseconds since the epoch.
    public var sentAt: Int64?

    public init(
        producer: Producer, next: UInt64, callsInFlight: Int, callsQueued: Int, callsDropped: UInt64, version: String,
        isEnd: Bool, callsSpooled: Int = 0, isUnclean: Bool = false, report: ProxyReport = ProxyReport(),
        sentAt: Int64? = nil
    ) {
        self.producer = producer
        self.next = next
        self.callsInFlight = callsInFlight
        self.callsQueued = callsQueued
        self.callsDropped = callsDropped
        self.version = version
        self.isEnd = isEnd
        self.callsSpooled = callsSpooled
        self.isUnclean = isUnclean
        self.report = report
        self.sentAt = sentAt
    }
}
