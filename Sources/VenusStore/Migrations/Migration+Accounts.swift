extension Migration {
    /// Users, keys, whose a session is, failed sign-ins and the audit log.
    static let accounts = Migration(version: 6, name: "accounts", needs: "0.1.0") { dialect in
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        let never = dialect == .sqlite ? "253402300799000" : "to_timestamp(253402300799)"
        let newColumns = [
            "account \(text) NOT NULL DEFAULT 'administrator'", "role \(text) NOT NULL DEFAULT 'admin'",
            "seen_at \(instant) NOT NULL DEFAULT \(dialect.epoch)",
            "idle_expires_at \(instant) NOT NULL DEFAULT \(never)",
            "address \(text) NOT NULL DEFAULT ''", "agent \(text) NOT NULL DEFAULT ''",
        ]
        return newColumns.map { "ALTER TABLE sessions ADD COLUMN \($0)" } + [
            "CREATE INDEX sessions_account ON sessions (account, created_at)",
            """
            CREATE TABLE users (
                name \(text) NOT NULL PRIMARY KEY,
                role \(text) NOT NULL,
                password_hash \(text) NOT NULL,
                is_active \(dialect.boolean) NOT NULL,
                created_at \(instant) NOT NULL,
                changed_at \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE api_keys (
                id \(text) NOT NULL PRIMARY KEY,
                key_hash \(dialect.bytes) NOT NULL,
                name \(text) NOT NULL,
                scopes \(text) NOT NULL,
                created_at \(instant) NOT NULL,
                created_by \(text) NOT NULL,
                used_at \(instant) NOT NULL,
                revoked_at \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE sign_in_attempts (
                subject \(text) NOT NULL PRIMARY KEY,
                failures \(integer) NOT NULL,
                last_at \(instant) NOT NULL,
                blocked_until \(instant) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX sign_in_attempts_last_at ON sign_in_attempts (last_at)",
            """
            CREATE TABLE audit (
                id \(dialect.numberedKey),
                at \(instant) NOT NULL,
                event \(text) NOT NULL,
                actor \(text) NOT NULL,
                subject \(text) NOT NULL,
                address \(text) NOT NULL,
                detail \(text) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX audit_at ON audit (at)",
        ]
    }
}
