/// All losses of a time, added up.
public struct LossTotals: Sendable, Hashable {
    public var count: UInt64
    public var calls: UInt64

    public init(count: UInt64 = 0, calls: UInt64 = 0) {
        self.count = count
        self.calls = calls
    }
}
