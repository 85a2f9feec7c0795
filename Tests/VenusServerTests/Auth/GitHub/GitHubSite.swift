import Foundation
import TestSupport
import VenusServer

/// `github.py` beside this file: a site that behaves like GitHub.
final class GitHubSite: Sendable {
    static let clientID = "Iv1.venus-of-this-test"
    static let clientSecret = "the-client-secret-of-this-test"

    let port: Int
    private let process: ChildProcess

    init() async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("github.py")
        process = try ChildProcess("python3", [script.path])
        try await process.waitForLine("its port") { Int($0) != nil }
        port = process.standardOutput.lines.lazy.compactMap { Int($0) }.first ?? 0
    }

    func configuration(_ grants: [GitHubGrant]) -> GitHubConfiguration {
        var result = GitHubConfiguration(
            clientID: Self.clientID, clientSecret: Self.clientSecret, grants: grants)
        result.url = "http://127.0.0.1:\(port)"
        result.apiURL = "http://127.0.0.1:\(port)/api/v3"
        return result
    }

    /// What the next sign-ins meet, as JSON.
    func set(_ scenario: String) async throws {
        let response = try await HTTPClient(port: port).request(
            "POST", "/_scenario", body: Array(scenario.utf8))
        guard response.status == 200 else { throw TestFailure("scenario: \(response.status)") }
    }

    /// What was asked since.
    func log() async throws -> [String] {
        let response = try await HTTPClient(port: port).get("/_log")
        return try JSONValue(response.text)["log"].array.compactMap(\.string)
    }

    /// Where GitHub sends a browser that asks for this, which begins with our address.
    func authorize(_ url: String) async throws -> String {
        let path = url.dropFirst("http://127.0.0.1:\(port)".count)
        guard url.hasPrefix("http://127.0.0.1:\(port)/login/oauth/authorize?") else {
            throw TestFailure("not GitHub's: \(url)")
        }
        let response = try await HTTPClient(port: port).get(String(path))
        guard response.status == 302, let back = response["location"] else {
            throw TestFailure("authorize: \(response.status)")
        }
        return back
    }
}

/// A browser on its way to GitHub and back: one cookie of each kind.
struct GitHubVisitor {
    let server: RunningServer
    let site: GitHubSite
    var cookie: String?

    init(_ server: RunningServer, _ site: GitHubSite) {
        self.server = server
        self.site = site
    }

    /// Begins; returns where GitHub is.
    mutating func begin() async throws -> String {
        let response = try await server.request("GET", "/api/v1/login/github", fields)
        guard response.status == 302, let url = response["location"], let set = response["set-cookie"] else {
            throw TestFailure("begin: \(response.status) \(response.text)")
        }
        cookie = String(set.prefix { $0 != ";" })
        return url
    }

    /// Begins as the page does for a command line; returns where GitHub is.
    mutating func begin(forPort port: Int, challenge: String) async throws -> String {
        let response = try await server.request(
            "POST", "/api/v1/login/github", fields + [server.origin, ("content-type", "application/json")],
            body: "{\"port\":\(port),\"challenge\":\"\(challenge)\"}")
        guard response.status == 200, let set = response["set-cookie"],
            let url = try JSONValue(response.text)["url"].string
        else { throw TestFailure("begin: \(response.status) \(response.text)") }
        cookie = String(set.prefix { $0 != ";" })
        return url
    }

    /// Comes back with what GitHub said; perhaps to another server.
    func comeBack(_ url: String, to other: RunningServer? = nil) async throws -> HTTPResponse {
        guard let path = url.range(of: "/api/v1/") else { throw TestFailure("not ours: \(url)") }
        return try await (other ?? server).request("GET", String(url[path.lowerBound...]), fields)
    }

    /// All of it.
    mutating func signIn() async throws -> HTTPResponse {
        // Its cookie is set before it comes back.
        let url = try await begin()
        return try await comeBack(try await site.authorize(url))
    }

    private var fields: [(String, String)] { cookie.map { [("cookie", $0)] } ?? [] }
}

extension HTTPResponse {
    /// Why GitHub's way in was refused, as the sign-in page is told.
    var refusal: String? {
        self["location"].flatMap { $0.split(separator: "refused=").dropFirst().last.map(String.init) }
    }

    /// The session that was opened.
    var sessionToken: String? {
        guard status == 302, let cookie = self["set-cookie"], cookie.hasPrefix("venus_session=") else { return nil }
        return String(cookie.dropFirst("venus_session=".count).prefix { $0 != ";" })
    }
}
