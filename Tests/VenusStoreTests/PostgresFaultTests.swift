import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("What PostgreSQL does to transactions")
struct PostgresFaultTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A trigger that breaks off the first `times` inserts into `settings`; a sequence is not rolled back.
    private func breakOff(_ state: String, times: Int, url: String) async throws {
        for statement in [
            "CREATE SEQUENCE attempts",
            """
            CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('attempts') <= \(times) THEN RAISE EXCEPTION 'broken off' USING ERRCODE = '\(state)'; END IF;
                RETURN NEW;
            END $$
            """,
            "CREATE TRIGGER break_off BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION break_off()",
        ] { try await PostgresServer.query(statement, url: url) }
    }

    @Test(
        "a transaction that is broken off in favour of another is begun anew, but not for ever",
        arguments: ["40001", "40P01"])
    func brokenOff(state: String) async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger, connections: 1)
        try await breakOff(state, times: 3, url: url)
        try await store.setSetting("name", to: "value", ifAbsent: false)
        #expect(try await store.setting("name") == "value")
        #expect(try await PostgresServer.query("SELECT last_value FROM attempts", url: url) == [["4"]])

        try await PostgresServer.query("ALTER SEQUENCE attempts RESTART; DROP TRIGGER break_off ON settings", url: url)
        try await PostgresServer.query(
            """
            CREATE OR REPLACE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM nextval('attempts'); RAISE EXCEPTION 'broken off' USING ERRCODE = '\(state)';
            END $$
            """, url: url)
        try await PostgresServer.query(
            "CREATE TRIGGER break_off BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION break_off()", url: url)
        #expect(
            try await storeErrorCode { try await store.setSetting("name", to: "other", ifAbsent: false) }
                == .unavailable)
        #expect(try await PostgresServer.query("SELECT last_value FROM attempts", url: url) == [["5"]])
        #expect(try await store.setting("name") == "value")
        await store.close()
    }

    @Test("a real deadlock ends for both")
    func deadlock() async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger)
        try await store.setSetting("a", to: "0", ifAbsent: false)
        // Whoever writes `a` then wants the lock that another session holds, which then wants `a`.
        for statement in [
            """
            CREATE FUNCTION want() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_advisory_xact_lock(1); RETURN NEW;
            END $$
            """,
            "CREATE TRIGGER want AFTER UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION want()",
        ] { try await PostgresServer.query(statement, url: url) }
        async let other = PostgresServer.query(
            """
            SET deadlock_timeout = '20s'; BEGIN; SELECT pg_advisory_xact_lock(1);
            DO $$ BEGIN
                FOR attempt IN 1..2000 LOOP
                    EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted);
                    PERFORM pg_sleep(0.01);
                END LOOP;
            END $$;
            SELECT 1 FROM settings WHERE name = 'a' FOR UPDATE; COMMIT
            """, url: url)
        try await eventually {
            try await PostgresServer.query(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
                    + "(SELECT oid FROM pg_database WHERE datname = current_database())", url: url) == [["1"]]
        }
        try await store.setSetting("a", to: "1", ifAbsent: false)
        #expect(try await store.setting("a") == "1")
        _ = try await other
        await store.close()
    }

    @Test("the server ends our statements and our idle transactions after three seconds by itself")
    func serverLimits() async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger)
        for statement in [
            """
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.value := current_setting('statement_timeout') || ' '
                    || current_setting('idle_in_transaction_session_timeout');
                RETURN NEW;
            END $$
            """,
            "CREATE TRIGGER note BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION note()",
        ] { try await PostgresServer.query(statement, url: url) }
        #expect(try await store.setSetting("limits", to: "", ifAbsent: false) == "3s 3s")

        // A statement that takes longer is ended, and the connection goes on.
        try await PostgresServer.query(
            """
            CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_sleep(30); RETURN NEW;
            END $$
            """, url: url)
        let start = ContinuousClock.now
        #expect(
            try await storeErrorCode { try await store.setSetting("slow", to: "", ifAbsent: false) } == .unavailable)
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(try await store.setting("slow") == nil)
        await store.close()
    }

    @Test("a crash of the server between two commits loses neither, and the work goes on")
    func crash() async throws {
        let server = try await PostgresServer(settings: ["fsync=on"])
        let store = try await PostgresStore(url: try await server.makeDatabase(), logger: logger)
        let lease = try await store.takeShard()
        for number in 0..<3 {
            let minute = dayStart + 60 * Int64(number)
            try await store.commit(
                ShardCommit(shard: 0, cursor: "\(number)-0", openSince: minute + 60, closed: [.minute(minute)]),
                under: lease)
            try await server.restart()
            #expect(try await store.shardState(0).cursor == "\(number)-0")
        }
        #expect(try await store.allRows(.minute).count == 3)
        await store.close()
        try await server.stop()
    }
}
