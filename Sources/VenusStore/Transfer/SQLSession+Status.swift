import VenusCore

extension SQLSession {
    func status() throws -> StoreStatus {
        // Counting a table may take its time.
        try allowTime(seconds: 60)
        let schema = try query("SELECT max(version) FROM schema_versions").first
        return StoreStatus(
            database: dialect == .sqlite ? "SQLite" : "PostgreSQL", schema: try schema?.integer(0) ?? 0,
            tiers: try Tier.allCases.map { try status(of: $0) }, bytes: try databaseBytes())
    }

    private func status(of tier: Tier) throws -> StoreStatus.TierStatus {
        let keptSince = "(SELECT kept_since FROM rollup_horizons WHERE tier_seconds = \(tier.seconds))"
        let rows = try query(
            "SELECT count(*), min(bucket), max(bucket) FROM \(tier.table) WHERE bucket >= \(keptSince)")
        let marks = try query("SELECT count(*) FROM rollup_marks WHERE tier_seconds = $1", [.integer(tier.seconds)])
        let (size, partitions) = try partitionSizes(of: tier)
        return StoreStatus.TierStatus(
            tier: tier, rows: try rows.first?.integer(0) ?? 0,
            oldest: try rows.first.flatMap { $0.isNull(1) ? nil : try $0.second(1) },
            newest: try rows.first.flatMap { $0.isNull(2) ? nil : try $0.second(2) }, bytes: size,
            marks: try marks.first?.integer(0) ?? 0, partitions: partitions)
    }

    private func partitionSizes(of tier: Tier) throws -> (bytes: Int64?, count: Int64) {
        guard dialect == .postgres else { return (nil, 0) }
        let row = try query(
            """
            SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint, count(*) FROM pg_inherits
            WHERE inhparent = '\(tier.table)'::regclass
            """
        ).first
        return (try row?.integer(0), try row?.integer(1) ?? 0)
    }

    private func databaseBytes() throws -> Int64 {
        let sql =
            dialect == .sqlite
            ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            : "SELECT pg_database_size(current_database())"
        return try query(sql).first?.integer(0) ?? 0
    }
}
