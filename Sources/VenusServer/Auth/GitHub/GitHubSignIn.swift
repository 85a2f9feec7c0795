package import Logging
import Synchronization
package import VenusStore

/// Turns what GitHub says of somebody into a session. GitHub's token is used for that and then forgotten.
package final class GitHubSignIn: Sendable {
    /// Sign-ins at a time; each may hold a connection to GitHub for a while.
    private static let maximumRunning = 8
    /// For a whole sign-in; a question under way is waited for.
    private static let patience = Duration.seconds(20)

    private let configuration: GitHubConfiguration
    private let client: GitHubClient
    private let states: GitHubStates
    private let identities: GitHubIdentities
    private let store: any SignInStore
    private let sessions: Sessions
    private let audit: AuditLog
    private let running = Mutex(0)
    private let now: @Sendable () -> Int64

    package init(
        _ configuration: GitHubConfiguration, store: any SignInStore, sessions: Sessions, audit: AuditLog,
        now: @escaping @Sendable () -> Int64
    ) throws(ServerError) {
        self.configuration = configuration
        client = try GitHubClient(configuration)
        states = GitHubStates(clientSecret: configuration.clientSecret)
        identities = GitHubIdentities(store: store, siteName: client.siteName, grants: configuration.grants)
        self.store = store
        self.sessions = sessions
        self.audit = audit
        self.now = now
    }

    package var sessionLifetime: Duration { configuration.sessionLifetime }

    /// Where to send a browser. Nothing is kept.
    package func begin(for browser: Token, callback: String) -> String {
        let state = states.make(for: browser, now: now())
        let verifier = states.verifier(of: state, for: browser)
        return client.authorizeURL(
            callback: callback, state: state, challenge: GitHubStates.challenge(of: verifier))
    }

    /// What a browser brings back from GitHub.
    package struct Return: Sendable {
        /// The value of its cookie.
        package var browser: Token?
        package var state: String
        package var code: String
        /// What GitHub says in the place of a code.
        package var error: String?

        package init(browser: Token?, state: String, code: String, error: String?) {
            self.browser = browser
            self.state = state
            self.code = code
            self.error = error
        }
    }

    /// - Parameter callback: the same URL that ``begin(for:callback:)`` was given.
    /// - Throws: a ``GitHubRefusal``, or the store's error.
    package func finish(
        _ answer: Return, callback: String, visitor: Visitor, logger: Logger
    ) async throws -> (token: Token, session: Session) {
        // Whoever brings no state of this browser's costs nothing further.
        guard let browser = answer.browser, let opened = states.open(answer.state, for: browser, now: now()) else {
            logger.warning("Refused a sign-in", metadata: ["address": "\(visitor.address)", "reason": "state"])
            throw GitHubRefusal.state
        }
        let isFree = running.withLock { running in
            guard running < Self.maximumRunning else { return false }
            running += 1
            return true
        }
        guard isFree else { throw GitHubRefusal.busy }
        defer { running.withLock { $0 -= 1 } }

        let subjects = [SignInSubject.address(AddressRange.network(of: visitor.address))]
        guard try await store.beginSignIn(subjects, now: now()) == 0 else { throw GitHubRefusal.delayed }
        do {
            let result = try await signIn(answer, browser, opened, callback: callback, visitor: visitor, logger: logger)
            try await store.takeBackSignIn(subjects)
            return result
        } catch let refusal as GitHubRefusal {
            if refusal.isOurs { try? await store.takeBackSignIn(subjects) }
            throw refusal
        } catch {
            try? await store.takeBackSignIn(subjects)
            throw error
        }
    }

    private func signIn(
        _ answer: Return, _ browser: Token, _ opened: GitHubStates.Opened, callback: String, visitor: Visitor,
        logger: Logger
    ) async throws -> (token: Token, session: Session) {
        var person: GitHubPerson?
        do {
            guard try await store.spendState(hash: opened.hash, expiresAt: opened.expiresAt) else {
                throw GitHubRefusal.state
            }
            if let error = answer.error {
                throw error == "access_denied" ? GitHubRefusal.denied : GitHubRefusal.misconfigured
            }
            guard !answer.code.isEmpty else { throw GitHubRefusal.code }
            let verifier = states.verifier(of: answer.state, for: browser)
            let (role, grant) = try await converse(
                code: answer.code, verifier: verifier, callback: callback, logger: logger, met: { person = $0 })
            guard let person else { preconditionFailure("nobody is admitted before they are recognised") }
            let account = Account.github(id: person.id, login: person.login)
            guard
                let result = try await sessions.open(
                    account, role: role, lifetime: configuration.sessionLifetime, visitor: visitor)
            else { preconditionFailure("only a user's session depends on the user") }
            logger.info("Signed in", metadata: ["account": "\(account.text)", "address": "\(visitor.address)"])
            try await audit.note(.signIn, actor: account.text, address: visitor.address, detail: "GitHub, \(grant)")
            return result
        } catch let refusal as GitHubRefusal {
            let actor = person.map { Account.github(id: $0.id, login: $0.login).text } ?? "github"
            logger.warning(
                "Refused a sign-in",
                metadata: ["account": "\(actor)", "address": "\(visitor.address)", "reason": "\(refusal.rawValue)"])
            try await audit.note(
                .signInRefused, actor: actor, address: visitor.address, detail: "GitHub: \(refusal.rawValue)")
            throw refusal
        }
    }

    /// Performs the actions of the state machine.
    private func converse(
        code: String, verifier: String, callback: String, logger: Logger, met: (GitHubPerson) -> Void
    ) async throws -> (Role, GitHubGrant) {
        let begin = ContinuousClock.now
        var machine = GitHubSignInStateMachine(grants: configuration.grants)
        var action = machine.begin(code: code, verifier: verifier)
        while true {
            switch action {
            case .ask(let question):
                guard ContinuousClock.now - begin < Self.patience,
                    let answer = await client.ask(question, callback: callback, logger: logger)
                else { throw GitHubRefusal.unavailable }
                action = machine.received(answer)
            case .recognise(let person):
                met(person)
                let (logins, isTaken) = try await identities.logins(of: person)
                action = machine.recognised(as: logins, isTaken: isTaken)
            case .bind(let organization, let id):
                action = machine.bound(try await identities.isSame(organization: organization, id))
            case .admit(_, let role, let grant): return (role, grant)
            case .refuse(let refusal): throw refusal
            }
        }
    }
}
