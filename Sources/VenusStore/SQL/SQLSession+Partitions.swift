import VenusCore

extension Tier {
    /// How much time a partition of the tier's table holds, in seconds: a quarter of its retention or less, so that few
    /// rows outstay it, and few partitions are there to be looked through.
    var partitionSeconds: Int64 {
        switch self {
        case .minute: 6 * 3_600
        case .quarterHour: 86_400
        case .twoHours: 7 * 86_400
        case .eightHours: 28 * 86_400
        case .day: 182 * 86_400
        }
    }
}

/// Tables of PostgreSQL are partitioned by time, so that what is past its retention goes as a table, not row by row.
/// What partitions there are is in the table `rollup_partitions`; a row of it is the right to make or to drop one.
///
/// SQLite has none of this.
extension SQLSession {
    /// How long a transaction that wants a table for itself waits for it, and others behind it.
    static var partitionLockMilliseconds: Int { 200 }
    /// Partitions beyond the present one that are made ahead.
    static var partitionsAhead: Int64 { 2 }

    /// Makes the partitions that these buckets need, where they are missing; always in the same order, so that no two
    /// transactions wait for each other.
    func makeRoom(for buckets: [Tier: [Int64]]) throws {
        guard dialect == .postgres else { return }
        for (tier, buckets) in buckets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let starts = Set(buckets.map { $0 - $0 % tier.partitionSeconds }).sorted()
            let found = try runEach(
                "SELECT 1 FROM rollup_partitions WHERE tier_seconds = $1 AND starts_at <= $2 AND ends_at > $2",
                starts.map { [.integer(tier.seconds), .second($0)] })
            for (start, known) in zip(starts, found) where known.isEmpty { try makePartition(of: tier, from: start) }
        }
    }

    /// Makes the tier's partition of `nowSeconds` and those after it.
    func makeRoomAhead(of tier: Tier, nowSeconds: Int64) throws {
        let length = tier.partitionSeconds
        try makeRoom(for: [tier: (0...Self.partitionsAhead).map { nowSeconds + $0 * length }])
    }

    /// A table that is attached, unlike one that is made as a partition, is in nobody's way who reads or writes.
    private func makePartition(of tier: Tier, from start: Int64) throws {
        let end = start + tier.partitionSeconds
        let made = try execute(
            """
            INSERT INTO rollup_partitions (tier_seconds, starts_at, ends_at) VALUES ($1, $2, $3)
            ON CONFLICT (tier_seconds, starts_at) DO NOTHING
            """,
            [.integer(tier.seconds), .second(start), .second(end)])
        // Another made it meanwhile; this statement has waited for it.
        guard made == 1 else { return }
        let name = Self.partition(of: tier, from: start)
        try define("CREATE TABLE \(name) (LIKE \(tier.table) INCLUDING DEFAULTS INCLUDING INDEXES)")
        // Beside their row, not in a table of their own: who reads a year reads hundreds of them.
        try define(
            """
            ALTER TABLE \(name)
            ALTER COLUMN duration_histogram SET STORAGE MAIN, ALTER COLUMN ttfb_histogram SET STORAGE MAIN
            """)
        try define(
            """
            ALTER TABLE \(tier.table) ATTACH PARTITION \(name)
            FOR VALUES FROM (to_timestamp(\(start))) TO (to_timestamp(\(end)))
            """)
    }

    /// Drops the oldest partition that holds nothing from `keptSince` on. It does not wait long for those who still
    /// read the table, and nobody waits long behind it: then it throws ``StoreError/Code/unavailable``.
    ///
    /// - Returns: whether there may be more.
    func dropOldestPartition(of tier: Tier, before keptSince: Int64) throws -> Bool {
        let oldest = try query(
            """
            SELECT starts_at FROM rollup_partitions WHERE tier_seconds = $1 AND ends_at <= $2
            ORDER BY starts_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            [.integer(tier.seconds), .second(keptSince)])
        guard let row = oldest.first else { return false }
        let start = try row.second(0)
        try execute(
            "DELETE FROM rollup_partitions WHERE tier_seconds = $1 AND starts_at = $2",
            [.integer(tier.seconds), .second(start)])
        try define("SET LOCAL lock_timeout = \(Self.partitionLockMilliseconds)")
        try define("DROP TABLE \(Self.partition(of: tier, from: start))")
        return true
    }

    /// The one that begins with time itself is the table from before there were partitions.
    static func partition(of tier: Tier, from start: Int64) -> String {
        start == 0 ? "\(tier.table)_before" : "\(tier.table)_from_\(start)"
    }
}
