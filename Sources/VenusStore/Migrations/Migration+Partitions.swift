import VenusCore

extension Migration {
    /// Partitions the rollups of PostgreSQL by time. What is there becomes the first partition of its table, as it
    /// is: no row is copied.
    static let partitions = Migration(version: 4, name: "partitions", needs: "0.1.0") { dialect in
        guard dialect == .postgres else { return [] }
        let registry = """
            CREATE TABLE rollup_partitions (
                tier_seconds \(dialect.integer) NOT NULL,
                starts_at \(dialect.instant) NOT NULL,
                ends_at \(dialect.instant) NOT NULL,
                PRIMARY KEY (tier_seconds, starts_at)
            )
            """
        return [registry] + Tier.allCases.flatMap(partition)
    }

    private static func partition(_ tier: Tier) -> [String] {
        let (table, length) = (tier.table, tier.partitionSeconds)
        return [
            "ALTER TABLE \(table) RENAME TO \(table)_before",
            "ALTER INDEX \(table)_pkey RENAME TO \(table)_before_pkey",
            "ALTER INDEX \(table)_series RENAME TO \(table)_before_series",
            "CREATE TABLE \(table) (LIKE \(table)_before INCLUDING DEFAULTS) PARTITION BY RANGE (bucket)",
            """
            ALTER TABLE \(table) ADD CONSTRAINT \(table)_pkey
            PRIMARY KEY (bucket, level, shard, environment, service, dependency, operation)
            """,
            "CREATE INDEX \(table)_series ON \(table) (level, service, dependency, operation, bucket)",
            // It ends where the partition of its newest row would: what comes from then on has partitions of its own.
            """
            DO $$
            DECLARE
                newest timestamptz := (SELECT max(bucket) FROM \(table)_before);
                bound bigint;
            BEGIN
                IF newest IS NULL THEN
                    DROP TABLE \(table)_before;
                ELSE
                    bound := (floor(extract(epoch FROM newest) / \(length)) + 1) * \(length);
                    EXECUTE format(
                        'ALTER TABLE \(table) ATTACH PARTITION \(table)_before FOR VALUES FROM (MINVALUE) TO (%L)',
                        to_timestamp(bound));
                    INSERT INTO rollup_partitions VALUES (\(tier.seconds), to_timestamp(0), to_timestamp(bound));
                END IF;
            END
            $$
            """,
        ]
    }
}
