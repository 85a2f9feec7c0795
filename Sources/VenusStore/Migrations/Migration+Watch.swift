extension Migration {
    /// Thresholds, rules, objectives, silences and acknowledgements, and a number that changes with each of them.
    static let watch = Migration(version: 8, name: "watch", needs: "0.1.0") { dialect in
        [
            """
            CREATE TABLE watched (
                kind \(dialect.text) NOT NULL,
                id \(dialect.text) NOT NULL,
                body \(dialect.text) NOT NULL,
                ends_at \(dialect.instant) NOT NULL,
                changed_at \(dialect.instant) NOT NULL,
                changed_by \(dialect.text) NOT NULL,
                PRIMARY KEY (kind, id)
            ) \(dialect.tableOptions)
            """,
            "CREATE INDEX watched_ends_at ON watched (ends_at)",
            "CREATE TABLE watch_version (version \(dialect.integer) NOT NULL) \(dialect.tableOptions)",
            "INSERT INTO watch_version (version) VALUES (1)",
        ]
    }
}
