extension SQLSession {
    func setting(_ name: String) throws -> String? {
        try query("SELECT value FROM settings WHERE name = $1", [.text(name)]).first?.text(0)
    }

    func setSetting(_ name: String, to value: String, ifAbsent: Bool) throws -> String {
        // The update that changes nothing makes the row that is there the answer.
        let rows = try query(
            """
            INSERT INTO settings AS held (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = \(ifAbsent ? "held.value" : "excluded.value")
            RETURNING value
            """,
            [.text(name), .text(value)])
        guard let row = rows.first else { throw StoreError(.corrupt, "a setting that was written is not there") }
        return try row.text(0)
    }

    func addSignInToken(hash: [UInt8], expiresAt: Int64) throws {
        try execute(
            "INSERT INTO sign_in_tokens (token_hash, expires_at) VALUES ($1, $2)",
            [.bytes(hash), .millisecond(expiresAt)])
    }

    func takeSignInToken(hash: [UInt8], now: Int64) throws -> Bool {
        let taken = try query("DELETE FROM sign_in_tokens WHERE token_hash = $1 RETURNING expires_at", [.bytes(hash)])
        return try taken.contains { try $0.millisecond(0) > now }
    }

    func spendState(hash: [UInt8], expiresAt: Int64) throws -> Bool {
        try execute(
            "INSERT INTO spent_states (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING",
            [.bytes(hash), .millisecond(expiresAt)]) == 1
    }

    func removeExpiredSessions(now: Int64, keeping bounds: SignInBounds) throws {
        try execute("DELETE FROM sessions WHERE expires_at <= $1 OR idle_expires_at <= $1", [.millisecond(now)])
        try execute("DELETE FROM sign_in_tokens WHERE expires_at <= $1", [.millisecond(now)])
        try execute("DELETE FROM spent_states WHERE expires_at <= $1", [.millisecond(now)])
        try removeOldAttempts(now: now, keeping: bounds.subjects)
        try removeOldAudit(now: now, keeping: bounds.auditEntries)
    }
}
