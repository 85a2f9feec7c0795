public import VenusCore
public import VenusStore

/// How the analyzers' windows reach the servers: in-process, or through Redis.
public protocol LiveFeed: Sendable {
    /// Hands a frame to every reader, or throws where the way to them is broken: the next frame makes up for it.
    func publish(_ frame: FeedFrame) async throws
    /// The frames that are published from now on. Ends when the feed is closed. A reader that lags gets the newest
    /// frame of each shard: older ones are skipped, never queued without bound.
    func frames() -> AsyncStream<FeedFrame>
}

/// All windows of one shard at one tick. A frame is complete: it stands for itself, without those before it.
public struct FeedFrame: Sendable, Hashable {
    public var shard: Int
    /// How many shards there are.
    public var shards: Int
    /// Epoch of the shard's lease: a frame of a lower one is from a former owner and is dropped.
    public var epoch: Int64
    /// Milliseconds since the epoch: the end of every window.
    public var at: Int64
    /// Since when (seconds since the epoch) the windows are complete: a new owner may know less than an hour.
    public var coveredSince: Int64
    /// At the levels edge and operation; every series with a call in its longest window. Sorted by key.
    public var series: [FeedSeries]
    /// The producers of the shard that have not ended.
    public var producers: [ProducerMark]
    /// Calls of the shard known to be lost within the last hour.
    public var lostCalls: UInt64
    /// Of the shard's producers that were heard of within the last hour, ended ones too; each address once.
    public var announcements: [Announcement]
    /// Calls by themselves; they go beside the frame, not in it, from one process to another.
    public var recentCalls = RecentCalls()
    /// The service instances; beside the frame like the calls. `nil` where the shard's owner says nothing of them.
    public var instances: FeedInstances?

    public init(
        shard: Int, shards: Int, epoch: Int64, at: Int64, coveredSince: Int64, series: [FeedSeries],
        producers: [ProducerMark], lostCalls: UInt64, announcements: [Announcement] = []
    ) {
        self.shard = shard
        self.shards = shards
        self.epoch = epoch
        self.at = at
        self.coveredSince = coveredSince
        self.series = series
        self.producers = producers
        self.lostCalls = lostCalls
        self.announcements = announcements
    }
}

/// The totals of one series in each window.
public struct FeedSeries: Sendable, Hashable {
    public var key: SeriesKey
    /// At the place of the window in ``Window/allCases``.
    public var windows: [KPITotals]

    public init(key: SeriesKey, windows: [KPITotals]) {
        self.key = key
        self.windows = windows
    }
}
