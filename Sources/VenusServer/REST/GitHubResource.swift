import HTTPTypes
import Hummingbird
import VenusStore

/// `GET /api/v1/login/github` sends a browser to GitHub, `POST` there tells our page where to send it for a command line,
/// `GET /api/v1/login/github/callback` is where it comes back; `GET /api/v1/login` says which ways in there are. All of
/// them open, for people who are not signed in.
struct GitHubResource: Sendable {
    static let path = "/api/v1/login/github"
    static let callbackPath = "/api/v1/login/github/callback"
    /// Parameters that GitHub may send along; what is not needed is not looked at.
    static let parameters = ["code", "state", "error", "error_description", "error_uri", "iss"]
    /// Those that a GitHub App's installation adds; not looked at either. All of them together have to fit into a
    /// target.
    static let shortParameters = ["installation_id", "setup_action"]
    static let maximumShortLength = 64

    /// `nil` where nobody has set it up.
    let signIn: GitHubSignIn?
    let cookie: SessionCookie
    let urls: ServerURLs

    var routes: [Route] {
        [
            Route(.get, "/api/v1/login", entry: .open, handle: ways),
            Route(.get, Self.path, entry: .open, handle: begin),
            Route(.post, Self.path, entry: .page, handle: beginForCommandLine),
            Route(.get, Self.callbackPath, entry: .open, handle: finish),
        ]
    }

    private struct Ways: Encodable {
        var ways: [String]
    }

    @Sendable private func ways(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return .json(try JSONOutput.encode(Ways(ways: ["password", "secret"] + (signIn == nil ? [] : ["github"]))))
    }

    @Sendable private func begin(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return try await begin(request) { Self.redirect(to: $0) }
    }

    private struct Body: Decodable {
        var port: Int
        var challenge: String
    }

    private struct Output: Encodable {
        var url: String
    }

    /// A POST, so that only a page of ours can make a browser do it, when somebody has agreed there.
    @Sendable private func beginForCommandLine(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let explain =
            "The body is a JSON object with port, from \(CommandLineReturn.ports.lowerBound), and challenge, 43 characters."
        let body = try await request.json(Body.self, explain: explain)
        guard let commandLine = CommandLineReturn(port: body.port, challenge: body.challenge) else {
            throw Problem.invalidBody(explain)
        }
        return try await begin(request, for: commandLine) { .json(try JSONOutput.encode(Output(url: $0))) }
    }

    private func begin(
        _ request: APIRequest, for commandLine: CommandLineReturn? = nil, answer: (String) throws -> Response
    ) async throws -> Response {
        let signIn = try required()
        // The one that the browser has goes on to count: somebody may begin in two windows.
        let browser = browser(of: request) ?? Token.random()
        var response = try answer(
            signIn.begin(for: browser, commandLine: commandLine, callback: try await callback))
        response.headers[.setCookie] = browserCookie.set(browser, seconds: GitHubStates.lifetime.components.seconds)
        return response
    }

    @Sendable private func finish(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.parameters + Self.shortParameters)
        for name in Self.shortParameters {
            guard (parameters[name]?.unicodeScalars.count ?? 0) <= Self.maximumShortLength else {
                throw Problem.invalidParameter(
                    name, "must not be longer than \(Self.maximumShortLength) characters.")
            }
        }
        let signIn = try required()
        let answer = GitHubSignIn.Return(
            browser: browser(of: request), state: parameters["state"] ?? "", code: parameters["code"] ?? "",
            error: parameters["error"])
        // Always to ourselves, or to the command line that is sealed in the state: nothing else that came says where to.
        let base = try await urls.base
        do {
            let outcome = try await signIn.finish(
                answer, callback: try await callback, visitor: request.visitor, logger: request.logger)
            switch outcome {
            case .session(let token):
                var response = Self.redirect(to: base + "/")
                response.headers[.setCookie] = cookie.set(token, seconds: signIn.sessionLifetime.components.seconds)
                return response
            case .commandLine(let url): return Self.redirect(to: url)
            }
        } catch let refusal as GitHubRefusal {
            return Self.redirect(to: "\(base)/sign-in?refused=\(refusal.rawValue)")
        }
    }

    private func required() throws -> GitHubSignIn {
        guard let signIn else { throw Problem.noSuch("way to sign in: github.client_id is not set") }
        return signIn
    }

    private var callback: String {
        get async throws { try await urls.base + Self.callbackPath }
    }

    private var browserCookie: BrowserCookie { BrowserCookie(isSecure: cookie.isSecure) }

    private func browser(of request: APIRequest) -> Token? {
        Credentials.cookie(browserCookie.name, request.request.headers).flatMap { Token($0) }
    }

    private static func redirect(to url: String) -> Response {
        Response(status: .found, headers: [.location: url])
    }
}
