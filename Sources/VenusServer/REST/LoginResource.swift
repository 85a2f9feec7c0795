import HTTPTypes
import Hummingbird
import VenusStore

/// `POST /api/v1/login`: `{"secret"}`, `{"user","password"}`, the `{"token"}` of a sign-in link, or the
/// `{"code","verifier"}` of a command line → a session's token, and a cookie.
struct LoginResource: Sendable {
    let signIn: SignIn
    let cookie: SessionCookie

    var route: Route { Route(.post, "/api/v1/login", entry: .open, handle: respond) }

    private struct Body: Decodable {
        var secret: String?
        var token: String?
        var user: String?
        var password: String?
        var code: String?
        var verifier: String?
    }

    private struct Output: Encodable {
        var token: String
        var account: String
        var role: String
        var expires_at: String
        var csrf_token: String
    }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let explain =
            "The body is a JSON object with the text members secret, or token, or user and password, or code and "
            + "verifier."
        let body = try await request.json(Body.self, explain: explain)
        let credential: SignIn.Credential
        switch (body.secret, body.token, (body.user, body.password), (body.code, body.verifier)) {
        case (let secret?, nil, (nil, nil), (nil, nil)): credential = .secret(secret)
        case (nil, let token?, (nil, nil), (nil, nil)): credential = .oneTime(token)
        case (nil, nil, (let user?, let password?), (nil, nil)): credential = .password(user: user, password)
        case (nil, nil, (nil, nil), (let code?, let verifier?)): credential = .commandLine(code: code, verifier)
        default: throw Problem.invalidBody(explain)
        }
        let (token, session) = try await signIn.signIn(credential, visitor: request.visitor, logger: request.logger)
        return try Self.response(token, session, cookie: cookie)
    }

    static func response(_ token: Token, _ session: Session, cookie: SessionCookie) throws -> Response {
        let principal = Principal(
            tokenHash: token.hash, kind: .session(session.account, session.role), expiresAt: session.expiresAt)
        let output = Output(
            token: token.text, account: session.account.text, role: session.role.rawValue,
            expires_at: Timestamp.text(milliseconds: session.expiresAt), csrf_token: principal.csrfToken)
        var response = Response.json(try JSONOutput.encode(output))
        response.headers[.setCookie] = cookie.set(token, seconds: (session.expiresAt - session.createdAt) / 1_000)
        return response
    }
}
