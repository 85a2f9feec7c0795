import VenusCore

extension SQLSession {
    /// Writes rows of minutes, each into the finest tier that still keeps its time; the cascade takes it up from there.
    ///
    /// That is the minute, except for calls that come after their minute's retention: the children of their coarser
    /// buckets are gone, so these buckets can only be merged into, and are never made anew.
    func write(closed: [RollupRow], late: [RollupRow]) throws {
        guard !closed.isEmpty || !late.isEmpty else { return }
        let horizons = try horizonsKeptInPlace()
        let isKept = { (row: RollupRow) in row.bucket >= horizons[.minute, default: 0] }
        let inserted = closed.filter(isKept)
        var merged: [Tier: [RollupRow]] = [:]
        for row in closed where !isKept(row) { merged.place(row, horizons: horizons) }
        for row in late { merged.place(row, horizons: horizons) }

        try makeRoom(for: merged.mapValues { $0.map(\.bucket) }.merging([.minute: inserted.map(\.bucket)]) { $0 + $1 })
        try insert(inserted, tier: .minute)
        var marked = Set(inserted.compactMap { Parent(of: $0) })
        for (tier, rows) in merged.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let sums = RollupRow.merged(rows)
            try merge(sums, tier: tier)
            marked.formUnion(sums.compactMap { Parent(of: $0) })
        }
        try mark(marked)
    }

    /// Inserts rows, none of which is there.
    func insert(_ rows: [RollupRow], tier: Tier) throws {
        guard !rows.isEmpty else { return }
        try insert(into: tier.table, columns: RollupRow.columns, count: rows.count) { rows[$0].values }
    }

    /// Adds each row to what is there. The shard's lease keeps others from doing so at the same time.
    func merge(_ rows: [RollupRow], tier: Tier) throws {
        guard !rows.isEmpty else { return }
        let (columns, keys) = (RollupRow.columns, RollupRow.keyColumns)
        let isKey = columns[..<keys].enumerated().map { "\($1) = $\($0 + 1)" }.joined(separator: " AND ")
        let found = try runEach(
            "SELECT \(RollupRow.columnList) FROM \(tier.table) WHERE \(isKey) \(dialect.forUpdate)",
            rows.map(\.keyValues))
        var sums = rows
        for (place, stored) in found.enumerated() {
            guard let stored = stored.first else { continue }
            sums[place].totals.merge(try RollupRow(tier: tier, stored).totals)
        }
        let places = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
        let changes = columns[keys...].map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try runEach(
            """
            INSERT INTO \(tier.table) (\(RollupRow.columnList)) VALUES (\(places))
            ON CONFLICT (\(columns[..<keys].joined(separator: ", "))) DO UPDATE SET \(changes)
            """,
            sums.map(\.values))
    }

    /// Marks buckets as older than their children.
    func mark(_ buckets: Set<Parent>) throws {
        try runEach(
            """
            INSERT INTO rollup_marks AS held (tier_seconds, bucket, shard, generation) VALUES ($1, $2, $3, 1)
            ON CONFLICT (tier_seconds, bucket, shard) DO UPDATE SET generation = held.generation + 1
            """,
            // Always in the same order, so that no two transactions wait for each other.
            buckets.sorted { ($0.tier.rawValue, $0.bucket, $0.shard) < ($1.tier.rawValue, $1.bucket, $1.shard) }.map {
                [.integer($0.tier.seconds), .second($0.bucket), .count($0.shard)]
            })
    }
}

/// A bucket that is made from others.
struct Parent: Hashable {
    var tier: Tier
    var bucket: Int64
    var shard: Int
}

extension Parent {
    /// The bucket that is made from the row's and others; `nil` for the coarsest.
    init?(of row: RollupRow) {
        guard let tier = row.tier.parent else { return nil }
        self.tier = tier
        bucket = tier.bucket(of: row.bucket)
        shard = row.shard
    }
}

extension RollupRow {
    /// One row for each bucket, shard and key, the totals added up.
    static func merged(_ rows: [RollupRow]) -> [RollupRow] {
        struct Place: Hashable {
            var bucket: Int64
            var shard: Int
            var key: SeriesKey
        }
        var sums: [RollupRow] = []
        var places: [Place: Int] = [:]
        for row in rows {
            let place = Place(bucket: row.bucket, shard: row.shard, key: row.key)
            if let index = places[place] {
                sums[index].totals.merge(row.totals)
            } else {
                places[place] = sums.count
                sums.append(row)
            }
        }
        return sums
    }

    /// The same totals in the bucket of another tier.
    func moved(to tier: Tier) -> RollupRow {
        RollupRow(tier: tier, bucket: tier.bucket(of: bucket), shard: shard, key: key, totals: totals)
    }
}

extension [Tier: [RollupRow]] {
    /// Puts the row of a minute into the finest tier that keeps its time, or nowhere, where none does.
    fileprivate mutating func place(_ row: RollupRow, horizons: [Tier: Int64]) {
        for tier in Tier.allCases {
            let moved = row.moved(to: tier)
            guard moved.bucket >= horizons[tier, default: 0] else { continue }
            self[tier, default: []].append(moved)
            return
        }
    }
}
