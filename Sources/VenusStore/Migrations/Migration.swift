/// One step of the schema. What a released step says is never changed: a change is a new step.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package var version: Int
    package var name: String
    /// The first release of Venus that knows this step.
    package var needs: String
    /// The step's statements in a dialect's words.
    var statements: @Sendable (SQLDialect) -> [String]

    init(version: Int, name: String, needs: String, statements: @escaping @Sendable (SQLDialect) -> [String]) {
        self.version = version
        self.name = name
        self.needs = needs
        self.statements = statements
    }

    /// A step whose statements are the same in every dialect.
    package init(version: Int, name: String, needs: String, statements: [String]) {
        self.init(version: version, name: name, needs: needs) { _ in statements }
    }
}

extension SQLSession {
    /// Brings the schema up to the last of `migrations`, and does nothing where it is there already. Of several that
    /// start at once, one migrates and the others wait for it. A schema that is further is refused.
    ///
    /// - Returns: the migrations that were run.
    func migrate(_ migrations: [Migration]) throws -> [Migration] {
        try beginMigration()
        try execute(
            """
            CREATE TABLE IF NOT EXISTS schema_versions (
                version \(dialect.integer) NOT NULL PRIMARY KEY,
                name \(dialect.text) NOT NULL,
                needs \(dialect.text) NOT NULL,
                applied_at \(dialect.instant) NOT NULL
            ) \(dialect.tableOptions)
            """)
        let newest = try query("SELECT version, needs FROM schema_versions ORDER BY version DESC LIMIT 1").first
        let current = try newest?.int(0) ?? 0
        let known = migrations.last?.version ?? 0
        if let newest, current > known {
            throw StoreError(
                .newerSchema,
                "the database has schema \(current), which needs Venus \(try newest.text(1)) or newer; "
                    + "this Venus knows schema \(known): upgrade it, or use another database")
        }
        let missing = migrations.filter { $0.version > current }
        for migration in missing {
            for statement in migration.statements(dialect) { try execute(statement) }
            try execute(
                """
                INSERT INTO schema_versions (version, name, needs, applied_at)
                VALUES ($1, $2, $3, \(dialect.now))
                """,
                [.count(migration.version), .text(migration.name), .text(migration.needs)])
        }
        return missing
    }
}
