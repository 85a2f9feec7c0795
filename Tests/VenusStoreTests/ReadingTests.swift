import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Reading")
struct ReadingTests {
    @Test("rows are found by tier, time, level and names, in order", arguments: Backend.allCases)
    func rollups(backend: Backend) async throws {
        try await backend.withStore { store in
            var keys: Set<SeriesKey> = []
            for service in ["a", "b"] {
                for dependency in ["x:1", "y:2"] {
                    for environment in ["production", "staging"] {
                        for operation in ["GET /", "POST /"] {
                            let key = SeriesKey.operation(
                                operation, service: service, dependency: dependency, environment: environment)
                            for level in Level.allCases { keys.insert(key.key(at: level)) }
                        }
                    }
                }
            }
            let rows = (0..<3).flatMap { minute in keys.map { RollupRow.minute(dayStart + 60 * minute, key: $0) } }
            try await store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 180, closed: rows.shuffled()),
                under: try await store.takeShard())
            let sorted = rows.sorted { ($0.bucket, $0.key) < ($1.bucket, $1.key) }
            func check(_ query: RollupQuery, _ isMatch: (SeriesKey) -> Bool) async throws {
                let expected = sorted.filter {
                    $0.bucket >= query.from && $0.bucket < query.to && $0.key.level == query.level && isMatch($0.key)
                }
                #expect(try await store.rollups(query) == expected)
            }
            for level in Level.allCases {
                var query = RollupQuery(tier: .minute, from: dayStart, to: dayStart + 120, level: level)
                try await check(query) { _ in true }
                query.environment = "staging"
                try await check(query) { $0.environment == "staging" }
                query.service = "a"
                try await check(query) { $0.environment == "staging" && $0.service == "a" }
                query.environment = nil
                query.dependency = "y:2"
                try await check(query) { $0.service == "a" && $0.dependency == "y:2" }
                query.operation = "POST /"
                try await check(query) { $0.service == "a" && $0.dependency == "y:2" && $0.operation == "POST /" }
                query.service = nil
                query.operation = nil
                try await check(query) { $0.dependency == "y:2" }
            }
            try await check(RollupQuery(tier: .minute, from: .min, to: .max, level: .edge)) { _ in true }
            #expect(
                try await store.rollups(RollupQuery(tier: .day, from: 0, to: .max, level: .edge)).isEmpty)
        }
    }

    @Test("open cells are those of minutes that are not closed, of all shards", arguments: Backend.allCases)
    func openCells(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.openCells().isEmpty)
            let cell = { (second: Int64) in Cell(second: second, key: .sample(), totals: .successes(2)) }
            for shard in 0..<2 {
                let lease = try await store.takeShard(shard)
                for (number, seconds) in [[dayStart + 10, dayStart + 70], [dayStart + 71, dayStart - 5]].enumerated() {
                    let checkpoint = Checkpoint(takenAtSeconds: dayStart + 72, cells: seconds.map(cell))
                    try await store.commit(
                        ShardCommit(
                            shard: shard, cursor: "\(number)-0", openSince: dayStart + 60 * Int64(shard),
                            checkpoint: checkpoint),
                        under: lease)
                }
            }
            let open = try await store.openCells()
            let expected = [
                OpenCells(
                    shard: 0, openSince: dayStart,
                    cells: [cell(dayStart + 10), cell(dayStart + 70), cell(dayStart + 71)]),
                OpenCells(
                    shard: 1, openSince: dayStart + 60, cells: [cell(dayStart + 70), cell(dayStart + 71)]),
            ]
            #expect(open == expected)
        }
    }

    @Test("producers and losses come newest first, at most as many as asked for", arguments: Backend.allCases)
    func newestFirst(backend: Backend) async throws {
        try await backend.withStore { store in
            let times = (1...5).map { dayStart * 1_000 + $0 * 100 }
            let marks = times.map {
                ProducerMark(producer: .sample("p\($0)"), shard: 0, highest: 0, lastSeen: $0)
            }
            let losses = times.map {
                Loss(
                    producer: "p", environment: "test", service: "a", first: UInt64($0), count: 1_234_567_890_123,
                    at: $0)
            }
            try await store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-0", openSince: 0, producers: marks.shuffled(), losses: losses.shuffled()),
                under: try await store.takeShard())
            #expect(try await store.producers(limit: 2) == [marks[4], marks[3]])
            #expect(try await store.losses(since: times[1], limit: 100) == losses[1...].reversed())
            #expect(try await store.losses(since: 0, limit: 2) == [losses[4], losses[3]])
            let newer = losses[1...].reduce(0) { $0 + $1.count }
            #expect(try await store.lossTotals(since: times[1]) == LossTotals(count: 4, calls: newer))
            #expect(try await store.lossTotals(since: times[4] + 1) == LossTotals())
        }
    }
}
