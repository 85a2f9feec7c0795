package import Logging
import Synchronization
package import VenusStore

/// Turns what GitHub says of somebody into a session. GitHub's token is used for that and then forgotten.
package final class GitHubSignIn: Sendable {
    /// Sign-ins at a time; each may hold a connection to GitHub for a while.
    package static let maximumRunning = 8
    /// For a whole sign-in; a question under way is waited for.
    package static let patience = Duration.seconds(20)

    private let configuration: GitHubConfiguration
    private let client: GitHubClient
    private let states: GitHubStates
    private let codes: CommandLineCodes
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
        codes = CommandLineCodes(store: store)
        identities = GitHubIdentities(store: store, siteName: client.siteName, grants: configuration.grants)
        self.store = store
        self.sessions = sessions
        self.audit = audit
        self.now = now
    }

    package var sessionLifetime: Duration { configuration.sessionLifetime }

    /// Where to send a browser. Nothing is kept.
    ///
    /// - Parameter commandLine: whose session it is to be; `nil`: the browser's.
    package func begin(for browser: Token, commandLine: CommandLineReturn? = nil, callback: String) -> String {
        let state = states.make(for: browser, commandLine: commandLine, now: now())
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

    /// What becomes of a sign-in.
    package enum Outcome: Sendable {
        case session(Token)
        /// The command line that waits there is told the rest, good or bad.
        case commandLine(url: String)
    }

    /// - Parameter callback: the same URL that ``begin(for:commandLine:callback:)`` was given.
    /// - Throws: a ``GitHubRefusal``, or the store's error, where no command line waits for it.
    package func finish(
        _ answer: Return, callback: String, visitor: Visitor, logger: Logger
    ) async throws -> Outcome {
        // Whoever brings no state of this browser's costs nothing further.
        guard let browser = answer.browser, let opened = states.open(answer.state, for: browser, now: now()) else {
            try await turnAway(.state, .signInRefused, visitor: visitor, logger: logger)
        }
        guard let commandLine = opened.commandLine else {
            return .session(
                try await admit(answer, browser, opened, callback: callback, visitor: visitor, logger: logger) {
                    try await self.open($0, visitor: visitor, logger: logger)
                })
        }
        do {
            let code = try await admit(
                answer, browser, opened, callback: callback, visitor: visitor, logger: logger
            ) { admission in
                logger.info(
                    "Gave a command line its code",
                    metadata: [
                        "account": "\(admission.account.text)", "grant": "\(admission.grant)",
                        "address": "\(visitor.address)",
                    ])
                return try await self.codes.make(
                    for: admission.account, role: admission.role, grant: admission.grant,
                    challenge: commandLine.challenge, now: self.now())
            }
            return .commandLine(url: commandLine.url(code: code))
        } catch let refusal as GitHubRefusal {
            return .commandLine(url: commandLine.url(refusal: refusal))
        } catch {
            // It would wait for somebody who does not come.
            _ = FailureReport.problem(for: error, logger: logger)
            return .commandLine(url: commandLine.url(refusal: .unavailable))
        }
    }

    /// A session for a command line's code, which is used up, and the grant that counted; `nil` where that is not good.
    package func redeem(
        code: String, verifier: String, visitor: Visitor
    ) async throws -> (token: Token, session: Session, grant: String)? {
        guard let (account, role, grant) = try await codes.take(code, verifier: verifier, now: now()),
            let (token, session) = try await sessions.open(
                account, role: role, lifetime: configuration.sessionLifetime, visitor: visitor)
        else { return nil }
        return (token, session, grant)
    }

    /// Whom GitHub vouches for.
    private struct Admission {
        var account: Account
        var role: Role
        /// The one that counted.
        var grant: GitHubGrant
    }

    /// At a bounded rate: of all sign-ins, and of an address's failures.
    ///
    /// - Parameter use: what becomes of whoever is let in.
    private func admit<Result>(
        _ answer: Return, _ browser: Token, _ opened: GitHubStates.Opened, callback: String, visitor: Visitor,
        logger: Logger, use: (Admission) async throws -> Result
    ) async throws -> Result {
        let isFree = running.withLock { running in
            guard running < Self.maximumRunning else { return false }
            running += 1
            return true
        }
        guard isFree else { try await turnAway(.busy, .signInRefused, visitor: visitor, logger: logger) }
        defer { running.withLock { $0 -= 1 } }

        let subjects = [SignInSubject.address(AddressRange.network(of: visitor.address))]
        guard try await store.beginSignIn(subjects, now: now()) == 0 else {
            try await turnAway(.delayed, .signInDelayed, visitor: visitor, logger: logger)
        }
        do {
            let admission = try await ask(
                answer, browser, opened, callback: callback, visitor: visitor, logger: logger)
            let result = try await use(admission)
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

    /// Before anybody is asked who it is: who comes again and again costs, and writes, little.
    private func turnAway(
        _ refusal: GitHubRefusal, _ event: AuditEntry.Event, visitor: Visitor, logger: Logger
    ) async throws -> Never {
        logger.warning(
            "Refused a sign-in", metadata: ["address": "\(visitor.address)", "reason": "\(refusal.rawValue)"])
        try await audit.noteOften(
            event, actor: "github", address: visitor.address, detail: "GitHub: \(refusal.rawValue)")
        throw refusal
    }

    private func open(_ admission: Admission, visitor: Visitor, logger: Logger) async throws -> Token {
        guard
            let (token, _) = try await sessions.open(
                admission.account, role: admission.role, lifetime: configuration.sessionLifetime, visitor: visitor)
        else { preconditionFailure("only a user's session depends on the user") }
        let actor = admission.account.text
        logger.info("Signed in", metadata: ["account": "\(actor)", "address": "\(visitor.address)"])
        try await audit.note(.signIn, actor: actor, address: visitor.address, detail: "GitHub, \(admission.grant)")
        return token
    }

    private func ask(
        _ answer: Return, _ browser: Token, _ opened: GitHubStates.Opened, callback: String, visitor: Visitor,
        logger: Logger
    ) async throws -> Admission {
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
            return Admission(account: .github(id: person.id, login: person.login), role: role, grant: grant)
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
