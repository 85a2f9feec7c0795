/// What a tier's rows of a span were at one moment: equal to another one of the same query only where no row was added,
/// changed or removed in between, and the same buckets are settled.
public struct HistoryVersion: Sendable, Hashable {
    let rows: Int64
    /// Drawn from which transactions wrote the rows, and where these lie.
    let writes: String
    let unsettled: Set<Int64>
}
