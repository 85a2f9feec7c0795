extension SQLSession {
    private static var columns: String {
        "id, key_hash, name, scopes, created_at, created_by, used_at, revoked_at"
    }

    /// Where there are as many as there may be, the one that was taken away first goes for it.
    func addKey(_ key: APIKey) throws -> Bool {
        let isAdded =
            try execute(
                """
                INSERT INTO api_keys (\(Self.columns)) SELECT $1, $2, $3, $4, $5, $6, $7, $8
                WHERE (SELECT count(*) FROM api_keys) < \(APIKey.maximumCount)
                    OR EXISTS (SELECT 1 FROM api_keys WHERE revoked_at > \(dialect.epoch))
                ON CONFLICT (id) DO NOTHING
                """, key.values) == 1
        guard isAdded else { return false }
        try execute(
            """
            DELETE FROM api_keys WHERE (SELECT count(*) FROM api_keys) > \(APIKey.maximumCount) AND id IN (
                SELECT id FROM api_keys WHERE revoked_at > \(dialect.epoch) AND id <> $1
                ORDER BY revoked_at, id LIMIT 1
            )
            """, [.text(key.id)])
        return true
    }

    func key(id: String) throws -> APIKey? {
        try query("SELECT \(Self.columns) FROM api_keys WHERE id = $1", [.text(id)]).first.map { try APIKey($0) }
    }

    func keys() throws -> [APIKey] {
        try query("SELECT \(Self.columns) FROM api_keys ORDER BY created_at DESC, id LIMIT \(APIKey.maximumCount)")
            .map { try APIKey($0) }
    }

    func noteKeyUse(id: String, at now: Int64) throws {
        try execute("UPDATE api_keys SET used_at = $2 WHERE id = $1 AND used_at < $2", [.text(id), .millisecond(now)])
    }

    func revokeKey(id: String, at now: Int64) throws -> Bool {
        try execute(
            "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at = \(dialect.epoch)",
            [.text(id), .millisecond(now)]) > 0
    }
}

/// The start of 1970 stands for never: no column of ours takes a null.
extension APIKey {
    fileprivate var values: [SQLValue] {
        [
            .text(id), .bytes(hash), .text(name), .text(scopes.map(\.rawValue).sorted().joined(separator: " ")),
            .millisecond(createdAt), .text(createdBy), .millisecond(usedAt ?? 0), .millisecond(revokedAt ?? 0),
        ]
    }

    fileprivate init(_ row: SQLRow) throws {
        // A scope that a later version knows opens nothing here.
        let scopes = try row.text(3).split(separator: " ").compactMap { KeyScope(rawValue: String($0)) }
        self.init(
            id: try row.text(0), hash: try row.bytes(1), name: try row.text(2), scopes: Set(scopes),
            createdAt: try row.millisecond(4), createdBy: try row.text(5))
        let (used, revoked) = (try row.millisecond(6), try row.millisecond(7))
        usedAt = used == 0 ? nil : used
        revokedAt = revoked == 0 ? nil : revoked
    }
}
