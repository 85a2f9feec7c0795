import ArgumentParser
import Foundation

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

    func client() throws -> APIClient {
        let configuration = try common.load()
        let access =
            Access.read(from: configuration.data + "/login.json")
            ?? Access.read(from: configuration.data + "/access.json")
        guard let server = server ?? access?.server else {
            throw CommandFailure(
                "no server is known here: start `venus up`, sign in to one by `venus login`, or name one by --server (and its token by VENUS_TOKEN)"
            )
        }
        guard let token = try namedToken() ?? (server == access?.server ? access?.token : nil) else {
            throw CommandFailure(
                "no token for \(server): `venus login \(server)`, set VENUS_TOKEN, or name a file by --token-file")
        }
        return try APIClient(server: server, token: token)
    }

    private func namedToken() throws -> String? {
        guard let tokenFile else { return ProcessInfo.processInfo.environment["VENUS_TOKEN"] }
        guard let data = FileManager.default.contents(atPath: tokenFile) else {
            throw CommandFailure("cannot read \(tokenFile)")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
