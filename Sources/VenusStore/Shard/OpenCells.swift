/// The committed cells of one shard's open minutes.
public struct OpenCells: Sendable, Hashable {
    public var shard: Int
    /// Start of the first minute that is not closed, seconds since the epoch.
    public var openSince: Int64
    public var cells: [Cell]

    public init(shard: Int, openSince: Int64, cells: [Cell]) {
        self.shard = shard
        self.openSince = openSince
        self.cells = cells
    }
}
