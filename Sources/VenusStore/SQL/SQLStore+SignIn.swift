extension SQLStore {
    // MARK: Sessions

    public func addSession(_ session: Session, of user: User?) async throws -> Bool {
        try await write { try $0.addSession(session, of: user) }
    }

    public func touchSession(tokenHash: [UInt8], seenAt: Int64, idleExpiresAt: Int64) async throws {
        try await write { try $0.touchSession(tokenHash: tokenHash, seenAt: seenAt, idleExpiresAt: idleExpiresAt) }
    }

    public func sessions(
        of account: Account?, now: Int64, before: SessionPosition?, limit: Int
    ) async throws -> [Session] {
        try await read { try $0.sessions(of: account, now: now, before: before, limit: limit) }
    }

    public func removeSession(id: [UInt8], of account: Account?) async throws -> Session? {
        try await write { try $0.removeSession(id: id, of: account) }
    }

    @discardableResult
    public func removeSessions(of account: Account, except tokenHash: [UInt8]?) async throws -> Int {
        try await write { try $0.removeSessions(of: account, except: tokenHash) }
    }

    public func spendState(hash: [UInt8], expiresAt: Int64) async throws -> Bool {
        try await write { try $0.spendState(hash: hash, expiresAt: expiresAt) }
    }

    // MARK: Users

    public func addUser(_ user: User) async throws -> Bool { try await write { try $0.addUser(user) } }

    public func user(named name: String) async throws -> User? { try await read { try $0.user(named: name) } }

    public func users() async throws -> [User] { try await read { try $0.users() } }

    public func changeUser(
        _ name: String, role: Role?, passwordHash: String?, isActive: Bool?, keeping tokenHash: [UInt8]?, at now: Int64
    ) async throws -> User? {
        try await write {
            try $0.changeUser(
                name, role: role, passwordHash: passwordHash, isActive: isActive, keeping: tokenHash, at: now)
        }
    }

    public func changePassword(
        of name: String, from oldHash: String, to newHash: String, keeping tokenHash: [UInt8], at now: Int64
    ) async throws -> Bool {
        try await write { try $0.changePassword(of: name, from: oldHash, to: newHash, keeping: tokenHash, at: now) }
    }

    public func removeUser(_ name: String) async throws -> Bool { try await write { try $0.removeUser(name) } }

    // MARK: Keys

    public func addKey(_ key: APIKey) async throws -> Bool { try await write { try $0.addKey(key) } }

    public func key(id: String) async throws -> APIKey? { try await read { try $0.key(id: id) } }

    public func keys() async throws -> [APIKey] { try await read { try $0.keys() } }

    public func noteKeyUse(id: String, at now: Int64) async throws {
        try await write { try $0.noteKeyUse(id: id, at: now) }
    }

    public func revokeKey(id: String, at now: Int64) async throws -> Bool {
        try await write { try $0.revokeKey(id: id, at: now) }
    }

    // MARK: Failed sign-ins

    public func beginSignIn(_ subjects: [SignInSubject], now: Int64) async throws -> Int64 {
        try await write { try $0.beginSignIn(subjects, now: now) }
    }

    public func takeBackSignIn(_ subjects: [SignInSubject]) async throws {
        try await write { try $0.takeBackSignIn(subjects) }
    }

    public func forgetSignIns(_ subject: SignInSubject) async throws {
        try await write { try $0.forgetSignIns(subject) }
    }

    // MARK: Audit

    public func addAudit(_ entry: AuditEntry) async throws { try await write { try $0.addAudit(entry) } }

    public func audit(_ query: AuditQuery) async throws -> [AuditEntry] { try await read { try $0.audit(query) } }
}
