import Logging
import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("The statements that a session of PostgreSQL has prepared")
struct PostgresStatementsTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A store that has one session. Its settings' values are what ``prepared(_:_:)`` tells.
    private func withNotingStore(_ body: (PostgresStore, String) async throws -> Void) async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger, connections: 1)
        do {
            for statement in Self.noting { try await PostgresServer.query(statement, url: url) }
            try await body(store, url)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// A trigger runs in the session whose statements it looks at: nobody else sees them.
    private static let noting = [
        """
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.value := (
                SELECT count(*) || ' ' || coalesce(sum(generic_plans + custom_plans), 0)
                FROM pg_prepared_statements WHERE starts_with(statement, NEW.name));
            RETURN NEW;
        END $$
        """,
        "CREATE TRIGGER note BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION note()",
    ]

    /// How many statements of the store's session begin like this, and how often they were run, itself included.
    private func prepared(_ beginning: String, _ store: PostgresStore) async throws -> String {
        try await store.setSetting(beginning, to: "", ifAbsent: false)
    }

    private static func commit(_ cursor: Int, producers: Int) -> ShardCommit {
        ShardCommit(
            shard: 0, cursor: "\(cursor)-0", openSince: dayStart,
            producers: (0..<producers).map {
                ProducerMark(producer: .sample("p\($0)"), shard: 0, highest: UInt64(cursor), lastSeen: 1)
            })
    }

    @Test("one that is run again and again is prepared once, alone as well as in a pipeline")
    func preparedOnce() async throws {
        try await withNotingStore { store, _ in
            #expect(try await prepared("INSERT INTO producers", store) == "0 0")
            let lease = try await store.takeShard()
            // More than are on their way at a time.
            for cursor in 1...3 { try await store.commit(Self.commit(cursor, producers: 300), under: lease) }
            #expect(try await prepared("INSERT INTO producers", store) == "1 900")
            #expect(try await prepared("INSERT INTO shards", store) == "1 3")

            for run in 4...12 { #expect(try await prepared("INSERT INTO settings", store) == "1 \(run)") }
            // Another text is another statement.
            let other = try await store.setSetting("INSERT INTO settings AS", to: "", ifAbsent: true)
            #expect(other == "2 13")
        }
    }

    @Test("a session that is new has none, and prepares its own")
    func newSession() async throws {
        try await withNotingStore { store, url in
            for run in 1...3 { #expect(try await prepared("INSERT INTO settings", store) == "1 \(run)") }
            try await PostgresServer.query("SELECT pg_terminate_backend(pid, 5000) \(Self.session)", url: url)
            for run in 1...3 { #expect(try await prepared("INSERT INTO settings", store) == "1 \(run)") }
        }
    }

    private static let session = """
        FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'venus'
        """

    @Test("a session whose statements somebody threw away is given up, and a new one goes on")
    func thrownAway() async throws {
        try await withNotingStore { store, url in
            for statement in Self.throwingAway { try await PostgresServer.query(statement, url: url) }
            // Read once more than it takes: the statement, gone with all others when its transaction is over.
            _ = try await store.setSetting("throw away", to: "", ifAbsent: false)
            let code = try await storeErrorCode { _ = try await store.setSetting("a", to: "", ifAbsent: false) }
            #expect(code == .unavailable)
            #expect(try await prepared("INSERT INTO settings", store) == "1 1")
            #expect(try await prepared("INSERT INTO settings", store) == "1 2")
        }
    }

    private static let throwingAway = [
        """
        CREATE FUNCTION throw_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.name = 'throw away' THEN EXECUTE 'DEALLOCATE ALL'; END IF;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER throw_away AFTER INSERT ON settings FOR EACH ROW EXECUTE FUNCTION throw_away()",
    ]

    /// What a step of a newer Venus may do to a table that this one uses.
    private static let changes = [
        "ALTER TABLE settings ADD COLUMN note text NOT NULL DEFAULT ''",
        """
        ALTER TABLE settings RENAME TO settings_before;
        CREATE TABLE settings (LIKE settings_before INCLUDING ALL);
        INSERT INTO settings SELECT * FROM settings_before
        """,
        "DROP TABLE settings_before",
        "ALTER TABLE settings DROP COLUMN note",
    ]

    @Test("those of a session go on when a newer Venus adds columns to their table, takes them away, or makes it anew")
    func changedTable() async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger, connections: 1)
        try await store.setSetting("name", to: "0", ifAbsent: false)
        #expect(try await store.setting("name") == "0")
        let session = try await PostgresServer.query("SELECT pid \(Self.session)", url: url)
        #expect(session.count == 1)
        for (number, change) in Self.changes.enumerated() {
            try await PostgresServer.query(change, url: url)
            #expect(try await store.setting("name") == "\(number)", "\(change)")
            try await store.setSetting("name", to: "\(number + 1)", ifAbsent: false)
        }
        #expect(try await store.setting("name") == "\(Self.changes.count)")
        #expect(try await PostgresServer.query("SELECT pid \(Self.session)", url: url) == session)
        await store.close()
    }
}
