import Crypto
package import VenusStore

/// Who asks: a session, or a program's key.
package struct Principal: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case session(Account, Role)
        case key(id: String, Set<KeyScope>)
    }

    package var tokenHash: [UInt8]
    package var kind: Kind
    /// Milliseconds since the epoch, however much it is used; `nil`: never.
    package var expiresAt: Int64?

    package init(tokenHash: [UInt8], kind: Kind, expiresAt: Int64?) {
        self.tokenHash = tokenHash
        self.kind = kind
        self.expiresAt = expiresAt
    }

    /// As the audit log names it.
    package var actor: String {
        switch kind {
        case .session(let account, _): account.text
        case .key(let id, _): "key:" + id
        }
    }

    /// `nil` for a key.
    package var account: Account? {
        if case .session(let account, _) = kind { account } else { nil }
    }

    /// What a page of ours must send along with a cookie to change something. Whoever has the cookie's token may know
    /// it; a foreign page, which has not, cannot make it.
    package var csrfToken: String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("venus cross-site request".utf8), using: SymmetricKey(data: tokenHash))
        return Base64URL.encode(Array(code))
    }

    /// What names the session in the API, and opens nothing.
    package var sessionID: String { Self.sessionID(tokenHash) }

    package static func sessionID(_ tokenHash: [UInt8]) -> String {
        Base64URL.encode(Array(tokenHash.prefix(Session.idBytes)))
    }

    /// Throws a ``Problem`` where it may not come in there.
    func check(_ entry: Route.Entry) throws(Problem) {
        guard case .session(let needed, let scope) = entry else { return }
        switch kind {
        case .session(_, let role): guard role >= needed else { throw .roleTooLow(needed) }
        case .key(_, let scopes):
            guard let scope else { throw .keysNotAllowed }
            guard scopes.contains(scope) else { throw .scopeMissing(scope) }
        }
    }
}
