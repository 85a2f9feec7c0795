import VenusCore

extension Migration {
    /// Hosts, whose readings are counted, and the readings of each tier.
    static let hosts = Migration(version: 10, name: "hosts", needs: "0.1.0") { dialect in
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        return [
            """
            CREATE TABLE hosts (
                name \(text) NOT NULL PRIMARY KEY,
                environment \(text) NOT NULL,
                key_id \(text) NOT NULL,
                agent_version \(text) NOT NULL,
                first_seen \(instant) NOT NULL,
                last_seen \(instant) NOT NULL,
                watched_until \(instant) NOT NULL,
                publish_ms \(integer) NOT NULL,
                latest \(dialect.bytes) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE host_producers (
                host \(text) NOT NULL,
                producer \(text) NOT NULL,
                highest \(integer) NOT NULL,
                dropped \(integer) NOT NULL,
                last_seen \(instant) NOT NULL,
                PRIMARY KEY (host, producer)
            ) \(options)
            """,
        ]
            // One row a host and bucket: few enough to be removed by row, so that there are no partitions.
            + Tier.allCases.flatMap { tier in
                [
                    """
                    CREATE TABLE \(tier.hostTable) (
                        host \(text) NOT NULL,
                        bucket \(instant) NOT NULL,
                        reading \(dialect.bytes) NOT NULL,
                        PRIMARY KEY (host, bucket)
                    ) \(options)
                    """,
                    "CREATE INDEX \(tier.hostTable)_bucket ON \(tier.hostTable) (bucket)",
                ]
            }
    }
}

extension Tier {
    /// The table of the tier's readings: `host_readings_1m`, `host_readings_15m`, …
    var hostTable: String { "host_readings_\(name)" }
}
