extension Migration {
    /// The states of sign-ins by way of another site, which are good for one use.
    static let spentStates = Migration(version: 7, name: "spent states", needs: "0.1.0") { dialect in
        [
            """
            CREATE TABLE spent_states (
                state_hash \(dialect.bytes) NOT NULL PRIMARY KEY,
                expires_at \(dialect.instant) NOT NULL
            ) \(dialect.tableOptions)
            """,
            "CREATE INDEX spent_states_expires_at ON spent_states (expires_at)",
        ]
    }
}
