public import VenusCore

/// What is stored of a span: rows of the tier that was asked for, of finer tiers where its buckets are not made yet or
/// are older than their children, and the open minutes of the series asked for, as cells of a minute each. All of one
/// moment.
public struct StoredHistory: Sendable {
    /// A bucket's row and its children's may both be there: the children tell of more, or of as much.
    public var rows: [RollupRow]
    public var open: [OpenCells]
    /// Starts of the buckets of the tier that was asked for which its own rows alone do not tell: marked ones, and
    /// those of open minutes. The others are settled.
    public var unsettled: Set<Int64>
    /// What the tier's rows of the span were; `nil` where the database does not tell.
    public var version: HistoryVersion?
    /// Rows of settled buckets are left out: they are what they were at the version that the caller knows.
    public var isUnchanged = false

    public init(rows: [RollupRow] = [], open: [OpenCells] = [], unsettled: Set<Int64> = []) {
        self.rows = rows
        self.open = open
        self.unsettled = unsettled
    }
}
