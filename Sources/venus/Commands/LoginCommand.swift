import ArgumentParser
import Foundation
import VenusServer

/// `venus login`: signs this machine's command line in to a server.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Signs the command line in to a server.",
        discussion: """
            Asks for the administrator's secret, or with --user for the user's password; without a terminal, it is one \
            line of standard input. With --github you sign in at GitHub, in a browser. What the other commands need is \
            kept in the data directory, for you alone, until `venus logout`. They use the server that you signed in to \
            last; with --server any other that is remembered.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The server. (default: the one of the configuration's server.public_url or server.listen)")
    var server: String?

    @Option(help: "A user's name. (default: the administrator's secret is asked for)")
    var user: String?

    @Flag(help: "Sign in at GitHub, in a browser.")
    var github = false

    @OptionGroup var trust: TrustOptions

    func validate() throws {
        if github && user != nil { throw ValidationError("--github and --user exclude each other.") }
    }

    func run() async throws {
        let configuration = try common.load()
        let data = try DataDirectory(configuration.data)
        let scheme = configuration.server.tls == nil ? "http" : "https"
        let server = server ?? configuration.server.publicURL ?? "\(scheme)://\(configuration.server.listen)"
        let client = try APIClient(server: server, token: nil, trust: trust.named ?? .system)
        let answer = try await client.send("POST", "/api/v1/login", try await body(client))
        let session = try JSONDecoder().decode(Session.self, from: answer)
        var logins = Logins.read(from: data.login)
        logins.signedIn(Access(server: server, token: session.token, trustFile: trust.path))
        try logins.write(to: data.login)
        printLine(
            Display.safe(
                "Signed in to \(server) as \(session.account), \(session.role), until \(session.expiresAt)"))
    }

    private func body(_ client: APIClient) async throws -> Data {
        if github { return try JSONEncoder().encode(try await GitHubLogin(client: client).credentials()) }
        guard let user else {
            return try JSONEncoder().encode(["secret": try SecretPrompt.read("The administrator's secret: ")])
        }
        return try JSONEncoder().encode(["user": user, "password": try SecretPrompt.read("Password of \(user): ")])
    }

    private struct Session: Decodable {
        var token: String
        var account: String
        var role: String
        var expiresAt: String

        private enum CodingKeys: String, CodingKey {
            case token, account, role
            case expiresAt = "expires_at"
        }
    }
}

/// `venus logout`
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Ends what `venus login` began.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The server. (default: the one that you signed in to last)")
    var server: String?

    func run() async throws {
        let data = try DataDirectory(try common.load().data)
        var logins = Logins.read(from: data.login)
        guard let access = server.map({ logins[$0] }) ?? logins.current else {
            throw CommandFailure("nobody is signed in here\(server.map { " to \(Display.safe($0))" } ?? "")")
        }
        // What is here goes, whether or not the server still knows it.
        logins.signedOut(of: access.server)
        try logins.write(to: data.login)
        _ = try await APIClient(server: access.server, token: access.token, trust: access.trust)
            .send("POST", "/api/v1/logout")
        printLine("Signed out of \(Display.safe(access.server))")
    }
}
