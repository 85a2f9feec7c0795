import TestSupport
import Testing
import VenusStore

@Suite("Who gets in")
struct AccountTests {
    private func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private func session(
        _ byte: UInt8, _ account: Account = .administrator, role: Role = .admin, at: Int64 = 1_000,
        expiresAt: Int64 = 100_000, idle: Int64? = nil
    ) -> Session {
        Session(
            tokenHash: hash(byte), account: account, role: role, createdAt: at, expiresAt: expiresAt,
            idleExpiresAt: idle, address: "10.0.0.1", agent: "test/1")
    }

    @Test("a session ends when it is not used, and lives on when it is, but not for ever", arguments: Backend.allCases)
    func idle(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.addSession(session(1, idle: 5_000), of: nil))
            #expect(try await store.session(tokenHash: hash(1), now: 4_999)?.address == "10.0.0.1")
            #expect(try await store.session(tokenHash: hash(1), now: 5_000) == nil)
            try await store.touchSession(tokenHash: hash(1), seenAt: 4_000, idleExpiresAt: 200_000)
            #expect(try await store.session(tokenHash: hash(1), now: 5_000)?.seenAt == 4_000)
            #expect(try await store.session(tokenHash: hash(1), now: 100_000) == nil)
            // What ended is not woken up.
            _ = try await store.addSession(session(2, idle: 5_000), of: nil)
            try await store.touchSession(tokenHash: hash(2), seenAt: 6_000, idleExpiresAt: 20_000)
            #expect(try await store.session(tokenHash: hash(2), now: 7_000) == nil)
            try await store.removeExpiredSessions(now: 7_000)
            #expect(try await store.sessions(of: nil, now: 0, limit: 9).map(\.tokenHash) == [hash(1)])
        }
    }

    @Test("a password is changed by who has the old one, and other sessions end", arguments: Backend.allCases)
    func password(backend: Backend) async throws {
        try await backend.withStore { store in
            let user = User(name: "ada", role: .viewer, passwordHash: "old", createdAt: 1_000)
            #expect(try await store.addUser(user))
            for byte in [1, 2] as [UInt8] { _ = try await store.addSession(session(byte, .user("ada")), of: user) }
            _ = try await store.addSession(session(3), of: nil)
            func change(from old: String, to new: String) async throws -> Bool {
                try await store.changePassword(of: "ada", from: old, to: new, keeping: hash(1), at: 2_000)
            }
            #expect(try await !change(from: "wrong", to: "new"))
            #expect(try await store.sessions(of: nil, now: 0, limit: 9).count == 3)
            #expect(try await change(from: "old", to: "new"))
            #expect(try await !change(from: "old", to: "newer"))
            #expect(try await store.user(named: "ada")?.passwordHash == "new")
            #expect(try await Set(store.sessions(of: nil, now: 0, limit: 9).map(\.tokenHash)) == [hash(1), hash(3)])
            _ = try await store.changeUser(
                "ada", role: nil, passwordHash: nil, isActive: false, keeping: nil, at: 3_000)
            #expect(try await !change(from: "new", to: "newer"))
            #expect(
                try await !store.changePassword(of: "bob", from: "new", to: "x", keeping: hash(1), at: 2_000))
        }
    }

    @Test("sessions are listed and ended, one by one and by account", arguments: Backend.allCases)
    func listed(backend: Backend) async throws {
        try await backend.withStore { store in
            let ada = Account.user("ada")
            for (byte, account) in [(1, .administrator), (2, ada), (3, ada), (4, ada)] as [(UInt8, Account)] {
                _ = try await store.addSession(session(byte, account, at: Int64(byte) * 1_000), of: nil)
            }
            #expect(try await store.sessions(of: ada, now: 5_000, limit: 9).map(\.tokenHash) == [4, 3, 2].map(hash))
            #expect(try await store.sessions(of: nil, now: 5_000, limit: 2).map(\.tokenHash) == [4, 3].map(hash))
            func after(_ byte: UInt8, _ account: Account?) async throws -> [[UInt8]] {
                let position = SessionPosition(
                    createdAt: Int64(byte) * 1_000, id: Array(hash(byte).prefix(Session.idBytes)))
                return try await store.sessions(of: account, now: 5_000, before: position, limit: 2).map(\.tokenHash)
            }
            #expect(try await after(4, ada) == [3, 2].map(hash))
            #expect(try await after(3, nil) == [2, 1].map(hash))
            #expect(try await after(2, ada).isEmpty)
            #expect(try await after(1, nil).isEmpty)
            let id = Array(hash(2).prefix(Session.idBytes))
            #expect(try await store.removeSession(id: id, of: .administrator) == nil)
            #expect(try await store.removeSession(id: [2], of: nil) == nil)
            #expect(try await store.removeSession(id: id, of: ada)?.tokenHash == hash(2))
            #expect(try await store.removeSession(id: id, of: nil) == nil)
            #expect(try await store.removeSessions(of: ada, except: hash(3)) == 1)
            #expect(try await store.sessions(of: nil, now: 5_000, limit: 9).map(\.tokenHash) == [3, 1].map(hash))
        }
    }

    @Test("an account has so many sessions and no more: the oldest go", arguments: Backend.allCases)
    func bounded(backend: Backend) async throws {
        try await backend.withStore { store in
            for number in 0..<205 {
                let hash = [UInt8(number / 256), UInt8(number % 256)] + hash(0)
                let session = Session(tokenHash: hash, createdAt: Int64(number), expiresAt: 100_000)
                _ = try await store.addSession(session, of: nil)
            }
            let kept = try await store.sessions(of: .administrator, now: 1_000, limit: 999)
            #expect(kept.count == 200)
            #expect(kept.last?.createdAt == 5)
        }
    }

    @Test("users are added once, changed and removed, and their sessions end with it", arguments: Backend.allCases)
    func users(backend: Backend) async throws {
        try await backend.withStore { store in
            let ada = User(name: "ada", role: .viewer, passwordHash: "h1", createdAt: 1_000)
            #expect(try await store.addUser(ada))
            #expect(try await !store.addUser(User(name: "ada", role: .admin, passwordHash: "x", createdAt: 2_000)))
            #expect(try await store.user(named: "ada") == ada)
            #expect(try await store.user(named: "Ada") == nil)
            #expect(try await store.users() == [ada])
            #expect(try await store.addSession(session(1, .user("ada"), role: .viewer), of: ada))
            #expect(try await store.addSession(session(2, .user("ada"), role: .viewer), of: ada))

            let changed = try await store.changeUser(
                "ada", role: .operator, passwordHash: "h2", isActive: nil, keeping: hash(2), at: 3_000)
            #expect(changed?.role == .operator)
            #expect(changed?.passwordHash == "h2")
            #expect(changed?.changedAt == 3_000)
            #expect(try await store.session(tokenHash: hash(1), now: 2_000) == nil)
            #expect(try await store.session(tokenHash: hash(2), now: 2_000) != nil)
            // Whoever signed in as the user that was, comes too late.
            #expect(try await !store.addSession(session(3, .user("ada")), of: ada))
            #expect(
                try await store.changeUser(
                    "bob", role: .admin, passwordHash: nil, isActive: nil, keeping: nil, at: 1) == nil)

            let current = try #require(changed)
            _ = try await store.changeUser(
                "ada", role: nil, passwordHash: nil, isActive: false, keeping: nil, at: 4_000)
            #expect(try await !store.addSession(session(4, .user("ada")), of: current))
            #expect(try await store.removeUser("ada"))
            #expect(try await !store.removeUser("ada"))
            #expect(try await store.sessions(of: nil, now: 2_000, limit: 9).isEmpty)
        }
    }

    @Test("keys are kept with their use, and revoked once", arguments: Backend.allCases)
    func keys(backend: Backend) async throws {
        try await backend.withStore { store in
            var key = APIKey(
                id: "abc", hash: hash(1), name: "grafana", scopes: [.read, .writeHosts], createdAt: 1_000,
                createdBy: "administrator")
            #expect(try await store.addKey(key))
            #expect(try await !store.addKey(key))
            #expect(try await store.key(id: "abc") == key)
            try await store.noteKeyUse(id: "abc", at: 5_000)
            try await store.noteKeyUse(id: "abc", at: 4_000)
            key.usedAt = 5_000
            #expect(try await store.keys() == [key])
            #expect(try await store.revokeKey(id: "abc", at: 6_000))
            #expect(try await !store.revokeKey(id: "abc", at: 7_000))
            #expect(try await !store.revokeKey(id: "other", at: 7_000))
            #expect(try await store.key(id: "abc")?.revokedAt == 6_000)
        }
    }

    @Test("failed sign-ins are counted for address and account, and survive a restart", arguments: Backend.allCases)
    func attempts(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let first = try await database.open()
            let (here, there) = (SignInSubject.address("10.0.0.1"), SignInSubject.address("10.0.0.2"))
            let ada = SignInSubject.account(.user("ada"))
            let now: Int64 = 10_000_000
            for _ in 0..<10 { #expect(try await first.beginSignIn([here, ada], now: now) == 0) }
            #expect(try await first.beginSignIn([here, ada], now: now) == 2_000)
            await first.close()
            let second = try await database.open()
            #expect(try await second.beginSignIn([here], now: now + 500) == 1_500)
            #expect(try await second.beginSignIn([there, ada], now: now + 500) == 1_500)
            #expect(try await second.beginSignIn([there], now: now + 500) == 0)
            #expect(try await second.beginSignIn([here, ada], now: now + 2_000) == 0)
            #expect(try await second.beginSignIn([here], now: now + 2_000) == 4_000)
            try await second.takeBackSignIn([here])
            #expect(try await second.beginSignIn([here], now: now + 2_000) == 0)
            try await second.forgetSignIns(ada)
            #expect(try await second.beginSignIn([ada], now: now + 2_000) == 0)
            try await second.removeExpiredSessions(now: now + 3 * SignInAttempts.memory)
            #expect(try await second.beginSignIn([here], now: now + 2_000) == 0)
        }
    }

    @Test("of many attempts at once no more than the free ones get through", arguments: Backend.allCases)
    func attemptsAtOnce(backend: Backend) async throws {
        try await backend.withStore { store in
            let subjects = [SignInSubject.account(.administrator), .address("10.0.0.1")]
            let passed = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<30 { group.addTask { try await store.beginSignIn(subjects, now: 10_000_000) } }
                return try await group.reduce(into: 0) { $0 += $1 == 0 ? 1 : 0 }
            }
            #expect(passed == 10)
        }
    }

    @Test(
        "the audit log is read by page and filter, the newest first, and forgets in time", arguments: Backend.allCases)
    func audit(backend: Backend) async throws {
        try await backend.withStore { store in
            for number in 1...5 as ClosedRange<Int64> {
                try await store.addAudit(
                    AuditEntry(
                        at: number * 1_000, event: number == 3 ? .signInRefused : .signIn,
                        actor: number == 2 ? "user:ada" : "administrator", address: "10.0.0.1", detail: "nul\u{0}"))
            }
            let all = try await store.audit(AuditQuery(limit: 3))
            #expect(all.map(\.at) == [5_000, 4_000, 3_000])
            #expect(all[0].detail.hasPrefix("nul "))
            #expect(try await store.audit(AuditQuery(before: all[2].id, limit: 9)).map(\.at) == [2_000, 1_000])
            #expect(try await store.audit(AuditQuery(event: .signInRefused, limit: 9)).map(\.at) == [3_000])
            #expect(try await store.audit(AuditQuery(actor: "user:ada", limit: 9)).map(\.at) == [2_000])
            #expect(try await store.audit(AuditQuery(since: 4_000, limit: 9)).map(\.at) == [5_000, 4_000])
            try await store.removeExpiredSessions(now: 400 * 86_400_000 + 3_000)
            #expect(try await store.audit(AuditQuery(limit: 9)).map(\.at) == [5_000, 4_000, 3_000])
        }
    }

    @Test("what was there before accounts is there after", arguments: Backend.allCases)
    func migrated(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let old = try await database.open(Migration.all.filter { $0.version < 6 })
            try await old.addSignInToken(hash: hash(7), expiresAt: 5_000)
            await old.close()
            let new = try await database.open()
            #expect(try await new.sessions(of: nil, now: 0, limit: 9).isEmpty)
            #expect(try await new.takeSignInToken(hash: hash(7), now: 1_000))
        }
    }
}
