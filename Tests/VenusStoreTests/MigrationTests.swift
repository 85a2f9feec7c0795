import TestSupport
import Testing
import VenusStore

@Suite("Migrations")
struct MigrationTests {
    private static let next = Migration(
        version: (Migration.all.last?.version ?? 0) + 1, name: "next", needs: "9.8.7",
        statements: ["CREATE TABLE next (id integer NOT NULL)"])

    @Test("a database that is up to date stays as it is", arguments: Backend.allCases)
    func idempotent(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let first = try await database.open()
            try await first.setSetting("name", to: "value", ifAbsent: false)
            await first.close()
            let second = try await database.open()
            #expect(try await second.setting("name") == "value")
        }
    }

    @Test("several that open an empty database at once migrate it once", arguments: Backend.allCases)
    func concurrent(backend: Backend) async throws {
        for _ in 0..<3 {
            try await backend.withDatabase { database in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<6 {
                        group.addTask {
                            let store = try await database.open()
                            try await store.setSetting("opened-\(number)", to: "yes", ifAbsent: true)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("only what is missing is migrated", arguments: Backend.allCases)
    func incremental(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let old = try await database.open()
            let new = try await database.open(Migration.all + [Self.next])
            // The step before still works beside it.
            try await old.setSetting("name", to: "value", ifAbsent: false)
            #expect(try await new.setting("name") == "value")
        }
    }

    @Test("a newer schema is refused, with the version that it needs", arguments: Backend.allCases)
    func newer(backend: Backend) async throws {
        try await backend.withDatabase { database in
            _ = try await database.open(Migration.all + [Self.next])
            let error = await #expect(throws: StoreError.self) { _ = try await database.open() }
            #expect(error?.code == .newerSchema)
            #expect(error?.message.contains("9.8.7") == true)
        }
    }

    @Test("a step that fails leaves the schema as it was", arguments: Backend.allCases)
    func failing(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let broken = Migration(
                version: Self.next.version, name: "broken", needs: "9.8.7",
                statements: ["CREATE TABLE next (id integer NOT NULL)", "CREATE TABLE next (id integer NOT NULL)"])
            let error = await #expect(throws: StoreError.self) { _ = try await database.open(Migration.all + [broken]) }
            #expect(error?.code == .refused)
            // Neither the steps before it nor its own first statement are there.
            _ = try await database.open(Migration.all + [Self.next])
        }
    }
}
