extension Migration {
    /// What proxies say of themselves in their heartbeats, beside what a producer's mark needs.
    static let proxies = Migration(version: 3, name: "proxies", needs: "0.1.0") { dialect in
        let (integer, text, instant) = (dialect.integer, dialect.text, dialect.instant)
        return [
            """
            CREATE TABLE proxies (
                shard \(integer) NOT NULL,
                producer \(text) NOT NULL,
                said_at \(instant) NOT NULL,
                calls_spooled \(integer) NOT NULL,
                has_ended_uncleanly \(dialect.boolean) NOT NULL,
                started_at \(instant) NOT NULL,
                policy_mode \(text) NOT NULL,
                policy_digest \(text) NOT NULL,
                policy_rules \(integer) NOT NULL,
                policy_since \(instant) NOT NULL,
                policy_denied \(integer) NOT NULL,
                policy_would_be_denied \(integer) NOT NULL,
                policy_fault \(text) NOT NULL,
                policy_fault_since \(instant) NOT NULL,
                pin_count \(integer) NOT NULL,
                pins \(dialect.bytes) NOT NULL,
                PRIMARY KEY (shard, producer)
            ) \(dialect.tableOptions)
            """,
            "CREATE INDEX proxies_said_at ON proxies (said_at)",
        ]
    }
}
