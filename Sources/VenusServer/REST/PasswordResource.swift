import HTTPTypes
import Hummingbird
import VenusStore

/// `POST /api/v1/password`: a user's own, from the old one to a new one. The user's other sessions end.
struct PasswordResource: Sendable {
    let signIn: SignIn
    let store: any SignInStore
    let hasher: SecretHasher
    let endings: Endings
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.post, "/api/v1/password", entry: .signedIn, handle: respond) }

    private struct Body: Decodable {
        var old_password: String
        var new_password: String
    }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let principal = request.requirePrincipal()
        let explain = "The body is a JSON object with the text members old_password and new_password."
        let body = try await request.json(Body.self, explain: explain)
        guard case .user(let name)? = principal.account else {
            throw Problem.conflict(
                "Only users have a password: the administrator's secret is changed by server.secret, and who comes by "
                    + "GitHub has none here.")
        }
        try UsersResource.checkLength(of: body.new_password)
        guard body.new_password != body.old_password else {
            throw Problem.invalidBody("The new password is the old one: choose another.")
        }
        let user = try await signIn.confirm(
            body.old_password, of: name, visitor: request.visitor, logger: request.logger)
        let hash = try await hasher.run { try SecretHash(secret: body.new_password).text }
        let isChanged = try await store.changePassword(
            of: name, from: user.passwordHash, to: hash, keeping: principal.tokenHash, at: now())
        guard isChanged else { throw Problem.conflict("The user was changed at the same time: look, and try again.") }
        endings.end { $0.account == .user(name) && $0.tokenHash != principal.tokenHash }
        try await audit.note(
            .passwordChanged, actor: principal.actor, subject: Account.user(name).text, address: request.address)
        return Response(status: .noContent)
    }
}
