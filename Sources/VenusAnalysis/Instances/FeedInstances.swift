public import VenusCore

/// The windows of a shard's service instances at one tick.
public struct FeedInstances: Sendable, Hashable {
    /// Since when (seconds since the epoch) the windows are complete.
    public var coveredSince: Int64
    /// Every instance with a call in its longest window. Sorted by key.
    public var series: [InstanceSeries]

    public init(coveredSince: Int64, series: [InstanceSeries]) {
        self.coveredSince = coveredSince
        self.series = series
    }
}

/// The totals of one service instance in each window.
public struct InstanceSeries: Sendable, Hashable {
    public var key: InstanceKey
    /// At the place of the window in ``Window/allCases``.
    public var windows: [KPITotals]

    public init(key: InstanceKey, windows: [KPITotals]) {
        self.key = key
        self.windows = windows
    }
}
