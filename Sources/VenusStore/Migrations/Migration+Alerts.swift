extension Migration {
    /// Alerts, their numbered transitions, messages, where they go, and how far they are.
    static let alerts = Migration(version: 9, name: "alerts", needs: "0.1.0") { dialect in
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        // 48 bits, which every reader of JSON has exactly.
        let epoch =
            dialect == .sqlite ? "abs(random() % 281474976710655) + 1" : "floor(random() * 281474976710655)::bigint + 1"
        return [
            """
            CREATE TABLE alert_evaluation (
                id \(integer) NOT NULL PRIMARY KEY,
                epoch \(integer) NOT NULL,
                newest \(integer) NOT NULL,
                version \(integer) NOT NULL,
                content \(text) NOT NULL
            ) \(options)
            """,
            "INSERT INTO alert_evaluation (id, epoch, newest, version, content) VALUES (1, \(epoch), 0, 0, '')",
            """
            CREATE TABLE alerts (
                id \(text) NOT NULL PRIMARY KEY,
                rule \(text) NOT NULL,
                state \(text) NOT NULL,
                severity \(text) NOT NULL,
                environment \(text) NOT NULL,
                service \(text) NOT NULL,
                dependency \(text) NOT NULL,
                operation \(text) NOT NULL,
                host \(text) NOT NULL,
                changed_at \(instant) NOT NULL,
                number \(integer) NOT NULL,
                content \(text) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX alerts_number ON alerts (number)",
            """
            CREATE TABLE alert_transitions (
                number \(integer) NOT NULL PRIMARY KEY,
                id \(text) NOT NULL UNIQUE,
                alert \(text) NOT NULL,
                at \(instant) NOT NULL,
                content \(text) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX alert_transitions_at ON alert_transitions (at)",
            """
            CREATE TABLE alert_notices (
                id \(text) NOT NULL PRIMARY KEY,
                fault \(text) NOT NULL,
                at \(instant) NOT NULL,
                content \(text) NOT NULL
            ) \(options)
            """,
            "CREATE INDEX alert_notices_at ON alert_notices (at)",
        ] + delivery(dialect)
    }

    private static func delivery(_ dialect: SQLDialect) -> [String] {
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        return [
            """
            CREATE TABLE webhooks (
                id \(text) NOT NULL PRIMARY KEY,
                name \(text) NOT NULL,
                kind \(text) NOT NULL,
                sealed \(dialect.bytes) NOT NULL,
                is_enabled \(dialect.boolean) NOT NULL,
                failure \(text) NOT NULL,
                failed_at \(instant) NOT NULL,
                paused_until \(instant) NOT NULL,
                delivered_at \(instant) NOT NULL,
                lost \(integer) NOT NULL,
                created_at \(instant) NOT NULL,
                created_by \(text) NOT NULL,
                changed_at \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE outbox (
                number \(dialect.numberedKey),
                webhook \(text) NOT NULL,
                notice \(text) NOT NULL,
                fault \(text) NOT NULL,
                since \(instant) NOT NULL,
                state \(text) NOT NULL,
                is_over \(dialect.boolean) NOT NULL,
                ended_at \(instant) NOT NULL,
                UNIQUE (webhook, notice)
            ) \(options)
            """,
            "CREATE INDEX outbox_waiting ON outbox (is_over, webhook, number)",
        ]
    }
}
