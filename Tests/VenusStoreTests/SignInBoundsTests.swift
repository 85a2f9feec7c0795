import TestSupport
import Testing
import VenusStore

@Suite("Bounds of who gets in")
struct SignInBoundsTests {
    @Test(
        "there are 1,000 users at most; who is there can be changed, and who goes makes room",
        arguments: Backend.allCases)
    func users(backend: Backend) async throws {
        #expect(User.maximumCount == 1_000)
        try await backend.withStore { store in
            func add(_ name: String) async throws -> Bool {
                try await store.addUser(User(name: name, role: .viewer, passwordHash: "h", createdAt: 1_000))
            }
            for number in 0..<1_000 { #expect(try await add("user-\(number)")) }
            #expect(try await !add("more"))
            #expect(try await store.user(named: "more") == nil)
            #expect(try await store.users().count == 1_000)
            let changed = try await store.changeUser(
                "user-7", role: .admin, passwordHash: nil, isActive: nil, keeping: nil, at: 2_000)
            #expect(changed?.role == .admin)
            #expect(try await store.removeUser("user-8"))
            #expect(try await add("more"))
            #expect(try await !add("user-8"))
        }
    }

    @Test("there are 1,000 keys at most; what was taken away makes room, the first first", arguments: Backend.allCases)
    func keys(backend: Backend) async throws {
        #expect(APIKey.maximumCount == 1_000)
        try await backend.withStore { (store) async throws in
            func add(_ id: String) async throws -> Bool {
                try await store.addKey(
                    APIKey(
                        id: id, hash: [1], name: "grafana", scopes: [.read], createdAt: 1_000,
                        createdBy: "administrator"))
            }
            for number in 0..<1_000 { #expect(try await add("key-\(number)")) }
            #expect(try await !add("more"))
            #expect(try await store.key(id: "more") == nil)
            #expect(try await store.keys().count == 1_000)
            #expect(try await store.revokeKey(id: "key-9", at: 2_000))
            #expect(try await store.revokeKey(id: "key-8", at: 3_000))
            // What is refused makes no room.
            #expect(try await !add("key-7"))
            #expect(try await store.key(id: "key-9")?.revokedAt == 2_000)
            #expect(try await add("more"))
            #expect(try await store.key(id: "key-9") == nil)
            #expect(try await store.key(id: "key-8")?.revokedAt == 3_000)
            #expect(try await store.keys().count == 1_000)
        }
    }

    @Test("of the audit log the newest entries are kept: 200,000, unless told otherwise", arguments: Backend.allCases)
    func audit(backend: Backend) async throws {
        #expect(SignInBounds().auditEntries == 200_000)
        try await backend.withStore { store in
            for number in 1...7 as ClosedRange<Int64> {
                try await store.addAudit(AuditEntry(at: number, event: .signIn, actor: "administrator"))
            }
            try await store.removeExpiredSessions(now: 1_000)
            #expect(try await store.audit(AuditQuery(limit: 9)).count == 7)
            var bounds = SignInBounds()
            bounds.auditEntries = 3
            try await store.removeExpiredSessions(now: 1_000, keeping: bounds)
            #expect(try await store.audit(AuditQuery(limit: 9)).map(\.at) == [7, 6, 5])
        }
    }

    @Test(
        "of addresses and accounts that failed the newest are remembered: 100,000, unless told otherwise",
        arguments: Backend.allCases)
    func subjects(backend: Backend) async throws {
        #expect(SignInBounds().subjects == 100_000)
        try await backend.withStore { store in
            let now: Int64 = 10_000_000
            let subjects: [SignInSubject] = (0..<5).map { .address("10.0.0.\($0)") }
            // Each as often as it may; the second before the others.
            for (subject, at) in zip(subjects, [1, 0, 2, 3, 4] as [Int64]) {
                for _ in 0..<SignInAttempts.Patience.address.free {
                    #expect(try await store.beginSignIn([subject], now: now + at) == 0)
                }
            }
            func waits() async throws -> [Bool] {
                var waits: [Bool] = []
                for subject in subjects {
                    let wait = try await store.beginSignIn([subject], now: now + 5)
                    waits.append(wait > 0)
                    if wait == 0 { try await store.takeBackSignIn([subject]) }
                }
                return waits
            }
            try await store.removeExpiredSessions(now: now + 5)
            #expect(try await waits() == [true, true, true, true, true])
            var bounds = SignInBounds()
            bounds.subjects = 4
            try await store.removeExpiredSessions(now: now + 5, keeping: bounds)
            #expect(try await waits() == [true, false, true, true, true])
            bounds.subjects = 2
            try await store.removeExpiredSessions(now: now + 5, keeping: bounds)
            #expect(try await waits() == [false, false, false, true, true])
        }
    }
}
