import VenusCore

extension SQLSession {
    /// A bucket is due once its whole span is closed on its shard, and no finer bucket within it waits itself.
    func dueMarks(tier: Tier, limit: Int) throws -> [RollupMark] {
        try query(
            """
            SELECT mark.bucket, mark.shard, mark.generation FROM rollup_marks mark
            JOIN shards ON shards.shard = mark.shard
            WHERE mark.tier_seconds = $1
                AND \(dialect.second("mark.bucket", plus: "$1")) <= shards.open_since
                AND NOT EXISTS (
                    SELECT 1 FROM rollup_marks finer
                    WHERE finer.tier_seconds < $1 AND finer.shard = mark.shard AND finer.bucket >= mark.bucket
                        AND finer.bucket < \(dialect.second("mark.bucket", plus: "$1"))
                )
            ORDER BY mark.bucket, mark.shard
            LIMIT $2
            """,
            [.integer(tier.seconds), .count(max(0, limit))]
        ).map {
            RollupMark(tier: tier, bucket: try $0.second(0), shard: try $0.int(1), generation: try $0.integer(2))
        }
    }

    /// Makes a bucket's rows anew from its children's.
    ///
    /// PostgreSQL reads committed rows only, each statement those of its own start. The mark's row is locked first: a
    /// commit that changes a child marks the bucket in the same transaction, so it has either ended, and every
    /// statement below sees its rows, or it waits for this transaction and marks the bucket again.
    func recompute(_ mark: RollupMark, under lease: Lease) throws {
        try requireLease(lease)
        guard let child = mark.tier.child else { throw StoreError(.refused, "minutes are made from calls alone") }
        let identity: [SQLValue] = [.integer(mark.tier.seconds), .second(mark.bucket), .count(mark.shard)]
        let isMark = "tier_seconds = $1 AND bucket = $2 AND shard = $3"
        let horizons = try horizonsKeptInPlace()
        let held = try query("SELECT generation FROM rollup_marks WHERE \(isMark) \(dialect.forUpdate)", identity)
        guard !held.isEmpty else { return }

        // Of a bucket whose children are past their retention nothing can be made: it stays as it is. One that is past
        // its own needs not be made.
        if mark.bucket >= horizons[child, default: 0], mark.bucket >= horizons[mark.tier, default: 0] {
            let rows = try mergedChildren(of: mark, child: child)
            try makeRoom(for: [mark.tier: [mark.bucket]])
            try execute(
                "DELETE FROM \(mark.tier.table) WHERE bucket = $1 AND shard = $2",
                [.second(mark.bucket), .count(mark.shard)])
            try insert(rows, tier: mark.tier)
            if let parent = mark.tier.parent {
                try self.mark([
                    Parent(tier: parent, bucket: parent.bucket(of: mark.bucket), shard: mark.shard)
                ])
            }
        }
        try execute(
            "DELETE FROM rollup_marks WHERE \(isMark) AND generation = $4", identity + [.integer(mark.generation)])
    }

    /// Reads one child at a time, so that no statement and no answer is larger than a bucket.
    private func mergedChildren(of mark: RollupMark, child: Tier) throws -> [RollupRow] {
        var sums: [SeriesKey: KPITotals] = [:]
        for bucket in stride(from: mark.bucket, to: mark.bucket + mark.tier.seconds, by: Int(child.seconds)) {
            try run(
                "SELECT \(RollupRow.columnList) FROM \(child.table) WHERE bucket = $1 AND shard = $2",
                [.second(bucket), .count(mark.shard)]
            ) {
                let row = try RollupRow(tier: child, $0)
                sums[row.key, default: KPITotals()].merge(row.totals)
            }
        }
        return sums.sorted { $0.key < $1.key }.map {
            RollupRow(tier: mark.tier, bucket: mark.bucket, shard: mark.shard, key: $0.key, totals: $0.value)
        }
    }
}
