import HTTPTypes
import Hummingbird
import VenusStore

/// `GET /api/v1/session`: who is asking. `GET /api/v1/sessions`: who is signed in, of an admin all, of others their
/// own, page by page; `DELETE /api/v1/sessions/{id}` ends one, `DELETE /api/v1/sessions` all of one's own but this.
struct SessionsResource: Sendable {
    /// Sessions in one answer at most.
    static let maximumSessions = 1_000

    let store: any SignInStore
    let endings: Endings
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/session", entry: .reading, handle: current),
            Route(.get, "/api/v1/sessions", entry: .signedIn, handle: list),
            Route(.delete, "/api/v1/sessions", entry: .signedIn, handle: endOthers),
            Route(.delete, "/api/v1/sessions/{id}", entry: .signedIn, handle: end),
        ]
    }

    @Sendable private func current(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let principal = request.requirePrincipal()
        var output = Current(account: principal.actor)
        switch principal.kind {
        case .session(_, let role):
            output.role = role.rawValue
            output.csrf_token = principal.csrfToken
            output.id = principal.sessionID
        case .key(_, let scopes): output.scopes = scopes.map(\.rawValue).sorted()
        }
        output.expires_at = principal.expiresAt.map { Timestamp.text(milliseconds: $0) }
        return .json(try JSONOutput.encode(output))
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["account", "before", "limit"])
        let limit = try parameters.number("limit", in: 1...Self.maximumSessions) ?? Self.maximumSessions
        let before = try parameters["before"].map { text throws(Problem) in
            guard let position = Self.position(text) else {
                throw .invalidParameter("before", "must be what next of the page before says.")
            }
            return position
        }
        let principal = request.requirePrincipal()
        let reach = Self.reach(of: principal)
        let asked = try parameters["account"].map { text throws(Problem) in
            guard let account = Account(text) else {
                throw .invalidParameter("account", "must be an account such as administrator or user:ada.")
            }
            return account
        }
        var sessions: [Session] = []
        if reach == nil || asked == nil || asked == reach {
            sessions = try await store.sessions(of: asked ?? reach, now: now(), before: before, limit: limit + 1)
        }
        let page = sessions.prefix(limit)
        let isComplete = sessions.count == page.count
        return .json(
            try JSONOutput.encode(
                Output(
                    is_complete: isComplete,
                    items: page.map { Item($0, isCurrent: $0.tokenHash == principal.tokenHash) },
                    next: isComplete ? nil : page.last.map(Self.text))))
    }

    /// `before` for what follows upon the session.
    private static func text(_ session: Session) -> String {
        "\(session.createdAt).\(Principal.sessionID(session.tokenHash))"
    }

    private static func position(_ text: String) -> SessionPosition? {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let createdAt = Int64(parts[0]), createdAt >= 0,
            let id = Base64URL.decode(parts[1]), id.count == Session.idBytes
        else { return nil }
        return SessionPosition(createdAt: createdAt, id: id)
    }

    @Sendable private func end(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let principal = request.requirePrincipal()
        guard let id = request.pathParameters["id"].flatMap({ Base64URL.decode($0) }),
            let session = try await store.removeSession(id: id, of: Self.reach(of: principal))
        else { throw Problem.noSuch("session") }
        endings.end { $0.tokenHash == session.tokenHash }
        try await audit.note(
            .sessionRevoked, actor: principal.actor, subject: session.account.text, address: request.address,
            detail: Principal.sessionID(session.tokenHash))
        return Response(status: .noContent)
    }

    @Sendable private func endOthers(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let principal = request.requirePrincipal()
        guard let account = principal.account else { throw Problem.keysNotAllowed }
        let count = try await store.removeSessions(of: account, except: principal.tokenHash)
        endings.end { $0.account == account && $0.tokenHash != principal.tokenHash }
        try await audit.note(
            .sessionRevoked, actor: principal.actor, subject: account.text, address: request.address,
            detail: "\(count) others")
        return Response(status: .noContent)
    }

    /// Whose sessions somebody may see and end; `nil`: everybody's.
    private static func reach(of principal: Principal) -> Account? {
        if case .session(let account, let role) = principal.kind { role == .admin ? nil : account } else { nil }
    }

    private struct Current: Encodable {
        var account: String
        var id: String?
        var role: String?
        var scopes: [String]?
        var csrf_token: String?
        var expires_at: String?
    }

    private struct Output: Encodable {
        /// Whether nothing follows.
        var is_complete: Bool
        var items: [Item]
        /// `before` for the next page; absent on the last.
        var next: String?
    }

    private struct Item: Encodable {
        var id: String
        var account: String
        var role: String
        var created_at: String
        /// To the minute.
        var seen_at: String
        var expires_at: String
        var address: String
        var agent: String
        var is_current: Bool

        init(_ session: Session, isCurrent: Bool) {
            id = Principal.sessionID(session.tokenHash)
            account = session.account.text
            role = session.role.rawValue
            created_at = Timestamp.text(milliseconds: session.createdAt)
            seen_at = Timestamp.text(milliseconds: session.seenAt)
            expires_at = Timestamp.text(milliseconds: min(session.expiresAt, session.idleExpiresAt))
            address = session.address
            agent = session.agent
            is_current = isCurrent
        }
    }
}
