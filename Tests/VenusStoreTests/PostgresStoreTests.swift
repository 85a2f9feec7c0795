import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("The connection to PostgreSQL")
struct PostgresStoreTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func withStore(
        connections: Int = 4, _ body: (PostgresStore, String) async throws -> Void
    ) async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger, connections: connections)
        do { try await body(store, url) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    private static let others = """
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        """

    @Test("minute rows can be counted by hand")
    func readable() async throws {
        try await withStore { store, url in
            let rows = (0..<5).map { RollupRow.minute(dayStart + 60 * $0, calls: 3) }
            try await store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 300, closed: rows),
                under: try await store.takeShard())
            let answer = try await PostgresServer.query(
                """
                SELECT sum(success), sum(duration_sum_us), max(duration_max_us), min(bucket AT TIME ZONE 'UTC')
                FROM rollups_1m WHERE level = 'edge' AND service = 'checkout'
                """, url: url)
            #expect(answer == [["15", "15000", "1000", "2023-11-14 00:00:00"]])
        }
    }

    @Test("backends that are terminated are replaced without anyone noticing")
    func terminatedBackend() async throws {
        try await withStore { store, url in
            for number in 0..<3 {
                // Two connections are open.
                async let first: Void = store.ping()
                async let second: Void = store.ping()
                _ = try await (first, second)
                try await PostgresServer.query("SELECT pg_terminate_backend(pid, 5000) \(Self.others)", url: url)
                try await store.setSetting("number", to: "\(number)", ifAbsent: false)
                #expect(try await store.setting("number") == "\(number)")
            }
        }
    }

    @Test("a commit whose connection breaks during COMMIT is ambiguous, and the next one works")
    func ambiguousCommit() async throws {
        try await withStore { store, url in
            // A trigger that runs at COMMIT, and ends the connection.
            for statement in [
                """
                CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
                """,
                """
                CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON shards DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION hang_up()
                """,
            ] { try await PostgresServer.query(statement, url: url) }
            let lease = try await store.takeShard()
            let commit = ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart)
            #expect(try await storeErrorCode { try await store.commit(commit, under: lease) } == .ambiguous)
            #expect(try await store.shardState(0) == ShardState())
            try await PostgresServer.query("DROP TRIGGER hang_up ON shards", url: url)
            try await store.commit(commit, under: lease)
            #expect(try await store.shardState(0).cursor == "1-0")
        }
    }

    @Test("a connection that breaks before COMMIT has written nothing, and says that the store is unavailable")
    func brokenBeforeCommit() async throws {
        try await withStore { store, url in
            for statement in [
                """
                CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
                """,
                "CREATE TRIGGER hang_up AFTER INSERT ON producers FOR EACH ROW EXECUTE FUNCTION hang_up()",
            ] { try await PostgresServer.query(statement, url: url) }
            let lease = try await store.takeShard()
            let commit = ShardCommit(
                shard: 0, cursor: "1-0", openSince: dayStart,
                producers: (0..<300).map {
                    ProducerMark(producer: .sample("p\($0)"), shard: 0, highest: 1, lastSeen: 1)
                })
            #expect(try await storeErrorCode { try await store.commit(commit, under: lease) } == .unavailable)
            #expect(try await store.shardState(0) == ShardState())
        }
    }

    @Test("while the server is away the store says so, and works again when it is back")
    func restart() async throws {
        let server = try await PostgresServer()
        let store = try await PostgresStore(
            url: try await server.makeDatabase(), logger: logger, connections: 2)
        try await store.setSetting("name", to: "value", ifAbsent: false)
        try await server.stop()
        #expect(try await storeErrorCode { try await store.ping() } == .unavailable)
        #expect(try await storeErrorCode { _ = try await store.setting("name") } == .unavailable)
        try await server.start()
        #expect(try await store.setting("name") == "value")
        await store.close()
        try await server.stop()
    }

    @Test("a lock that somebody keeps makes the store unavailable, not stuck", .timeLimit(.minutes(1)))
    func lockedTable() async throws {
        try await withStore(connections: 1) { store, url in
            let lease = try await store.takeShard()
            async let locked = PostgresServer.query(
                "BEGIN; LOCK TABLE shards; SELECT pg_sleep(8); COMMIT", url: url)
            try await eventually {
                try await PostgresServer.query(
                    "SELECT 1 FROM pg_locks WHERE relation = 'shards'::regclass AND mode = 'AccessExclusiveLock'",
                    url: url) == [["1"]]
            }
            let commit = ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart)
            #expect(try await storeErrorCode { try await store.commit(commit, under: lease) } == .unavailable)
            // The connection is free for others.
            try await store.setSetting("name", to: "value", ifAbsent: false)
            try await PostgresServer.query(
                "SELECT pg_cancel_backend(pid) \(Self.others) AND query LIKE '%pg_sleep%'", url: url)
            _ = try? await locked
            try await store.commit(commit, under: lease)
        }
    }

    @Test("a server that answers nothing is unavailable within seconds, and its connection is replaced")
    func silentBackend() async throws {
        try await withStore(connections: 1) { store, url in
            try await store.ping()
            let answer = try await PostgresServer.query("SELECT pid \(Self.others)", url: url)
            let backend = try #require(answer.first?.first.flatMap { pid_t($0) })
            #expect(kill(backend, SIGSTOP) == 0)
            defer { kill(backend, SIGCONT) }
            let start = ContinuousClock.now
            // Found before anything was done, the broken connection is replaced at once.
            try await store.ping()
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test("more callers than connections share them")
    func sharing() async throws {
        try await withStore(connections: 2) { store, url in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    group.addTask { try await store.setSetting("name-\(number % 10)", to: "x", ifAbsent: false) }
                }
                try await group.waitForAll()
            }
            let open = try await PostgresServer.query("SELECT count(*) <= 2 \(Self.others)", url: url)
            #expect(open == [["t"]])
        }
    }

    @Test("a closed store refuses, and leaves no connection behind")
    func closed() async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        let store = try await PostgresStore(url: url, logger: logger)
        try await store.ping()
        await store.close()
        #expect(try await storeErrorCode { try await store.ping() } == .unavailable)
        try await eventually {
            try await PostgresServer.query("SELECT count(*) \(Self.others)", url: url) == [["0"]]
        }
    }

    @Test(
        "no part of a password is in an error, however it is written",
        arguments: [
            "postgres://venus:hunter2@127.0.0.1:1/venus",
            "postgres://venus@127.0.0.1:1/venus?password=hunter2",
            "postgres://venus:hun%zzter2@127.0.0.1:1/venus",
            "postgres://venus:hunter2/x@127.0.0.1:1/venus",
            "postgres://venus:a@hunter2@127.0.0.1:1/venus",
            "postgres://venus:a:hunter2@127.0.0.1:1/venus",
            "postgres://venus:a#hunter2@127.0.0.1:1/venus",
            "postgres://venus:a?hunter2@127.0.0.1:1/venus",
            "mysql://venus:hunter2@127.0.0.1/venus",
            "postgres://venus:hunter2@[::1/venus",
        ])
    func secrets(url: String) async throws {
        let error = await #expect(throws: StoreError.self) { _ = try await PostgresStore(url: url, logger: logger) }
        let text = "\(try #require(error))"
        #expect(!text.contains("hunter2") && !text.contains("ter2"), "\(text)")
    }

    @Test("a database or user that is not there is refused; a server that is not there is unavailable")
    func refusals() async throws {
        let server = try await PostgresServer.shared()
        for (url, code) in [
            (server.url(database: "nowhere"), StoreError.Code.refused),
            ("postgres://nobody@127.0.0.1:\(server.port)/postgres", .refused),
            ("postgres://venus@127.0.0.1:\(try freePort())/venus", .unavailable),
        ] {
            #expect(
                try await storeErrorCode { _ = try await PostgresStore(url: url, logger: logger) } == code, "\(url)")
        }
    }
}
