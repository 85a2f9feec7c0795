import VenusCore

/// How long what is not a rollup is kept, in seconds.
enum StateRetention {
    static let checkpoints: Int64 = 15 * 60
    /// After a producer's end.
    static let endedProducers: Int64 = 8 * 86_400
    /// After the last word of a producer that never said it ended.
    static let silentProducers: Int64 = 35 * 86_400
    /// What most proxies say of themselves is kept, whatever their age.
    static let maximumProxies: Int64 = 10_000
    /// After an edge's last call.
    static let routes: Int64 = 35 * 86_400
    /// The edges with the newest calls are kept.
    static let maximumRoutes: Int64 = 50_000
    static let losses: Int64 = 100 * 86_400
    /// After the last word of a producer of a host's readings: what it sent before could be sent again until then.
    static let hostProducers: Int64 = 100 * 86_400
    /// How it stands with a bucket that nobody looks into any more.
    static let readingsBuckets: Int64 = 2 * 86_400
    static let quarantinedEntries: Int64 = 8 * 86_400
    /// The newest entries are kept, whatever their age.
    static let maximumQuarantinedEntries: Int64 = 10_000
    /// How much longer than its retention a tier's rows wait for a coarser bucket to be made from them: a shard that
    /// nobody owns any more must not keep them for good.
    static let rollupsOfMarkedBuckets: Int64 = 8 * 86_400
    /// Rows of SQLite that one transaction removes.
    static let rowsAtOnce = 2_000
}

extension SQLSession {
    /// Since when each tier's rows are kept, in seconds since the epoch; nothing moves it before the transaction ends.
    func horizonsKeptInPlace() throws -> [Tier: Int64] { try horizons(dialect.forShare) }

    private func horizons(_ lock: String) throws -> [Tier: Int64] {
        var horizons: [Tier: Int64] = [:]
        let sql = "SELECT tier_seconds, kept_since FROM rollup_horizons ORDER BY tier_seconds \(lock)"
        for row in try query(sql) {
            guard let tier = Tier(rawValue: try row.int(0)) else { continue }
            horizons[tier] = try row.second(1)
        }
        return horizons
    }

    /// Notes since when a tier's rows are kept, before any is removed, and returns it. It lies on a bound of the parent
    /// tier's buckets: each of them has all of its children, or none. Children that wait for their parent stay.
    func moveHorizon(of tier: Tier, nowSeconds: Int64, retention: Int64) throws -> Int64 {
        let current = try horizons(dialect.forUpdate)[tier, default: 0]
        let aligned = tier.parent ?? tier
        let wanted = aligned.bucket(of: max(0, nowSeconds - retention))
        var next = wanted
        if let parent = tier.parent {
            let oldest = try query(
                "SELECT min(bucket) FROM rollup_marks WHERE tier_seconds = $1", [.count(parent.rawValue)])
            if let row = oldest.first, !row.isNull(0) { next = min(next, try row.second(0)) }
            next = max(next, aligned.bucket(of: max(0, wanted - StateRetention.rollupsOfMarkedBuckets)))
        }
        guard next > current else { return current }
        try execute(
            "UPDATE rollup_horizons SET kept_since = $2 WHERE tier_seconds = $1",
            [.integer(tier.seconds), .second(next)])
        return next
    }

    /// Removes some of the rows before `keptSince`, which nobody reads any more: a partition of PostgreSQL, or
    /// ``StateRetention/rowsAtOnce`` rows of SQLite, so that none of the transactions is long.
    ///
    /// - Returns: whether there may be more.
    func removeOldestRows(of tier: Tier, before keptSince: Int64) throws -> Bool {
        switch dialect {
        case .postgres: return try dropOldestPartition(of: tier, before: keptSince)
        case .sqlite:
            let removed = try execute(
                """
                DELETE FROM \(tier.table) WHERE rowid IN (
                    SELECT rowid FROM \(tier.table) WHERE bucket < $1 ORDER BY bucket LIMIT $2
                )
                """,
                [.second(keptSince), .count(StateRetention.rowsAtOnce)])
            return removed == StateRetention.rowsAtOnce
        }
    }

    /// Removes checkpoints, producers, losses and quarantined entries past their time.
    func removeOldState(nowSeconds: Int64) throws {
        try execute(
            """
            DELETE FROM checkpoints WHERE taken_at < $1 AND EXISTS (
                SELECT 1 FROM shards WHERE shards.shard = checkpoints.shard AND checkpoints.last_second < open_since
            )
            """,
            [.second(max(0, nowSeconds - StateRetention.checkpoints))])
        let since = { (retention: Int64) in SQLValue.millisecond(max(0, nowSeconds - retention) * 1_000) }
        try execute(
            "DELETE FROM producers WHERE has_ended = $1 AND last_seen < $2",
            [.boolean(true), since(StateRetention.endedProducers)])
        try execute("DELETE FROM producers WHERE last_seen < $1", [since(StateRetention.silentProducers)])
        try removeOldProxies()
        try removeOldRoutes(nowSeconds: nowSeconds)
        try execute("DELETE FROM losses WHERE at < $1", [since(StateRetention.losses)])
        try execute("DELETE FROM quarantined_entries WHERE at < $1", [since(StateRetention.quarantinedEntries)])
        try execute(
            "DELETE FROM quarantined_entries WHERE id <= (SELECT max(id) FROM quarantined_entries) - $1",
            [.integer(StateRetention.maximumQuarantinedEntries)])
        try removeOldAlerts(nowSeconds: nowSeconds)
    }
}
