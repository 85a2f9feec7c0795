/// Who gets in. One suite of tests runs against every implementation.
///
/// Instants are milliseconds since the epoch, UTC.
public protocol SignInStore: HostStore {
    // MARK: Sessions

    /// Adds a session; with `user`, only if the user still is as it was read: of the same password and role, active.
    /// Of too many sessions of an account the oldest go.
    ///
    /// - Returns: whether it was added.
    func addSession(_ session: Session, of user: User?) async throws -> Bool
    /// Notes that a session was used.
    func touchSession(tokenHash: [UInt8], seenAt: Int64, idleExpiresAt: Int64) async throws
    /// Valid sessions, the newest first; of one account, or of all; those that follow upon a position.
    func sessions(
        of account: Account?, now: Int64, before: SessionPosition?, limit: Int
    ) async throws -> [Session]
    /// Removes the session whose hash begins so; of one account, or of any. Returns what was removed.
    func removeSession(id: [UInt8], of account: Account?) async throws -> Session?
    /// Removes the account's sessions, but for one. Returns how many.
    @discardableResult
    func removeSessions(of account: Account, except tokenHash: [UInt8]?) async throws -> Int

    /// Uses up the state of a sign-in by way of another site. Of two at once, one gets `true`; so it stays until
    /// `expiresAt`, after which whoever asks has to refuse it by its age.
    func spendState(hash: [UInt8], expiresAt: Int64) async throws -> Bool

    // MARK: Users

    /// Whether it was added: not where one of that name is there, or there are too many.
    func addUser(_ user: User) async throws -> Bool
    func user(named name: String) async throws -> User?
    /// By name.
    func users() async throws -> [User]
    /// Changes what is given, and ends the user's sessions, but for one. Returns the user as it is now; `nil` where
    /// there is none.
    func changeUser(
        _ name: String, role: Role?, passwordHash: String?, isActive: Bool?, keeping tokenHash: [UInt8]?, at now: Int64
    ) async throws -> User?
    /// Changes the password of an active user who still has the old one, and ends the user's sessions, but for one.
    /// Returns whether it was changed.
    func changePassword(
        of name: String, from oldHash: String, to newHash: String, keeping tokenHash: [UInt8], at now: Int64
    ) async throws -> Bool
    /// Removes the user and ends its sessions. Returns whether there was one.
    func removeUser(_ name: String) async throws -> Bool

    // MARK: Keys

    /// Whether it was added: not where there are too many.
    func addKey(_ key: APIKey) async throws -> Bool
    func key(id: String) async throws -> APIKey?
    /// The newest first.
    func keys() async throws -> [APIKey]
    func noteKeyUse(id: String, at now: Int64) async throws
    /// Whether it was good until now.
    func revokeKey(id: String, at now: Int64) async throws -> Bool

    // MARK: Failed sign-ins

    /// Milliseconds that an attempt has to wait, the longest of all subjects; where it is 0, the attempt is counted as
    /// failed already.
    func beginSignIn(_ subjects: [SignInSubject], now: Int64) async throws -> Int64
    /// Takes back what was counted.
    func takeBackSignIn(_ subjects: [SignInSubject]) async throws
    /// Forgets failures.
    func forgetSignIns(_ subject: SignInSubject) async throws

    // MARK: Audit

    func addAudit(_ entry: AuditEntry) async throws
    /// The newest first.
    func audit(_ query: AuditQuery) async throws -> [AuditEntry]
}

extension SignInStore {
    /// The first page.
    public func sessions(of account: Account?, now: Int64, limit: Int) async throws -> [Session] {
        try await sessions(of: account, now: now, before: nil, limit: limit)
    }
}
