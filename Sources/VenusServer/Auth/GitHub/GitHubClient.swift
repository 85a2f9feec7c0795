import Logging
import NIOHTTP1

/// Asks GitHub. Neither a code nor a token nor our secret is in what it logs.
struct GitHubClient: Sendable {
    /// Of one answer: a page of 100 teams has some hundred kilobytes.
    private static let maximumBytes = 4 << 20

    private let configuration: GitHubConfiguration
    private let site: WebClient
    private let api: WebClient

    init(_ configuration: GitHubConfiguration) throws(ServerError) {
        guard let site = WebAddress(configuration.url), let api = WebAddress(configuration.apiURL) else {
            throw ServerError(
                .invalidGitHubURL, "github.url and github.api_url must be https URLs such as https://github.com.")
        }
        for address in [site, api] where !address.isSecure && !address.isLoopback {
            throw ServerError(
                .invalidGitHubURL,
                "\(address) is not https: our secret and people's tokens would be read on their way to GitHub.")
        }
        let trust = configuration.trustFile.map { WebTrust.authorities(file: $0) } ?? .system
        self.configuration = configuration
        func client(_ address: WebAddress) -> WebClient {
            WebClient(
                address, trust: trust, proxy: configuration.proxy(address.host, address.port),
                timeout: configuration.answerTimeout, maximumBytes: Self.maximumBytes)
        }
        self.site = client(site)
        self.api = client(api)
    }

    /// Names GitHub in what is stored, since another has other people under the same numbers.
    var siteName: String { site.address.authority }

    /// Where a browser is sent to sign in.
    func authorizeURL(callback: String, state: String, challenge: String) -> String {
        let query = FormEncoding.encode([
            ("client_id", configuration.clientID), ("redirect_uri", callback),
            ("scope", GitHubSignInStateMachine.scope(for: configuration.grants)), ("state", state),
            ("code_challenge", challenge), ("code_challenge_method", "S256"), ("allow_signup", "false"),
        ])
        return "\(site.address)/login/oauth/authorize?\(query)"
    }

    /// `nil` where no answer came.
    func ask(_ question: GitHubQuestion, callback: String, logger: Logger) async -> GitHubAnswer? {
        do {
            let answer = try await send(question, callback: callback)
            if answer.status >= 400 {
                logger.info("GitHub refused", metadata: ["what": "\(question.name)", "status": "\(answer.status)"])
            }
            return GitHubAnswer(
                status: answer.status, body: answer.body,
                // The page is counted by us: an address out of an answer would be asked with the person's token.
                hasNext: answer.fields["link"].contains { $0.contains("rel=\"next\"") },
                isRateLimited: answer.status == 429
                    || answer.status == 403 && answer.fields["x-ratelimit-remaining"] == ["0"])
        } catch {
            logger.warning("GitHub gave no answer", metadata: ["what": "\(question.name)", "reason": "\(error)"])
            return nil
        }
    }

    private func send(_ question: GitHubQuestion, callback: String) async throws(WebFailure) -> WebClient.Answer {
        switch question {
        case .token(let code, let verifier):
            let form = FormEncoding.encode([
                ("client_id", configuration.clientID), ("client_secret", configuration.clientSecret), ("code", code),
                ("redirect_uri", callback), ("code_verifier", verifier),
            ])
            return try await site.send(
                .POST, "/login/oauth/access_token",
                [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(form.utf8))
        case .user(let token): return try await get("/user", token)
        case .membership(let organization, let token):
            return try await get("/user/memberships/orgs/\(organization)", token)
        case .teams(let page, let token): return try await get("/user/teams?per_page=100&page=\(page)", token)
        }
    }

    private func get(_ target: String, _ token: String) async throws(WebFailure) -> WebClient.Answer {
        try await api.send(
            .GET, target,
            [
                ("Accept", "application/vnd.github+json"), ("Authorization", "Bearer \(token)"),
                ("X-GitHub-Api-Version", "2022-11-28"),
            ])
    }
}

extension GitHubQuestion {
    /// For the log.
    fileprivate var name: String {
        switch self {
        case .token: "token"
        case .user: "user"
        case .membership(let organization, _): "membership of \(organization)"
        case .teams(let page, _): "teams, page \(page)"
        }
    }
}

/// `application/x-www-form-urlencoded`, for queries too.
enum FormEncoding {
    static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&")
    }

    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
