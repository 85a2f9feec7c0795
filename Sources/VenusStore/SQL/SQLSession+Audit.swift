extension SQLSession {
    /// How long entries are kept, milliseconds.
    private static var auditRetention: Int64 { 400 * 86_400_000 }

    private static var columns: String { "id, at, event, actor, subject, address, detail" }

    func addAudit(_ entry: AuditEntry) throws {
        try execute(
            "INSERT INTO audit (at, event, actor, subject, address, detail) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                .millisecond(SQLValue.clamp(millisecond: entry.at)), .text(entry.event.rawValue), .text(entry.actor),
                .text(entry.subject), .text(entry.address), .text(entry.detail),
            ])
    }

    func audit(_ query: AuditQuery) throws -> [AuditEntry] {
        var values: [SQLValue] = [.count(query.limit)]
        var conditions = ["1 = 1"]
        func require(_ condition: String, _ value: SQLValue) {
            values.append(value)
            conditions.append("\(condition) $\(values.count)")
        }
        if let event = query.event { require("event =", .text(event.rawValue)) }
        if let actor = query.actor { require("actor =", .text(StoredName.fit(actor))) }
        if let since = query.since { require("at >=", .millisecond(SQLValue.clamp(millisecond: since))) }
        if let before = query.before { require("id <", .integer(before)) }
        return try self.query(
            """
            SELECT \(Self.columns) FROM audit WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id DESC LIMIT $1
            """, values
        ).compactMap { try AuditEntry($0) }
    }

    func exportAudit(_ body: (AuditEntry) throws -> Void) throws {
        try run("SELECT \(Self.columns) FROM audit ORDER BY id", []) { row in
            if let entry = try AuditEntry(row) { try body(entry) }
        }
    }

    func removeOldAudit(now: Int64, keeping count: Int) throws {
        try execute("DELETE FROM audit WHERE at < $1", [.millisecond(max(0, now - Self.auditRetention))])
        try execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - $1", [.count(count)])
    }
}

extension AuditEntry {
    /// `nil` for an event that only a later version knows.
    fileprivate init?(_ row: SQLRow) throws {
        guard let event = Event(rawValue: try row.text(2)) else { return nil }
        self.init(
            at: try row.millisecond(1), event: event, actor: try row.text(3), subject: try row.text(4),
            address: try row.text(5), detail: try row.text(6))
        id = try row.integer(0)
    }
}
