import Synchronization
package import VenusStore

/// Who has come in to this store: sessions are opened, recognised and ended, keys recognised.
///
/// Whoever was recognised is believed for ``trust``, so that a page full of requests asks the store once; what was
/// ended here is forgotten at once.
package final class Sessions: Sendable {
    /// Milliseconds.
    package static let trust: Int64 = 2_000
    /// Principals that are remembered.
    package static let maximumRemembered = 10_000
    /// Milliseconds between two notes in the store that somebody is still there.
    package static let grain: Int64 = 60_000

    private struct Known {
        var principal: Principal
        var idleExpiresAt: Int64
        var at: Int64
    }

    private struct Memory {
        var known: [[UInt8]: Known] = [:]
        /// Rises when a session ends: what was read of the store before is not remembered after.
        var endings = 0
    }

    private let store: any SignInStore
    private let lifetime: Int64
    private let idleLifetime: Int64
    private let now: @Sendable () -> Int64
    private let memory = Mutex(Memory())

    /// - Parameters:
    ///   - lifetime: of a session, however much it is used.
    ///   - idleLifetime: of one that is not used.
    ///   - now: milliseconds since the epoch.
    package init(
        store: any SignInStore, lifetime: Duration, idleLifetime: Duration, now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.lifetime = lifetime.milliseconds
        self.idleLifetime = min(idleLifetime, lifetime).milliseconds
        self.now = now
    }

    /// Opens a session; its token is known to the caller alone.
    ///
    /// - Parameters:
    ///   - user: whose password was right; then `nil` where that user has changed since.
    ///   - lifetime: `nil`: as any other's.
    package func open(
        _ account: Account, role: Role, of user: User? = nil, lifetime: Duration? = nil, visitor: Visitor
    ) async throws -> (token: Token, session: Session)? {
        let token = Token.random()
        let now = now()
        let session = Session(
            tokenHash: token.hash, account: account, role: role, createdAt: now,
            expiresAt: now + (lifetime?.milliseconds ?? self.lifetime),
            idleExpiresAt: now + idleLifetime, address: visitor.address, agent: visitor.agent)
        guard try await store.addSession(session, of: user) else { return nil }
        return (token, session)
    }

    /// `nil` for a token that opens nothing.
    package func recognise(_ token: Token) async throws -> Principal? {
        let hash = token.hash
        let now = now()
        let (known, endings) = memory.withLock { ($0.known[hash], $0.endings) }
        if let known, now - known.at < Self.trust, now < known.idleExpiresAt, now < known.principal.expiresAt ?? .max {
            return known.principal
        }
        guard let found = try await read(hash, keyID: token.keyID, now: now) else {
            // A token that is unknown is mostly a guess: only one that was known has ended.
            if known != nil { forget { $0.tokenHash == hash } }
            return nil
        }
        memory.withLock { memory in
            guard memory.endings == endings else { return }
            if memory.known.count >= Self.maximumRemembered { memory.known.removeAll() }
            memory.known[hash] = found
        }
        return found.principal
    }

    /// Whether the principal may still be here, asked of the store. Whoever is still here has not left: it counts as
    /// use.
    package func stands(_ principal: Principal) async throws -> Bool {
        let keyID: String? =
            switch principal.kind {
            case .session: nil
            case .key(let id, _): id
            }
        let found = try await read(principal.tokenHash, keyID: keyID, now: now())
        if found == nil { forget { $0.tokenHash == principal.tokenHash } }
        return found?.principal.kind == principal.kind
    }

    private func read(_ hash: [UInt8], keyID: String?, now: Int64) async throws -> Known? {
        if let keyID {
            guard let key = try await store.key(id: keyID), key.revokedAt == nil,
                SecureBytes.areEqual(key.hash, hash)
            else { return nil }
            // A note that is not taken is no reason to turn anybody away.
            if now - (key.usedAt ?? 0) >= Self.grain { try? await store.noteKeyUse(id: keyID, at: now) }
            let principal = Principal(tokenHash: hash, kind: .key(id: keyID, key.scopes), expiresAt: nil)
            return Known(principal: principal, idleExpiresAt: .max, at: now)
        }
        guard let session = try await store.session(tokenHash: hash, now: now) else { return nil }
        var idleExpiresAt = session.idleExpiresAt
        if now - session.seenAt >= min(Self.grain, idleLifetime / 4) {
            idleExpiresAt = now + idleLifetime
            try? await store.touchSession(tokenHash: hash, seenAt: now, idleExpiresAt: idleExpiresAt)
        }
        let kind = Principal.Kind.session(session.account, session.role)
        let principal = Principal(tokenHash: hash, kind: kind, expiresAt: session.expiresAt)
        return Known(principal: principal, idleExpiresAt: idleExpiresAt, at: now)
    }

    package func end(_ principal: Principal) async throws {
        forget { $0.tokenHash == principal.tokenHash }
        try await store.removeSession(tokenHash: principal.tokenHash)
        forget { $0.tokenHash == principal.tokenHash }
    }

    /// Believes nobody any more of whom this holds: the next request asks the store.
    package func forget(where isEnded: (Principal) -> Bool) {
        memory.withLock { memory in
            memory.known = memory.known.filter { !isEnded($0.value.principal) }
            memory.endings += 1
        }
    }

    // MARK: One-time sign-in

    package func makeSignInToken(lifetime: Duration) async throws -> Token {
        let token = Token.random()
        try await store.addSignInToken(hash: token.hash, expiresAt: now() + lifetime.milliseconds)
        return token
    }

    /// Whether the token was good; it is used up.
    package func takeSignInToken(_ token: Token) async throws -> Bool {
        try await store.takeSignInToken(hash: token.hash, now: now())
    }

    package func removeExpired() async throws { try await store.removeExpiredSessions(now: now()) }
}

extension Duration {
    /// Whole milliseconds.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
