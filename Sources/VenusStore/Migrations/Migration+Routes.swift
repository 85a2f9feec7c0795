extension Migration {
    /// What is learned of each edge's routes, and what proxies say of their services' addresses and clocks.
    static let routes = Migration(version: 5, name: "routes", needs: "0.1.0") { dialect in
        [
            """
            CREATE TABLE routes (
                shard \(dialect.integer) NOT NULL,
                environment \(dialect.text) NOT NULL,
                service \(dialect.text) NOT NULL,
                dependency \(dialect.text) NOT NULL,
                routes \(dialect.bytes) NOT NULL,
                used_at \(dialect.instant) NOT NULL,
                PRIMARY KEY (shard, environment, service, dependency)
            ) \(dialect.tableOptions)
            """,
            "CREATE INDEX routes_used_at ON routes (used_at)",
            "ALTER TABLE producers ADD COLUMN announced \(dialect.text) NOT NULL DEFAULT ''",
            "ALTER TABLE producers ADD COLUMN announced_since \(dialect.instant) NOT NULL DEFAULT \(dialect.epoch)",
            "ALTER TABLE producers ADD COLUMN clock_skew_ms \(dialect.integer) NOT NULL DEFAULT 0",
        ]
    }
}
