/// How far the analysis of a shard got.
public struct ShardState: Sendable, Hashable {
    /// Id of the last entry that is counted, as the call log writes it; empty before the first.
    public var cursor: String
    /// Start of the first minute that is not closed, in seconds since the epoch; 0 before the first close.
    public var openSince: Int64
    public var producers: [ProducerMark]
    /// Newest first.
    public var routes: [EdgeRoutes]

    public init(
        cursor: String = "", openSince: Int64 = 0, producers: [ProducerMark] = [], routes: [EdgeRoutes] = []
    ) {
        self.cursor = cursor
        self.openSince = openSince
        self.producers = producers
        self.routes = routes
    }
}
