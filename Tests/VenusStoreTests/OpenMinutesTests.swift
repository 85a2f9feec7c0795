import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Open minutes in history")
struct OpenMinutesTests {
    private func cell(_ second: Int64, _ operation: String, _ calls: Int, service: String = "checkout") -> Cell {
        Cell(second: second, key: .sample(operation, service: service), totals: .successes(calls))
    }

    /// The minutes' calls by their start since ``dayStart``, and up to when calls were seen.
    private func open(
        _ store: any Store, _ level: Level = .total, service: String? = nil, operation: String? = nil
    ) async throws -> (calls: [Int64: UInt64], seenUntil: Int64) {
        let query = RollupQuery(
            tier: .minute, from: dayStart, to: dayStart + 86_400, level: level, service: service, operation: operation)
        let open = try #require(try await store.history(query).open.first)
        #expect(open.cells.allSatisfy { $0.key.level == level })
        return (
            Dictionary(open.cells.map { ($0.second - dayStart, $0.totals.calls) }) { $0 + $1 },
            open.seenUntil - dayStart
        )
    }

    @Test(
        "grow with each commit, leave when they close, and begin anew after all else is gone",
        arguments: Backend.allCases)
    func grow(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let store = try await database.open()
            // Reads for the first time when others have read often.
            let other = try await database.open()
            let lease = try await store.takeShard()
            var cursor = 0
            func commit(_ cells: [Cell], openSince: Int64 = dayStart) async throws {
                cursor += 1
                try await store.commit(
                    ShardCommit(
                        shard: 0, cursor: "\(cursor)-0", openSince: openSince,
                        checkpoint: Checkpoint(takenAtSeconds: dayStart + 100, cells: cells)), under: lease)
            }
            try await commit([cell(dayStart + 10, "GET /a", 2), cell(dayStart - 5, "GET /a", 100)])
            var read = try await open(store)
            #expect(read.calls == [0: 2] && read.seenUntil == 11)
            try await commit([
                cell(dayStart + 11, "GET /a", 3), cell(dayStart + 70, "GET /b", 4),
                cell(dayStart + 59, "GET /a", 7, service: "other"),
            ])
            for store in [store, store, other] {
                read = try await open(store)
                #expect(read.calls == [0: 12, 60: 4] && read.seenUntil == 71)
            }
            #expect(try await open(store, .service, service: "checkout").calls == [0: 5, 60: 4])
            #expect(try await open(store, .operation, service: "checkout", operation: "GET /b").calls == [60: 4])
            #expect(try await open(store, .edge, service: "nobody").calls.isEmpty)

            try await commit([cell(dayStart + 61, "GET /a", 1)], openSince: dayStart + 60)
            read = try await open(store)
            #expect(read.calls == [60: 5] && read.seenUntil == 71)

            // Everything closes and goes; the next checkpoint may get the first one's id.
            try await commit([], openSince: dayStart + 180)
            try await store.prune(nowSeconds: dayStart + 3_600, retention: [:])
            try await commit([cell(dayStart + 190, "GET /a", 6)], openSince: dayStart + 180)
            for store in [store, other] {
                read = try await open(store)
                #expect(read.calls == [180: 6] && read.seenUntil == 191)
            }
        }
    }

    @Test("what was read ahead is not read again, and what came since is")
    func readAhead() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            let lease = try await store.takeShard()
            func commit(_ cursor: String, _ cells: [Cell]) async throws {
                try await store.commit(
                    ShardCommit(
                        shard: 0, cursor: cursor, openSince: dayStart,
                        checkpoint: Checkpoint(takenAtSeconds: dayStart + 100, cells: cells)), under: lease)
            }
            try await commit("1-0", [cell(dayStart + 10, "GET /a", 2)])
            try await store.readOpenMinutes()
            // Whoever reads it now finds that it is corrupt.
            try await PostgresServer.query(#"UPDATE checkpoints SET cells = '\x01'"#, url: database.place)
            let other = try await database.open()
            let code = try await storeErrorCode { _ = try await open(other) }
            #expect(code == .corrupt)

            try await commit("2-0", [cell(dayStart + 20, "GET /a", 3)])
            let read = try await open(store)
            #expect(read.calls == [0: 5] && read.seenUntil == 21)
        }
    }

    @Test("of a shard with more series than are kept nothing is read ahead again until a minute closes")
    func tooManyToKeep() async throws {
        try await Backend.postgres.withDatabase { database in
            let store = try await database.open()
            let lease = try await store.takeShard()
            func commit(_ cursor: String, _ cells: [Cell], openSince: Int64 = dayStart) async throws {
                try await store.commit(
                    ShardCommit(
                        shard: 0, cursor: cursor, openSince: openSince,
                        checkpoint: Checkpoint(takenAtSeconds: dayStart + 100, cells: cells)), under: lease)
            }
            func corrupt() async throws {
                try await PostgresServer.query(#"UPDATE checkpoints SET cells = '\x01'"#, url: database.place)
            }
            try await commit("1-0", (0...200_000).map { cell(dayStart + 10, "GET /\($0)", 1) })
            try await store.readOpenMinutes()
            // Whoever reads it again finds that it is corrupt.
            try await corrupt()
            try await store.readOpenMinutes()
            #expect(try await storeErrorCode { _ = try await open(store) } == .corrupt)

            try await commit("2-0", [cell(dayStart + 70, "GET /a", 3)], openSince: dayStart + 60)
            try await store.readOpenMinutes()
            try await corrupt()
            #expect(try await open(store).calls == [60: 3])
        }
    }
}
