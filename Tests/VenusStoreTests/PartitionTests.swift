import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Partitions of PostgreSQL")
struct PartitionTests {
    private static let retention = Dictionary(uniqueKeysWithValues: Tier.allCases.map { ($0, $0.defaultRetention) })
    private static let day: Int64 = 86_400

    private func partitions(_ table: String, _ url: String) async throws -> [String] {
        try await PostgresServer.query(
            """
            SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '\(table)'::regclass
            ORDER BY inhrelid::regclass::text
            """, url: url
        ).map { $0[0] }
    }

    private func close(_ store: any Store, _ rows: [RollupRow], openSince: Int64, cursor: String = "1-0") async throws {
        try await store.commit(
            ShardCommit(shard: 0, cursor: cursor, openSince: openSince, closed: rows),
            under: try await store.takeShard())
    }

    @Test("those to come are made ahead; several keepers at once make them once")
    func ahead() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await store.prune(nowSeconds: dayStart, retention: Self.retention) }
                }
                try await group.waitForAll()
            }
            let hours6 = ([0, 1, 2] as [Int64]).map { "rollups_1m_from_\(dayStart + 21_600 * $0)" }
            #expect(try await partitions("rollups_1m", database.place) == hours6)
            for tier in Tier.allCases {
                #expect(try await partitions("rollups_\(tier.name)", database.place).count == 3)
            }
            // A row of the day after tomorrow still finds its place.
            try await close(store, [.minute(dayStart + 3 * Self.day)], openSince: dayStart + 4 * Self.day)
            #expect(try await store.allRows(.minute).map(\.bucket) == [dayStart + 3 * Self.day])
            #expect(try await partitions("rollups_1m", database.place).count == 4)
        }
    }

    @Test("several that need a partition which is not there make it once, and all write")
    func demanded() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            var leases: [Lease] = []
            for shard in 0..<4 { leases.append(try await store.takeShard(shard)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lease in leases {
                    group.addTask {
                        let shard = try #require(Int(lease.name.split(separator: ":")[1]))
                        for number in 0..<20 {
                            let minute = dayStart + 21_600 * Int64(number)
                            try await store.commit(
                                ShardCommit(
                                    shard: shard, cursor: "\(number)-0", openSince: minute + 60,
                                    closed: [.minute(minute, shard: shard)]),
                                under: lease)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.allRows(.minute).count == 80)
            #expect(try await partitions("rollups_1m", database.place).count == 20)
        }
    }

    @Test("retention drops them whole, and what is past it is not read before that either")
    func dropped() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            let roller = try await store.takeRoller()
            let rows = (0..<48).map { RollupRow.minute(dayStart + 3_600 * $0) }
            try await close(store, rows, openSince: dayStart + 2 * Self.day)
            try await store.rollUp(under: roller)
            #expect(try await partitions("rollups_1m", database.place).count == 8)
            try await store.prune(nowSeconds: dayStart + 2 * Self.day, retention: Self.retention)
            // Three are past 26 hours before now, and three are made ahead.
            #expect(try await partitions("rollups_1m", database.place).count == 8 - 3 + 3)
            let left = try await PostgresServer.query("SELECT count(*) FROM rollups_1m", url: database.place)
            #expect(left == [["\(5 * 6)"]])
            #expect(try await store.allRows(.minute).map(\.bucket) == (22..<48).map { dayStart + 3_600 * $0 })
        }
    }

    @Test("a table that somebody reads for long keeps nobody waiting, and loses its partition afterwards")
    func lockedByReader() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            let roller = try await store.takeRoller()
            try await close(store, [.minute(dayStart)], openSince: dayStart + Self.day)
            try await store.rollUp(under: roller)
            async let reading = PostgresServer.query(
                "BEGIN; SELECT count(*) FROM rollups_1m; SELECT pg_sleep(20); COMMIT", url: database.place)
            try await eventually {
                try await PostgresServer.query(
                    "SELECT 1 FROM pg_locks WHERE relation = 'rollups_1m'::regclass AND mode = 'AccessShareLock'",
                    url: database.place) == [["1"]]
            }
            let later = dayStart + 3 * Self.day
            async let pruned = storeErrorCode { try await store.prune(nowSeconds: later, retention: Self.retention) }
            // Meanwhile minutes close, and new partitions are made.
            for number in 0..<20 {
                let minute = later + 60 * Int64(number)
                let start = ContinuousClock.now
                try await close(store, [.minute(minute)], openSince: minute + 60, cursor: "\(number + 2)-0")
                #expect(ContinuousClock.now - start < .seconds(2))
            }
            #expect(try await pruned == .unavailable)
            #expect(try await store.allRows(.minute).allSatisfy { $0.bucket >= later })
            #expect(try await partitions("rollups_1m", database.place).contains("rollups_1m_from_\(dayStart)"))
            try await PostgresServer.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()
                """, url: database.place)
            _ = try? await reading
            try await store.prune(nowSeconds: later, retention: Self.retention)
            #expect(try await !partitions("rollups_1m", database.place).contains("rollups_1m_from_\(dayStart)"))
        }
    }

    @Test("tables from before there were partitions become the first ones, without a row lost")
    func migrated() async throws {
        try await Backend.postgres.withDatabase { database in
            let foundation = Migration.all.filter { $0.version < 4 }
            let old = try await database.open(foundation)
            // What a Venus of then wrote.
            for number in 0..<30 {
                try await PostgresServer.query(
                    """
                    INSERT INTO rollups_1m
                    SELECT to_timestamp(\(dayStart + 3_600 * Int64(number))), 'edge', 0, 'test', 'checkout',
                        'api.test:443', '', 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                        '\\x\(hexadecimal(KPITotals().duration.encoded))', '\\x\(hexadecimal(KPITotals().ttfb.encoded))',
                        '\\x0100', 0, 0
                    """, url: database.place)
            }
            await old.close()
            let store = try await database.open()
            #expect(try await partitions("rollups_1m", database.place) == ["rollups_1m_before"])
            #expect(try await partitions("rollups_1d", database.place).isEmpty)
            #expect(try await store.allRows(.minute).map(\.totals.success) == [UInt64](repeating: 2, count: 30))
            // Rows of its time still go into it, those after it do not.
            let minutes = [dayStart + 60, dayStart + 30 * 3_600, dayStart + 40 * 3_600]
            try await close(store, minutes.map { .minute($0) }, openSince: dayStart + 2 * Self.day)
            #expect(
                try await partitions("rollups_1m", database.place) == [
                    "rollups_1m_before", "rollups_1m_from_\(dayStart + 30 * 3_600)",
                    "rollups_1m_from_\(dayStart + 36 * 3_600)",
                ])
            #expect(try await store.allRows(.minute).count == 33)
            try await store.rollUp(under: try await store.takeRoller())
            #expect(try await store.allRows(.quarterHour).reduce(0) { $0 + $1.totals.success } == 5)
            try await store.prune(nowSeconds: dayStart + 5 * Self.day, retention: Self.retention)
            #expect(try await !partitions("rollups_1m", database.place).contains("rollups_1m_before"))
            #expect(try await store.allRows(.minute).isEmpty)
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
