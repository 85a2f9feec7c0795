import Testing
import VenusCore
import VenusStore

/// A reader of history that comes back: it says what it knows, and keeps the rows of settled buckets for as long as it
/// is told that nothing has changed.
struct ReturningReader {
    private struct Known {
        var version: HistoryVersion
        var settled: Set<RollupRow>
    }

    let store: any Store
    private var known: [RollupQuery: Known] = [:]
    /// How often it was told that nothing has changed, asking twice in a row.
    private(set) var unchanged = 0

    init(store: any Store) { self.store = store }

    /// Asks for all of a tier at a level, once as one who knows nothing: both must have the same rows.
    mutating func check(_ tier: Tier, _ level: Level) async throws {
        let query = RollupQuery(tier: tier, from: dayStart, to: dayStart + 400 * 86_400, level: level)
        let all = try await store.history(query)
        #expect(!all.isUnchanged)
        let rows = Set(all.rows)
        let settled = rows.filter { $0.tier == tier && !all.unsettled.contains($0.bucket) }
        if let known = known[query] {
            let again = try await store.history(query, unless: known.version)
            if again.isUnchanged {
                #expect(known.settled == settled)
                #expect(again.unsettled == all.unsettled)
                #expect(rows.subtracting(settled).isSubset(of: again.rows))
            } else {
                #expect(Set(again.rows) == rows)
            }
        }
        known[query] = all.version.map { Known(version: $0, settled: settled) }
        if try await store.history(query, unless: all.version).isUnchanged { unchanged += 1 }
    }
}
