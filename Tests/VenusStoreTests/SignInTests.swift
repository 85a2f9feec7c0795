import TestSupport
import Testing
import VenusStore

@Suite("Settings and sign-in")
struct SignInTests {
    private static let hash = [UInt8](0..<32)

    @Test("a setting holds what was set, and what was there first where asked for", arguments: Backend.allCases)
    func settings(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            #expect(try await store.setting("secret") == nil)
            #expect(try await store.setSetting("secret", to: "one", ifAbsent: true) == "one")
            #expect(try await store.setSetting("secret", to: "two", ifAbsent: true) == "one")
            #expect(try await store.setting("secret") == "one")
            #expect(try await store.setSetting("secret", to: "three", ifAbsent: false) == "three")
            #expect(try await store.setting("secret") == "three")
        }
    }

    @Test("of many that set an absent setting at once, all get the same", arguments: Backend.allCases)
    func settingRace(backend: Backend) async throws {
        try await backend.withStore { store in
            let values = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<16 {
                    group.addTask { try await store.setSetting("secret", to: "\(number)", ifAbsent: true) }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(values.count == 1)
        }
    }

    @Test("a session is found until it expires or is removed", arguments: Backend.allCases)
    func sessions(backend: Backend) async throws {
        try await backend.withStore { store in
            let session = Session(tokenHash: Self.hash, createdAt: 1_000, expiresAt: 5_000)
            try await store.addSession(session)
            #expect(try await store.session(tokenHash: Self.hash, now: 4_999) == session)
            #expect(try await store.session(tokenHash: Self.hash, now: 5_000) == nil)
            #expect(try await store.session(tokenHash: Self.hash.reversed(), now: 2_000) == nil)
            try await store.removeExpiredSessions(now: 4_999)
            #expect(try await store.session(tokenHash: Self.hash, now: 2_000) == session)
            try await store.removeSession(tokenHash: Self.hash)
            #expect(try await store.session(tokenHash: Self.hash, now: 2_000) == nil)

            try await store.addSession(session)
            try await store.removeExpiredSessions(now: 5_000)
            #expect(try await store.session(tokenHash: Self.hash, now: 2_000) == nil)
        }
    }

    @Test("a state is spent once, by one of many, and forgotten when it has expired", arguments: Backend.allCases)
    func stateOnce(backend: Backend) async throws {
        try await backend.withStore { store in
            let spent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 { group.addTask { try await store.spendState(hash: Self.hash, expiresAt: 5_000) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(spent == 1)
            #expect(try await store.spendState(hash: Self.hash.reversed(), expiresAt: 5_000))
            try await store.removeExpiredSessions(now: 4_999)
            #expect(try await !store.spendState(hash: Self.hash, expiresAt: 5_000))
            try await store.removeExpiredSessions(now: 5_000)
            #expect(try await store.spendState(hash: Self.hash, expiresAt: 9_000))
        }
    }

    @Test("an account is written and read; one of GitHub has a number")
    func accounts() {
        for account in [Account.administrator, .user("ada"), .github(id: 583_231, login: "octocat")] {
            #expect(Account(account.text) == account)
        }
        #expect(Account.github(id: 583_231, login: "octocat").text == "github:octocat/583231")
        for wrong in ["github:octocat", "github:/1", "github:a/", "github:a/0", "github:a/-1", "github:a/1/2", "ada"] {
            #expect(Account(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a sign-in token is taken once, by one of many", arguments: Backend.allCases)
    func tokenOnce(backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.addSignInToken(hash: Self.hash, expiresAt: 5_000)
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 { group.addTask { try await store.takeSignInToken(hash: Self.hash, now: 1_000) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 1)
            #expect(try await store.takeSignInToken(hash: Self.hash, now: 1_000) == false)
        }
    }

    @Test("an expired sign-in token is worth nothing", arguments: Backend.allCases)
    func expiredToken(backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.addSignInToken(hash: Self.hash, expiresAt: 5_000)
            #expect(try await store.takeSignInToken(hash: Self.hash, now: 5_000) == false)
            #expect(try await store.takeSignInToken(hash: Self.hash, now: 1_000) == false)
        }
    }
}
