import Synchronization
package import VenusStore

/// Who asks: one session, known by the hash of its token.
package struct Principal: Sendable, Hashable {
    package var tokenHash: [UInt8]
    /// Milliseconds since the epoch.
    package var expiresAt: Int64

    package init(tokenHash: [UInt8], expiresAt: Int64) {
        self.tokenHash = tokenHash
        self.expiresAt = expiresAt
    }
}

/// The sessions of this store: opened, recognised, ended.
///
/// A session once recognised is believed for ``trust``, so that a page full of requests asks the store once; one that
/// was ended here is forgotten at once.
package final class Sessions: Sendable {
    /// Milliseconds.
    package static let trust: Int64 = 2_000
    /// Recognised sessions that are remembered.
    package static let maximumRemembered = 10_000

    private struct Known {
        var principal: Principal
        var at: Int64
    }

    private struct Memory {
        var known: [[UInt8]: Known] = [:]
        /// Rises when a session ends: what was read of the store before is not remembered after.
        var endings = 0
    }

    private let store: any Store
    private let lifetime: Int64
    private let now: @Sendable () -> Int64
    private let memory = Mutex(Memory())

    /// - Parameters:
    ///   - lifetime: of a session.
    ///   - now: milliseconds since the epoch.
    package init(store: any Store, lifetime: Duration, now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.lifetime = lifetime.milliseconds
        self.now = now
    }

    /// Opens a session; its token is known to the caller alone.
    package func open() async throws -> (token: Token, expiresAt: Int64) {
        let token = Token.random()
        let now = now()
        let session = Session(tokenHash: token.hash, createdAt: now, expiresAt: now + lifetime)
        try await store.addSession(session)
        return (token, session.expiresAt)
    }

    package func recognise(_ token: Token) async throws -> Principal? {
        let hash = token.hash
        let now = now()
        let (known, endings) = memory.withLock { ($0.known[hash], $0.endings) }
        if let known, now - known.at < Self.trust, now < known.principal.expiresAt { return known.principal }
        guard let session = try await store.session(tokenHash: hash, now: now) else {
            // A token that is unknown is mostly a guess: only one that was known has ended.
            if known != nil { forget(hash) }
            return nil
        }
        let principal = Principal(tokenHash: hash, expiresAt: session.expiresAt)
        memory.withLock { memory in
            guard memory.endings == endings else { return }
            if memory.known.count >= Self.maximumRemembered { memory.known.removeAll() }
            memory.known[hash] = Known(principal: principal, at: now)
        }
        return principal
    }

    /// Whether the session still stands, asked of the store.
    package func stands(_ tokenHash: [UInt8]) async throws -> Bool {
        let session = try await store.session(tokenHash: tokenHash, now: now())
        if session == nil { forget(tokenHash) }
        return session != nil
    }

    package func end(_ principal: Principal) async throws {
        forget(principal.tokenHash)
        try await store.removeSession(tokenHash: principal.tokenHash)
        forget(principal.tokenHash)
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

    private func forget(_ tokenHash: [UInt8]) {
        memory.withLock { memory in
            memory.known[tokenHash] = nil
            memory.endings += 1
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
