extension SQLSession {
    private static var columns: String { "name, role, password_hash, is_active, created_at, changed_at" }

    func addUser(_ user: User) throws -> Bool {
        // One that is there already is neither changed nor told apart by an error.
        try execute(
            """
            INSERT INTO users (\(Self.columns)) SELECT $1, $2, $3, $4, $5, $6
            WHERE (SELECT count(*) FROM users) < \(User.maximumCount)
            ON CONFLICT (name) DO NOTHING
            """, user.values) == 1
    }

    func user(named name: String) throws -> User? {
        try query("SELECT \(Self.columns) FROM users WHERE name = $1", [.text(name)]).first.map { try User($0) }
    }

    func users() throws -> [User] {
        try query("SELECT \(Self.columns) FROM users ORDER BY name LIMIT \(User.maximumCount)").map { try User($0) }
    }

    func changeUser(
        _ name: String, role: Role?, passwordHash: String?, isActive: Bool?, keeping tokenHash: [UInt8]?, at now: Int64
    ) throws -> User? {
        let row = try query(
            "SELECT \(Self.columns) FROM users WHERE name = $1 \(dialect.forUpdate)", [.text(name)]
        ).first
        guard var user = try row.map({ try User($0) }) else { return nil }
        user.role = role ?? user.role
        user.passwordHash = passwordHash ?? user.passwordHash
        user.isActive = isActive ?? user.isActive
        user.changedAt = now
        try execute(
            "UPDATE users SET role = $2, password_hash = $3, is_active = $4, changed_at = $5 WHERE name = $1",
            [
                .text(name), .text(user.role.rawValue), .text(user.passwordHash), .boolean(user.isActive),
                .millisecond(now),
            ])
        _ = try removeSessions(of: .user(name), except: tokenHash)
        return user
    }

    func changePassword(
        of name: String, from oldHash: String, to newHash: String, keeping tokenHash: [UInt8], at now: Int64
    ) throws -> Bool {
        // Whoever changes the user at the same time comes before or after, never between.
        let standing = try query(
            "SELECT 1 FROM users WHERE name = $1 AND password_hash = $2 AND is_active = $3 \(dialect.forUpdate)",
            [.text(name), .text(oldHash), .boolean(true)])
        guard !standing.isEmpty else { return false }
        return try changeUser(name, role: nil, passwordHash: newHash, isActive: nil, keeping: tokenHash, at: now) != nil
    }

    func removeUser(_ name: String) throws -> Bool {
        let isRemoved = try execute("DELETE FROM users WHERE name = $1", [.text(name)]) > 0
        _ = try removeSessions(of: .user(name), except: nil)
        return isRemoved
    }

    /// As a file says it, whether or not there was one of that name.
    func takeUser(_ user: User) throws {
        try execute("DELETE FROM users WHERE name = $1", [.text(user.name)])
        _ = try addUser(user)
    }
}

extension User {
    fileprivate var values: [SQLValue] {
        [
            .text(name), .text(role.rawValue), .text(passwordHash), .boolean(isActive), .millisecond(createdAt),
            .millisecond(changedAt),
        ]
    }

    fileprivate init(_ row: SQLRow) throws {
        guard let role = Role(rawValue: try row.text(1)) else {
            throw StoreError(.corrupt, "a user has a role that there is not")
        }
        self.init(
            name: try row.text(0), role: role, passwordHash: try row.text(2), isActive: try row.boolean(3),
            createdAt: try row.millisecond(4))
        changedAt = try row.millisecond(5)
    }
}
