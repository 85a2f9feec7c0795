/// The committed cells of one shard's open minutes.
public struct OpenCells: Sendable, Hashable {
    public var shard: Int
    /// Start of the first minute that is not closed, seconds since the epoch.
    public var openSince: Int64
    public var cells: [Cell]
    /// Seconds since the epoch: calls that ended before may be among them, and before ``openSince`` they are counted.
    public var seenUntil: Int64

    /// - Parameter seenUntil: that of the cells, unless they are of longer times than a second.
    public init(shard: Int, openSince: Int64, cells: [Cell], seenUntil: Int64? = nil) {
        self.shard = shard
        self.openSince = openSince
        self.cells = cells
        self.seenUntil = seenUntil ?? cells.reduce(openSince) { max($0, $1.second + 1) }
    }
}
