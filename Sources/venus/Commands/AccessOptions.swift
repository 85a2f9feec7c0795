import ArgumentParser
import Foundation
import VenusServer

/// How a command reaches a server: as told, or by what `venus login` or else `venus up` left in the data
/// directory.
struct AccessOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(
        help:
            "The server, such as http://127.0.0.1:2248. (default: the one that `venus login` signed in to, or that `venus up` runs here)"
    )
    var server: String?

    @Option(
        name: .customLong("token-file"),
        help: "A file with a token for the server. (default: VENUS_TOKEN, or the token of `venus login` or `venus up`)")
    var tokenFile: String?

    @OptionGroup var trust: TrustOptions

    func client() throws -> APIClient {
        let configuration = try common.load()
        let logins = Logins.read(from: configuration.data + "/login.json")
        let here = Access.read(from: configuration.data + "/access.json")
        let access =
            server.map { server in logins[server] ?? (here?.server == server ? here : nil) } ?? logins.current ?? here
        guard let server = server ?? access?.server else {
            throw CommandFailure(
                "no server is known here: start `venus up`, sign in to one by `venus login`, or name one by --server (and its token by VENUS_TOKEN)"
            )
        }
        let token = try namedToken() ?? access?.token
        let client = try APIClient(server: server, token: token, trust: trust.named ?? access?.trust ?? .system)
        guard token != nil else {
            throw CommandFailure(
                "no token for \(server): `venus login \(server)`, set VENUS_TOKEN, or name a file by --token-file")
        }
        return client
    }

    private func namedToken() throws -> String? {
        guard let tokenFile else { return ProcessInfo.processInfo.environment["VENUS_TOKEN"] }
        guard let data = FileManager.default.contents(atPath: tokenFile) else {
            throw CommandFailure("cannot read \(tokenFile)")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// How the certificate of a server is known.
struct TrustOptions: ParsableArguments {
    @Option(
        name: .customLong("trust-file"),
        help: ArgumentHelp(
            "Certificates of the only authorities that the server's may come from, in PEM. (default: the system's)",
            valueName: "file"))
    var trustFile: String?

    /// Whole, since what is remembered is used from other directories.
    var path: String? { trustFile.map { URL(fileURLWithPath: $0).standardizedFileURL.path } }

    var named: WebTrust? { path.map { .authorities(file: $0) } }
}
