public import VenusCore

/// What is stored of a span: rows of the tier that was asked for, of finer tiers where its buckets are not made yet or
/// are older than their children, and the open minutes of the series asked for, as cells of a minute each. All of one moment.
public struct StoredHistory: Sendable {
    /// A bucket's row and its children's may both be there: the children tell of more, or of as much.
    public var rows: [RollupRow]
    public var open: [OpenCells]

    public init(rows: [RollupRow] = [], open: [OpenCells] = []) {
        self.rows = rows
        self.open = open
    }
}
