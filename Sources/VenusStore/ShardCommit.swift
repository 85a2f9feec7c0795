public import VenusCore

/// The right to write something, until it expires or another owner takes it. Every write checks the epoch.
public struct Lease: Sendable, Hashable {
    public var name: String
    public var owner: String
    /// Rises with every new owner.
    public var epoch: Int64

    public init(name: String, owner: String, epoch: Int64) {
        self.name = name
        self.owner = owner
        self.epoch = epoch
    }

    public static func shard(_ shard: Int) -> String { "shard:\(shard)" }
    public static let roller = "roller"
}

/// How far the analysis of a shard got.
public struct ShardState: Sendable, Hashable {
    /// Id of the last entry that is counted, as the call log writes it; empty before the first.
    public var cursor: String
    /// Start of the first minute that is not closed, in seconds since the epoch; 0 before the first close.
    public var openSince: Int64
    public var producers: [ProducerMark]

    public init(cursor: String = "", openSince: Int64 = 0, producers: [ProducerMark] = []) {
        self.cursor = cursor
        self.openSince = openSince
        self.producers = producers
    }
}

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

    public init(
        producer: Producer, shard: Int, highest: UInt64, lastSeen: Int64, callsInFlight: Int = 0, callsQueued: Int = 0,
        callsDropped: UInt64 = 0, version: String = "", hasEnded: Bool = false
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
    }
}

/// Calls that a producer gave numbers to and that never arrived.
public struct Loss: Sendable, Hashable {
    public var producer: String
    public var environment: String
    public var service: String
    /// The first lost sequence number.
    public var first: UInt64
    public var count: UInt64
    /// When it was noticed.
    public var at: Int64

    public init(producer: String, environment: String, service: String, first: UInt64, count: UInt64, at: Int64) {
        self.producer = producer
        self.environment = environment
        self.service = service
        self.first = first
        self.count = count
        self.at = at
    }
}

/// An entry that could not be read; kept so that a person can look at it.
public struct QuarantinedEntry: Sendable, Hashable {
    public var shard: Int
    public var entryID: String
    public var reason: String
    public var at: Int64

    public init(shard: Int, entryID: String, reason: String, at: Int64) {
        self.shard = shard
        self.entryID = entryID
        self.reason = reason
        self.at = at
    }
}

/// What the calls of one operation that ended in one second add up to.
public struct Cell: Sendable, Hashable {
    /// Seconds since the epoch.
    public var second: Int64
    /// At the level operation.
    public var key: SeriesKey
    public var totals: KPITotals

    public init(second: Int64, key: SeriesKey, totals: KPITotals) {
        self.second = second
        self.key = key
        self.totals = totals
    }
}

/// The cells that one commit added: with those before it, all that a new owner needs to rebuild windows and open
/// minutes. Kept 15 minutes, and as long as one of its minutes is open.
public struct Checkpoint: Sendable, Hashable {
    /// When it was taken, seconds since the epoch.
    public var takenAtSeconds: Int64
    public var cells: [Cell]

    public init(takenAtSeconds: Int64, cells: [Cell]) {
        self.takenAtSeconds = takenAtSeconds
        self.cells = cells
    }
}

/// One step of a shard's analysis, written as a whole.
public struct ShardCommit: Sendable {
    public var shard: Int
    public var cursor: String
    /// Start of the first minute that is open after this commit.
    public var openSince: Int64
    /// The producers whose marks changed.
    public var producers: [ProducerMark]
    public var losses: [Loss]
    public var quarantined: [QuarantinedEntry]
    /// Cells of this step; absent where there are none.
    public var checkpoint: Checkpoint?
    /// Minute rows of minutes that this commit closes, of every level: none of them is stored yet.
    public var closed: [RollupRow]
    /// Minute rows of calls that came after their minute's close, of every level: merged into what is stored.
    public var late: [RollupRow]

    public init(
        shard: Int, cursor: String, openSince: Int64, producers: [ProducerMark] = [], losses: [Loss] = [],
        quarantined: [QuarantinedEntry] = [], checkpoint: Checkpoint? = nil, closed: [RollupRow] = [],
        late: [RollupRow] = []
    ) {
        self.shard = shard
        self.cursor = cursor
        self.openSince = openSince
        self.producers = producers
        self.losses = losses
        self.quarantined = quarantined
        self.checkpoint = checkpoint
        self.closed = closed
        self.late = late
    }
}

/// A bucket that is older than its children. The generation rises with every change of a child.
public struct RollupMark: Sendable, Hashable {
    public var tier: Tier
    public var bucket: Int64
    public var shard: Int
    public var generation: Int64

    public init(tier: Tier, bucket: Int64, shard: Int, generation: Int64) {
        self.tier = tier
        self.bucket = bucket
        self.shard = shard
        self.generation = generation
    }
}
