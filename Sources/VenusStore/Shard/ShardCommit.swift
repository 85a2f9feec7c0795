public import VenusCore

/// One step of a shard's analysis, written as a whole.
public struct ShardCommit: Sendable {
    public var shard: Int
    public var cursor: String
    /// Start of the first minute that is open after this commit.
    public var openSince: Int64
    /// The producers whose marks changed.
    public var producers: [ProducerMark]
    /// What they said of themselves, where that is to be written.
    public var proxies: [ProxyState]
    public var losses: [Loss]
    public var quarantined: [QuarantinedEntry]
    /// Cells of this step; absent where there are none.
    public var checkpoint: Checkpoint?
    /// Minute rows of minutes that this commit closes, of every level: none of them is stored yet.
    public var closed: [RollupRow]
    /// Minute rows of calls that came after their minute's close, of every level: merged into what is stored.
    public var late: [RollupRow]
    /// Edges of which more routes are known.
    public var routes: [EdgeRoutes]

    public init(
        shard: Int, cursor: String, openSince: Int64, producers: [ProducerMark] = [], proxies: [ProxyState] = [],
        losses: [Loss] = [], quarantined: [QuarantinedEntry] = [], checkpoint: Checkpoint? = nil,
        closed: [RollupRow] = [], late: [RollupRow] = [], routes: [EdgeRoutes] = []
    ) {
        self.shard = shard
        self.cursor = cursor
        self.openSince = openSince
        self.producers = producers
        self.proxies = proxies
        self.losses = losses
        self.quarantined = quarantined
        self.checkpoint = checkpoint
        self.closed = closed
        self.late = late
        self.routes = routes
    }
}
