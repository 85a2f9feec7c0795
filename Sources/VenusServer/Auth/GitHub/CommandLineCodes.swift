import Crypto
package import VenusStore

/// What a browser brings to a command line: good once, for a minute, at any server of the store, with the secret that
/// only the command line has. The code says who comes in as what, by which grant; the store has a hash of it and of the
/// challenge, so that nobody can make one, and nobody who reads the store can use one.
package struct CommandLineCodes: Sendable {
    package static let lifetime: Duration = .seconds(60)

    private let store: any SignInStore

    package init(store: any SignInStore) { self.store = store }

    /// - Parameter now: milliseconds since the epoch.
    package func make(
        for account: Account, role: Role, grant: GitHubGrant, challenge: String, now: Int64
    ) async throws -> String {
        let code = "\(Token.random().text).\(role.rawValue).\(account.text),\(grant)"
        try await store.addSignInToken(hash: Self.hash(code, challenge), expiresAt: now + Self.lifetime.milliseconds)
        return code
    }

    /// `nil` where it is not good. One that was shown with another's verifier stays good for its own.
    package func take(
        _ code: String, verifier: String, now: Int64
    ) async throws -> (account: Account, role: Role, grant: String)? {
        let parts = code.split(separator: ".", maxSplits: 2).map(String.init)
        guard parts.count == 3, let role = Role(rawValue: parts[1]) else { return nil }
        let whom = parts[2].split(separator: ",", maxSplits: 1).map(String.init)
        guard whom.count == 2, let account = Account(whom[0]) else { return nil }
        let hash = Self.hash(code, GitHubStates.challenge(of: verifier))
        guard try await store.takeSignInToken(hash: hash, now: now) else { return nil }
        return (account, role, whom[1])
    }

    /// Of no text that a sign-in link's token could be: that has no spaces.
    private static func hash(_ code: String, _ challenge: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("venus command line \(code) \(challenge)".utf8)))
    }
}
