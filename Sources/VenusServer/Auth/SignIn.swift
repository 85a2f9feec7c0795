package import Logging
import Synchronization
package import VenusStore

/// Turns a secret, a password, a one-time sign-in token or a command line's code into a session, at a bounded rate.
package final class SignIn: Sendable {
    package enum Credential: Sendable {
        /// The administrator's secret.
        case secret(String)
        /// The token of a sign-in link.
        case oneTime(String)
        case password(user: String, String)
        /// What a browser brought from GitHub to the command line, and the secret that only the command line has.
        case commandLine(code: String, String)
    }

    /// Waits that are remembered, so that whoever has to wait costs the store nothing.
    private static let maximumWaits = 4_096

    private let secret: AdministratorSecret
    private let store: any SignInStore
    private let hasher: SecretHasher
    private let sessions: Sessions
    private let audit: AuditLog
    private let gitHub: GitHubSignIn?
    private let nobody = SecretHash.ofNobody()
    private let waits = Mutex<[[SignInSubject]: Int64]>([:])
    private let now: @Sendable () -> Int64

    package init(
        secret: AdministratorSecret, store: any SignInStore, hasher: SecretHasher, sessions: Sessions, audit: AuditLog,
        gitHub: GitHubSignIn?, now: @escaping @Sendable () -> Int64
    ) {
        self.secret = secret
        self.store = store
        self.hasher = hasher
        self.sessions = sessions
        self.audit = audit
        self.gitHub = gitHub
        self.now = now
    }

    /// - Throws: a ``Problem``, or the store's error.
    package func signIn(
        _ credential: Credential, visitor: Visitor, logger: Logger
    ) async throws -> (token: Token, session: Session) {
        let account = Self.account(of: credential)
        var subjects = [SignInSubject.address(AddressRange.network(of: visitor.address))]
        if let account, !Self.isOneTime(credential) { subjects.append(.account(account)) }
        try await begin(subjects, account: account, visitor: visitor, logger: logger)
        let opened: (token: Token, session: Session)?
        var detail = visitor.agent
        do {
            opened = try await open(credential, visitor: visitor, detail: &detail)
        } catch {
            try await takeBack(subjects, account: account, visitor: visitor, after: error)
            throw error
        }
        let actor = (opened?.session.account ?? account)?.text ?? "unknown"
        guard let opened else {
            logger.warning("Refused a sign-in", metadata: ["address": "\(visitor.address)"])
            try await audit.note(.signInRefused, actor: actor, address: visitor.address, detail: visitor.agent)
            throw Problem.signInRefused
        }
        try await store.takeBackSignIn([subjects[0]])
        for subject in subjects.dropFirst() { try await store.forgetSignIns(subject) }
        logger.info("Signed in", metadata: ["account": "\(actor)", "address": "\(visitor.address)"])
        try await audit.note(.signIn, actor: actor, address: visitor.address, detail: detail)
        return opened
    }

    /// The user, where that is the password, asked for once more of somebody who is signed in; counted as a sign-in is.
    ///
    /// - Throws: a ``Problem``, or the store's error.
    package func confirm(
        _ password: String, of name: String, visitor: Visitor, logger: Logger
    ) async throws -> User {
        let account = Account.user(name)
        let subjects: [SignInSubject] = [.address(AddressRange.network(of: visitor.address)), .account(account)]
        try await begin(subjects, account: account, visitor: visitor, logger: logger)
        let confirmed: User?
        do {
            confirmed = try await user(name, having: password)
        } catch {
            try await takeBack(subjects, account: account, visitor: visitor, after: error)
            throw error
        }
        guard let confirmed else {
            logger.warning("Refused a change of password", metadata: ["address": "\(visitor.address)"])
            try await audit.note(
                .signInRefused, actor: account.text, address: visitor.address, detail: "to change the password")
            throw Problem.passwordRefused
        }
        try await store.takeBackSignIn([subjects[0]])
        try await store.forgetSignIns(subjects[1])
        return confirmed
    }

    /// Counts the attempt, or throws where it has to wait.
    private func begin(
        _ subjects: [SignInSubject], account: Account?, visitor: Visitor, logger: Logger
    ) async throws {
        let now = now()
        if let until = waits.withLock({ $0[subjects] }), until > now, until - now <= SignInAttempts.memory {
            throw Problem.tooManySignIns(retryAfter: (until - now + 999) / 1_000)
        }
        let wait = try await store.beginSignIn(subjects, now: now)
        guard wait > 0 else { return }
        waits.withLock { waits in
            if waits.count >= Self.maximumWaits { waits = waits.filter { $0.value > now } }
            if waits.count < Self.maximumWaits { waits[subjects] = now + wait }
        }
        logger.warning("Too many failed sign-ins", metadata: ["address": "\(visitor.address)"])
        try await audit.note(
            .signInDelayed, actor: account?.text ?? "unknown", address: visitor.address,
            detail: "for \((wait + 999) / 1_000) s")
        throw Problem.tooManySignIns(retryAfter: (wait + 999) / 1_000)
    }

    /// Nobody failed but we: the attempt does not count.
    private func takeBack(
        _ subjects: [SignInSubject], account: Account?, visitor: Visitor, after error: any Error
    ) async throws {
        try? await store.takeBackSignIn(subjects)
        guard error as? Problem == .busy else { return }
        try await audit.noteOften(
            .signInRefused, actor: account?.text ?? "unknown", address: visitor.address, detail: "busy")
    }

    /// - Parameter detail: of the audit log's entry, where there is something better to say than who asked.
    private func open(
        _ credential: Credential, visitor: Visitor, detail: inout String
    ) async throws -> (token: Token, session: Session)? {
        switch credential {
        case .secret(let text):
            guard try await secret.verifies(text) else { return nil }
            return try await sessions.open(.administrator, role: .admin, visitor: visitor)
        case .oneTime(let text):
            guard let token = Token(text), try await sessions.takeSignInToken(token) else { return nil }
            return try await sessions.open(.administrator, role: .admin, visitor: visitor)
        case .password(let name, let password):
            guard let user = try await user(name, having: password) else { return nil }
            return try await sessions.open(.user(user.name), role: user.role, of: user, visitor: visitor)
        case .commandLine(let code, let verifier):
            guard let redeemed = try await gitHub?.redeem(code: code, verifier: verifier, visitor: visitor) else {
                return nil
            }
            detail = "GitHub, \(redeemed.grant)"
            return (redeemed.token, redeemed.session)
        }
    }

    /// The active user of this name and password.
    private func user(_ name: String, having password: String) async throws -> User? {
        guard password.utf8.count <= AdministratorSecret.maximumLength else { return nil }
        var user: User?
        if let name = User.name(name) { user = try await store.user(named: name) }
        // Somebody who is not there takes as long as somebody who is.
        let hash = user.flatMap { SecretHash($0.passwordHash) } ?? nobody
        let isRight = try await hasher.run { try hash.verifies(password) }
        return isRight && user?.isActive == true ? user : nil
    }

    /// Whose sign-in it would be, whether or not there is such an account.
    private static func account(of credential: Credential) -> Account? {
        switch credential {
        case .secret, .oneTime: .administrator
        case .password(let name, _): User.name(name).map { .user($0) }
        case .commandLine: nil
        }
    }

    private static func isOneTime(_ credential: Credential) -> Bool {
        if case .oneTime = credential { true } else { false }
    }
}
