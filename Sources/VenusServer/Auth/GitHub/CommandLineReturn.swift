/// Where a browser goes from GitHub for a command line that waits on the same machine (RFC 8252, section 7.3). Host and
/// path are fixed, so that it leads nowhere else whatever was asked.
package struct CommandLineReturn: Sendable, Equatable {
    package static let path = "/venus-login"
    /// Of programs that anybody may start.
    package static let ports = 1_024...65_535
    private static let challengeBytes = 32

    package let port: Int
    /// SHA-256 of the secret that the command line alone has (RFC 7636). It comes back as the `state`: whoever does not
    /// know it says nothing to the command line.
    package let challenge: String

    /// - Parameter challenge: base64url of 32 bytes.
    package init?(port: Int, challenge: String) {
        guard Self.ports.contains(port), Base64URL.decode(challenge)?.count == Self.challengeBytes else { return nil }
        self.port = port
        self.challenge = challenge
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 2 + Self.challengeBytes else { return nil }
        self.init(port: Int(bytes[0]) << 8 | Int(bytes[1]), challenge: Base64URL.encode(Array(bytes.dropFirst(2))))
    }

    /// As a state carries it.
    var bytes: [UInt8] {
        [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)] + (Base64URL.decode(challenge) ?? [])
    }

    package func url(code: String) -> String { url("code", code) }
    package func url(refusal: GitHubRefusal) -> String { url("error", refusal.rawValue) }

    private func url(_ name: String, _ value: String) -> String {
        "http://127.0.0.1:\(port)\(Self.path)?" + FormEncoding.encode([(name, value), ("state", challenge)])
    }
}
