import Crypto

/// The `state` of sign-ins by way of GitHub (RFC 6749, section 10.12), and the secret that goes with each (PKCE, RFC
/// 7636). Nothing is kept of a sign-in that has begun: a state is sealed, so that every server with the same client
/// secret knows it, and bound to the browser by a cookie.
package struct GitHubStates: Sendable {
    /// How long a person may take at GitHub.
    package static let lifetime: Duration = .seconds(600)
    private static let nonceBytes = 16
    /// The time, and the nonce.
    private static let headBytes = 8 + nonceBytes

    /// A state that is good, if nobody has used it yet.
    package struct Opened: Sendable, Equatable {
        /// What is remembered of it once it is used.
        package var hash: [UInt8]
        /// Milliseconds since the epoch.
        package var expiresAt: Int64
        /// Whose session it is to be; `nil`: the browser's.
        package var commandLine: CommandLineReturn?
    }

    private let key: SymmetricKey

    package init(clientSecret: String) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("venus sign-in state".utf8), using: SymmetricKey(data: Array(clientSecret.utf8)))
        key = SymmetricKey(data: Array(code))
    }

    /// A new state for a browser.
    ///
    /// - Parameters:
    ///   - browser: the value of its cookie.
    ///   - commandLine: to whom it leads; `nil`: to the browser itself.
    ///   - now: milliseconds since the epoch.
    package func make(for browser: Token, commandLine: CommandLineReturn? = nil, now: Int64) -> String {
        let expiresAt = UInt64(max(0, now + Self.lifetime.milliseconds))
        let open =
            (0..<8).map { UInt8(truncatingIfNeeded: expiresAt >> (56 - 8 * $0)) } + SecureBytes.random(Self.nonceBytes)
            + (commandLine?.bytes ?? [])
        return Base64URL.encode(open + seal(of: open, for: browser))
    }

    /// `nil` for a state that is not ours, not this browser's, or too old.
    package func open(_ state: String, for browser: Token, now: Int64) -> Opened? {
        guard let bytes = Base64URL.decode(state), bytes.count >= Self.headBytes + 32 else { return nil }
        let open = Array(bytes.dropLast(32))
        guard SecureBytes.areEqual(Array(bytes.suffix(32)), seal(of: open, for: browser)) else { return nil }
        let expiresAt = Int64(truncatingIfNeeded: open.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        guard now < expiresAt, expiresAt - now <= Self.lifetime.milliseconds else { return nil }
        return Opened(
            hash: Array(SHA256.hash(data: bytes)), expiresAt: expiresAt,
            commandLine: CommandLineReturn(bytes: Array(open.dropFirst(Self.headBytes))))
    }

    /// PKCE's `code_verifier`: whoever has not the browser's cookie cannot make it.
    package func verifier(of state: String, for browser: Token) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(("venus code verifier " + state).utf8), using: SymmetricKey(data: Array(browser.text.utf8)))
        return Base64URL.encode(Array(code))
    }

    /// PKCE's `code_challenge` by `S256`.
    package static func challenge(of verifier: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }

    private func seal(of bytes: [UInt8], for browser: Token) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes + browser.hash, using: key))
    }
}
