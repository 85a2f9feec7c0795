import Foundation

/// Who gets in, on its way from one store to another. Failed sign-ins stay behind: they are forgotten in an hour
/// anyway.
extension SQLSession {
    func exportAccounts(_ body: (StoredRecord) throws -> Void) throws {
        for user in try users() { try body(StoredRecord(user)) }
        for key in try keys() { try body(StoredRecord(key)) }
        try exportSessions { try body(StoredRecord($0)) }
        try exportAudit { try body(StoredRecord($0)) }
    }

    /// Takes over what the record says of who gets in; records of other kinds are left alone.
    func takeAccount(_ record: StoredRecord) throws {
        if let session = record.session {
            let session = try session.session()
            try removeSession(tokenHash: session.tokenHash)
            _ = try addSession(session, of: nil)
        } else if let user = record.user {
            try takeUser(try user.user())
        } else if let key = record.key {
            _ = try addKey(key.key())
        } else if let audit = record.audit, let event = AuditEntry.Event(rawValue: audit.event) {
            try addAudit(
                AuditEntry(
                    at: audit.at, event: event, actor: audit.actor, subject: audit.subject, address: audit.address,
                    detail: audit.detail))
        }
    }
}

extension StoredRecord {
    fileprivate init(_ session: Session) {
        self.init()
        self.session = SignedIn(
            tokenHash: Data(session.tokenHash), createdAt: session.createdAt, expiresAt: session.expiresAt,
            account: session.account.text, role: session.role.rawValue, idleExpiresAt: session.idleExpiresAt,
            address: session.address, agent: session.agent)
    }

    fileprivate init(_ user: User) {
        self.init()
        self.user = Person(
            name: user.name, role: user.role.rawValue, passwordHash: user.passwordHash, isActive: user.isActive,
            createdAt: user.createdAt, changedAt: user.changedAt)
    }

    fileprivate init(_ key: APIKey) {
        self.init()
        self.key = Key(
            id: key.id, hash: Data(key.hash), name: key.name, scopes: key.scopes.map(\.rawValue).sorted(),
            createdAt: key.createdAt, createdBy: key.createdBy, usedAt: key.usedAt, revokedAt: key.revokedAt)
    }

    fileprivate init(_ entry: AuditEntry) {
        self.init()
        audit = Happening(
            at: entry.at, event: entry.event.rawValue, actor: entry.actor, subject: entry.subject,
            address: entry.address, detail: entry.detail)
    }
}

extension StoredRecord.SignedIn {
    fileprivate func session() throws -> Session {
        guard let account = Account(account ?? Account.administrator.text),
            let role = Role(rawValue: role ?? Role.admin.rawValue)
        else { throw StoreError(.corrupt, "a session has an account or a role that there is not") }
        let clamp = SQLValue.clamp(millisecond:)
        return Session(
            tokenHash: Array(tokenHash), account: account, role: role, createdAt: clamp(createdAt),
            expiresAt: clamp(expiresAt), idleExpiresAt: clamp(idleExpiresAt ?? expiresAt), address: address ?? "",
            agent: agent ?? "")
    }
}

extension StoredRecord.Person {
    fileprivate func user() throws -> User {
        guard let name = User.name(name), let role = Role(rawValue: role) else {
            throw StoreError(.corrupt, "a user has a name or a role that there is not")
        }
        var user = User(
            name: name, role: role, passwordHash: StoredName.fit(passwordHash), isActive: isActive,
            createdAt: SQLValue.clamp(millisecond: createdAt))
        user.changedAt = SQLValue.clamp(millisecond: changedAt)
        return user
    }
}

extension StoredRecord.Key {
    fileprivate func key() -> APIKey {
        var key = APIKey(
            id: StoredName.fit(id), hash: Array(hash), name: StoredName.fit(name),
            scopes: Set(scopes.compactMap { KeyScope(rawValue: $0) }),
            createdAt: SQLValue.clamp(millisecond: createdAt),
            createdBy: StoredName.fit(createdBy))
        key.usedAt = usedAt.map(SQLValue.clamp(millisecond:))
        key.revokedAt = revokedAt.map(SQLValue.clamp(millisecond:))
        return key
    }
}
