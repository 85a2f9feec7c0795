public import VenusCore

/// What the calls of one service instance that ended in one second add up to.
public struct InstanceCell: Sendable, Hashable {
    /// Seconds since the epoch.
    public var second: Int64
    public var key: InstanceKey
    public var totals: KPITotals

    public init(second: Int64, key: InstanceKey, totals: KPITotals) {
        self.second = second
        self.key = key
        self.totals = totals
    }
}
