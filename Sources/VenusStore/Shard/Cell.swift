public import VenusCore

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
