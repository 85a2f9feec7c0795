import VenusCore

extension Migration {
    /// Every step, in order.
    package static let all = [
        foundation, egressPolicy, proxies, partitions, routes, accounts, spentStates, watch, alerts, hosts,
        readingsBuckets, errorStatuses,
    ]

    private static let foundation = Migration(version: 1, name: "foundation", needs: "0.1.0") { dialect in
        leases(dialect) + analysis(dialect) + Tier.allCases.flatMap { rollups(dialect, $0) } + cascade(dialect)
            + signIn(dialect)
    }

    private static func leases(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE leases (
                name \(dialect.text) NOT NULL PRIMARY KEY,
                owner \(dialect.text) NOT NULL,
                epoch \(dialect.integer) NOT NULL,
                expires_at \(dialect.instant) NOT NULL
            ) \(dialect.tableOptions)
            """
        ]
    }

    private static func analysis(_ dialect: SQLDialect) -> [String] {
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        return [
            """
            CREATE TABLE shards (
                shard \(integer) NOT NULL PRIMARY KEY,
                cursor \(text) NOT NULL,
                open_since \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE producers (
                shard \(integer) NOT NULL,
                producer \(text) NOT NULL,
                environment \(text) NOT NULL,
                service \(text) NOT NULL,
                instance \(text) NOT NULL,
                host \(text) NOT NULL,
                highest \(integer) NOT NULL,
                last_seen \(instant) NOT NULL,
                calls_in_flight \(integer) NOT NULL,
                calls_queued \(integer) NOT NULL,
                calls_dropped \(integer) NOT NULL,
                version \(text) NOT NULL,
                has_ended \(dialect.boolean) NOT NULL,
                PRIMARY KEY (shard, producer)
            ) \(options)
            """,
            "CREATE INDEX producers_last_seen ON producers (last_seen)",
            """
            CREATE TABLE losses (
                id \(dialect.numberedKey),
                producer \(text) NOT NULL,
                environment \(text) NOT NULL,
                service \(text) NOT NULL,
                first \(integer) NOT NULL,
                count \(integer) NOT NULL,
                at \(instant) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX losses_at ON losses (at)",
            """
            CREATE TABLE quarantined_entries (
                id \(dialect.numberedKey),
                shard \(integer) NOT NULL,
                entry_id \(text) NOT NULL,
                reason \(text) NOT NULL,
                at \(instant) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX quarantined_entries_at ON quarantined_entries (at)",
            """
            CREATE TABLE checkpoints (
                id \(dialect.numberedKey),
                shard \(integer) NOT NULL,
                taken_at \(instant) NOT NULL,
                last_second \(instant) NOT NULL,
                cells \(dialect.bytes) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX checkpoints_taken_at ON checkpoints (shard, taken_at)",
        ]
    }

    /// The bucket leads the key, so that a table can be partitioned by time.
    private static func rollups(_ dialect: SQLDialect, _ tier: Tier) -> [String] {
        let (integer, text, table) = (dialect.integer, dialect.text, tier.table)
        return [
            """
            CREATE TABLE \(table) (
                bucket \(dialect.instant) NOT NULL,
                level \(text) NOT NULL,
                shard \(integer) NOT NULL,
                environment \(text) NOT NULL,
                service \(text) NOT NULL,
                dependency \(text) NOT NULL,
                operation \(text) NOT NULL,
                success \(integer) NOT NULL,
                client_error \(integer) NOT NULL,
                server_error \(integer) NOT NULL,
                transport_error \(integer) NOT NULL,
                unknown \(integer) NOT NULL,
                cancelled \(integer) NOT NULL,
                denied \(integer) NOT NULL,
                estimated \(integer) NOT NULL,
                tunnels \(integer) NOT NULL,
                bytes_sent \(integer) NOT NULL,
                bytes_received \(integer) NOT NULL,
                duration_count \(integer) NOT NULL,
                duration_sum_us \(integer) NOT NULL,
                duration_max_us \(integer) NOT NULL,
                ttfb_count \(integer) NOT NULL,
                ttfb_sum_us \(integer) NOT NULL,
                ttfb_max_us \(integer) NOT NULL,
                duration_histogram \(dialect.bytes) NOT NULL,
                ttfb_histogram \(dialect.bytes) NOT NULL,
                phases \(dialect.bytes) NOT NULL,
                PRIMARY KEY (bucket, level, shard, environment, service, dependency, operation)
            ) \(dialect.tableOptions)
            """,
            "CREATE INDEX \(table)_series ON \(table) (level, service, dependency, operation, bucket)",
        ]
    }

    private static func cascade(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE rollup_marks (
                tier_seconds \(dialect.integer) NOT NULL,
                bucket \(dialect.instant) NOT NULL,
                shard \(dialect.integer) NOT NULL,
                generation \(dialect.integer) NOT NULL,
                PRIMARY KEY (tier_seconds, bucket, shard)
            ) \(dialect.tableOptions)
            """,
            """
            CREATE TABLE rollup_horizons (
                tier_seconds \(dialect.integer) NOT NULL PRIMARY KEY,
                kept_since \(dialect.instant) NOT NULL
            ) \(dialect.tableOptions)
            """,
        ]
            + Tier.allCases.map { tier in
                let start = dialect == .sqlite ? "0" : "to_timestamp(0)"
                return "INSERT INTO rollup_horizons (tier_seconds, kept_since) VALUES (\(tier.seconds), \(start))"
            }
    }

    private static func signIn(_ dialect: SQLDialect) -> [String] {
        let (bytes, instant, options) = (dialect.bytes, dialect.instant, dialect.tableOptions)
        return [
            """
            CREATE TABLE settings (
                name \(dialect.text) NOT NULL PRIMARY KEY,
                value \(dialect.text) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE sessions (
                token_hash \(bytes) NOT NULL PRIMARY KEY,
                created_at \(instant) NOT NULL,
                expires_at \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE sign_in_tokens (
                token_hash \(bytes) NOT NULL PRIMARY KEY,
                expires_at \(instant) NOT NULL
            ) \(options)
            """,
        ]
    }
}
