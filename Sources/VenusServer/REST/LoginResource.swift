import HTTPTypes
import Hummingbird

/// `POST /api/v1/login`: `{"secret"}` or the `{"token"}` of a sign-in link → `{"token","expires_at"}` and a cookie.
struct LoginResource: Sendable {
    let signIn: SignIn
    let cookie: SessionCookie
    let sessionLifetime: Duration

    var route: Route { Route(.post, "/api/v1/login", entry: .open, handle: respond) }

    private struct Body: Decodable {
        var secret: String?
        var token: String?
    }

    private struct Output: Encodable {
        var token: String
        var expiresAt: String
        enum CodingKeys: String, CodingKey {
            case token
            case expiresAt = "expires_at"
        }
    }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let explain = "The body is a JSON object with one of the text members secret and token."
        let body = try await request.json(Body.self, explain: explain)
        let credential: SignIn.Credential
        switch (body.secret, body.token) {
        case (let secret?, nil): credential = .secret(secret)
        case (nil, let token?): credential = .oneTime(token)
        case (nil, nil), (_?, _?): throw Problem.invalidBody(explain)
        }
        let (token, expiresAt) = try await signIn.signIn(credential, address: request.address, logger: request.logger)
        let output = Output(token: token.text, expiresAt: Timestamp.text(milliseconds: expiresAt))
        var response = Response.json(try JSONOutput.encode(output))
        response.headers[.setCookie] = cookie.set(token, seconds: sessionLifetime.components.seconds)
        return response
    }
}
