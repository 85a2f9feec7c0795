extension SQLSession {
    /// Sessions of an account at most.
    private static var maximumSessions: Int { 200 }

    private static var columns: String {
        "token_hash, account, role, created_at, expires_at, seen_at, idle_expires_at, address, agent"
    }

    func addSession(_ session: Session, of user: User?) throws -> Bool {
        if let user {
            // Kept in place until the end: whoever changes the user waits, and then ends this session too.
            let standing = try query(
                """
                SELECT 1 FROM users WHERE name = $1 AND password_hash = $2 AND role = $3 AND is_active = $4
                \(dialect.forShare)
                """,
                [.text(user.name), .text(user.passwordHash), .text(user.role.rawValue), .boolean(true)])
            guard !standing.isEmpty else { return false }
        }
        try execute(
            "INSERT INTO sessions (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", session.values)
        try execute(
            """
            DELETE FROM sessions WHERE account = $1 AND created_at < (
                SELECT created_at FROM sessions WHERE account = $1 ORDER BY created_at DESC LIMIT 1 OFFSET $2
            )
            """,
            [.text(session.account.text), .count(Self.maximumSessions - 1)])
        return true
    }

    func session(tokenHash: [UInt8], now: Int64) throws -> Session? {
        try query(
            """
            SELECT \(Self.columns) FROM sessions
            WHERE token_hash = $1 AND expires_at > $2 AND idle_expires_at > $2
            """,
            [.bytes(tokenHash), .millisecond(now)]
        ).first.map { try Session($0) }
    }

    func touchSession(tokenHash: [UInt8], seenAt: Int64, idleExpiresAt: Int64) throws {
        try execute(
            """
            UPDATE sessions SET seen_at = $2, idle_expires_at = $3
            WHERE token_hash = $1 AND seen_at < $2 AND idle_expires_at > $2
            """,
            [.bytes(tokenHash), .millisecond(seenAt), .millisecond(idleExpiresAt)])
    }

    func sessions(of account: Account?, now: Int64, before: SessionPosition?, limit: Int) throws -> [Session] {
        var values: [SQLValue] = [.millisecond(now), .count(limit)]
        var conditions = "expires_at > $1 AND idle_expires_at > $1"
        if let account {
            values.append(.text(account.text))
            conditions += " AND account = $\(values.count)"
        }
        if let before {
            values += [.millisecond(before.createdAt), .bytes(before.id)]
            let (at, id) = ("$\(values.count - 1)", "$\(values.count)")
            conditions +=
                " AND (created_at < \(at) OR created_at = \(at)"
                + " AND substr(token_hash, 1, \(Session.idBytes)) > \(id))"
        }
        return try query(
            """
            SELECT \(Self.columns) FROM sessions WHERE \(conditions)
            ORDER BY created_at DESC, token_hash LIMIT $2
            """, values
        ).map { try Session($0) }
    }

    func removeSession(tokenHash: [UInt8]) throws {
        try execute("DELETE FROM sessions WHERE token_hash = $1", [.bytes(tokenHash)])
    }

    func removeSession(id: [UInt8], of account: Account?) throws -> Session? {
        guard id.count == Session.idBytes else { return nil }
        var values: [SQLValue] = [.bytes(id)]
        if let account { values.append(.text(account.text)) }
        return try query(
            """
            DELETE FROM sessions WHERE substr(token_hash, 1, \(Session.idBytes)) = $1
            \(account == nil ? "" : "AND account = $2") RETURNING \(Self.columns)
            """, values
        ).first.map { try Session($0) }
    }

    func removeSessions(of account: Account, except tokenHash: [UInt8]?) throws -> Int {
        try execute(
            "DELETE FROM sessions WHERE account = $1 AND token_hash <> $2",
            [.text(account.text), .bytes(tokenHash ?? [])])
    }

    func exportSessions(_ body: (Session) throws -> Void) throws {
        try run("SELECT \(Self.columns) FROM sessions ORDER BY created_at", []) { try body(try Session($0)) }
    }
}

extension Session {
    fileprivate var values: [SQLValue] {
        [
            .bytes(tokenHash), .text(account.text), .text(role.rawValue), .millisecond(createdAt),
            .millisecond(expiresAt), .millisecond(seenAt), .millisecond(idleExpiresAt), .text(address), .text(agent),
        ]
    }

    fileprivate init(_ row: SQLRow) throws {
        guard let account = Account(try row.text(1)), let role = Role(rawValue: try row.text(2)) else {
            throw StoreError(.corrupt, "a session has an account or a role that there is not")
        }
        let created = try row.millisecond(3)
        self.init(
            tokenHash: try row.bytes(0), account: account, role: role, createdAt: created,
            expiresAt: try row.millisecond(4), idleExpiresAt: try row.millisecond(6), address: try row.text(7),
            agent: try row.text(8))
        seenAt = max(created, try row.millisecond(5))
    }
}
