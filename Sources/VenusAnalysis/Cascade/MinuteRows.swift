package import VenusCore
package import VenusStore

/// The minute rows that cells add up to: every cell counts at each of the five levels.
package struct MinuteRows: Sendable {
    /// Of each key a list of one: a dictionary has room for up to three times as many as it holds, and what it holds then
    /// takes a pointer there.
    private typealias Totals = [SeriesKey: [KPITotals]]

    private var minutes: [Int64: Totals] = [:]

    package init() {}

    package var isEmpty: Bool { minutes.isEmpty }

    /// Adds a cell, whose key is at the level operation.
    package mutating func add(_ cell: Cell) {
        Self.add(cell.totals, of: cell.key, to: &minutes[Tier.minute.bucket(of: cell.second), default: [:]])
    }

    /// Takes out the minutes before `second`, as rows of all levels, ordered by minute and key.
    package mutating func removeRows(before second: Int64, shard: Int) -> [RollupRow] {
        var rows: [RollupRow] = []
        for minute in minutes.keys.sorted() where minute < second {
            var levels = minutes.removeValue(forKey: minute) ?? [:]
            for (key, totals) in levels {
                for level in Level.allCases where level != .operation {
                    Self.add(totals[0], of: key.key(at: level), to: &levels)
                }
            }
            // Places are sorted, not the totals, of which each copy counts references.
            let keys = levels.keys
            for place in keys.indices.sorted(by: { keys[$0] < keys[$1] }) {
                let (key, totals) = levels[place]
                rows.append(RollupRow(tier: .minute, bucket: minute, shard: shard, key: key, totals: totals[0]))
            }
        }
        return rows
    }

    private static func add(_ totals: KPITotals, of key: SeriesKey, to minute: inout Totals) {
        minute[key, default: [KPITotals()]][0].merge(totals)
    }
}
