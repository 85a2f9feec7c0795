import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("The cascade")
struct CascadeTests {
    @Test(
        "a bucket is due once its span is closed, and its parent once nothing finer waits", arguments: Backend.allCases)
    func due(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let commit = { (openSince: Int64, closed: [RollupRow]) in
                ShardCommit(shard: 0, cursor: "1-0", openSince: openSince, closed: closed)
            }
            try await store.commit(commit(dayStart + 60, [.minute(dayStart)]), under: shard)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 10).isEmpty)
            try await store.commit(commit(dayStart + 899, []), under: shard)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 10).isEmpty)
            try await store.commit(commit(dayStart + 900, []), under: shard)
            let due = try await store.dueMarks(tier: .quarterHour, limit: 10)
            #expect(due.map(\.bucket) == [dayStart])

            try await store.recompute(try #require(due.first), under: roller)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 10).isEmpty)
            #expect(try await store.dueMarks(tier: .twoHours, limit: 10).isEmpty)
            // The two hours are closed, but a quarter of theirs waits again.
            let late = ShardCommit(
                shard: 0, cursor: "2-0", openSince: dayStart + 7_200, late: [.minute(dayStart + 1_800)])
            try await store.commit(late, under: shard)
            #expect(try await store.dueMarks(tier: .twoHours, limit: 10).isEmpty)
            try await store.rollUp(under: roller)
            #expect(try await store.allRows(.quarterHour).map(\.bucket) == [dayStart, dayStart + 1_800])
            #expect(try await store.allRows(.twoHours).map(\.totals.success) == [2])
            #expect(try await store.allRows(.eightHours).isEmpty)
        }
    }

    @Test("another shard's open minutes hold nobody back", arguments: Backend.allCases)
    func shards(backend: Backend) async throws {
        try await backend.withStore { store in
            for (shard, openSince) in [(0, dayStart + 900), (1, dayStart + 60)] {
                let commit = ShardCommit(
                    shard: shard, cursor: "1-0", openSince: openSince, closed: [.minute(dayStart, shard: shard)])
                try await store.commit(commit, under: try await store.takeShard(shard))
            }
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 10).map(\.shard) == [0])
            try await store.rollUp(under: try await store.takeRoller())
            #expect(try await store.allRows(.quarterHour).map(\.shard) == [0])
        }
    }

    @Test("a mark that rose after it was read is not cleared", arguments: Backend.allCases)
    func generation(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let closed = ShardCommit(
                shard: 0, cursor: "1-0", openSince: dayStart + 900, closed: [.minute(dayStart)])
            try await store.commit(closed, under: shard)
            let stale = try #require(try await store.dueMarks(tier: .quarterHour, limit: 1).first)
            let late = ShardCommit(shard: 0, cursor: "2-0", openSince: dayStart + 900, late: [.minute(dayStart + 60)])
            try await store.commit(late, under: shard)

            try await store.recompute(stale, under: roller)
            let again = try #require(try await store.dueMarks(tier: .quarterHour, limit: 1).first)
            #expect(again.generation > stale.generation)
            try await store.recompute(again, under: roller)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 1).isEmpty)
            #expect(try await store.allRows(.quarterHour).map(\.totals.success) == [2])
            // What is done is not done again.
            try await store.recompute(again, under: roller)
            #expect(try await store.allRows(.quarterHour).map(\.totals.success) == [2])
        }
    }

    @Test("a former roller makes nothing", arguments: Backend.allCases)
    func fencing(backend: Backend) async throws {
        try await backend.withStore { store in
            let shard = try await store.takeShard()
            let old = try await store.takeRoller(owner: "old")
            let commit = ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 900, closed: [.minute(dayStart)])
            try await store.commit(commit, under: shard)
            let mark = try #require(try await store.dueMarks(tier: .quarterHour, limit: 1).first)
            try await store.releaseLease(old)
            _ = try await store.takeRoller(owner: "new")
            for lease in [old, shard] {
                #expect(try await storeErrorCode { try await store.recompute(mark, under: lease) } == .fenced)
            }
            #expect(try await store.allRows(.quarterHour).isEmpty)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 1) == [mark])
        }
    }

    @Test(
        "every tier equals the sum of its calls, in whatever order they came",
        arguments: Backend.allCases, [1, 2, 3] as [UInt64])
    func equalsDirectMerge(backend: Backend, seed: UInt64) async throws {
        try await backend.withStore { store in
            var generator = SeededGenerator(seed: seed)
            let roller = try await store.takeRoller()
            let leases = [try await store.takeShard(0), try await store.takeShard(1)]
            let keys = [
                SeriesKey.sampleEdge, .sample("GET /a"), .sample("GET /b"), .total(environment: "test"),
                .service("checkout", environment: "test"), .dependency("api.test:443", environment: "test"),
            ]
            var expected: [Tier: [RollupRow.Place: KPITotals]] = [:]
            var step = 0
            // Thirty hours in uneven steps; at each, what closes and what comes late; the roller in between.
            var openSince = [dayStart, dayStart]
            while openSince.contains(where: { $0 < dayStart + 30 * 3_600 }) {
                step += 1
                let shard = Int.random(in: 0...1, using: &generator)
                let next = openSince[shard] + 60 * Int64.random(in: 1...240, using: &generator)
                let row = { (minutes: Range<Int64>, generator: inout SeededGenerator) in
                    RollupRow(
                        tier: .minute, bucket: 60 * Int64.random(in: minutes, using: &generator), shard: shard,
                        key: keys.randomElement(using: &generator) ?? .sampleEdge,
                        totals: .random(calls: Int.random(in: 1...4, using: &generator), using: &generator))
                }
                var commit = ShardCommit(shard: shard, cursor: "\(step)-0", openSince: next)
                var taken: Set<RollupRow.Place> = []
                for _ in 0..<6 {
                    let closed = row(openSince[shard] / 60..<next / 60, &generator)
                    if taken.insert(closed.place).inserted { commit.closed.append(closed) }
                    if openSince[shard] > dayStart, Bool.random(using: &generator) {
                        commit.late.append(row(dayStart / 60..<openSince[shard] / 60, &generator))
                    }
                }
                openSince[shard] = next
                for row in commit.closed + commit.late {
                    for tier in Tier.allCases {
                        var moved = row
                        moved.bucket = tier.bucket(of: row.bucket)
                        expected[tier, default: [:]][moved.place, default: KPITotals()].merge(row.totals)
                    }
                }
                try await store.commit(commit, under: leases[shard])
                if Int.random(in: 0..<3, using: &generator) == 0 { try await store.rollUp(under: roller) }
            }
            try await store.rollUp(under: roller)
            for tier in Tier.allCases {
                let rows = try await store.allRows(tier)
                let stored = Dictionary(uniqueKeysWithValues: rows.map { ($0.place, $0.totals) })
                // Buckets that are not yet at their end are not made.
                let wanted = expected[tier, default: [:]].filter {
                    tier == .minute || $0.key.bucket + tier.seconds <= openSince[$0.key.shard]
                }
                #expect(stored == wanted, "tier \(tier.name)")
                #expect(rows.count >= keys.count)
            }
        }
    }

    @Test("late calls that come while the roller works are neither lost nor counted twice", arguments: Backend.allCases)
    func concurrentLateCommits(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let first = ShardCommit(shard: 0, cursor: "0-0", openSince: dayStart + 86_400, closed: [.minute(dayStart)])
            try await store.commit(first, under: shard)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...60 {
                        let row = RollupRow.minute(dayStart + 60 * Int64(number % 30), calls: 1)
                        let commit = ShardCommit(
                            shard: 0, cursor: "\(number)-0", openSince: dayStart + 86_400, late: [row])
                        try await store.commit(commit, under: shard)
                    }
                }
                group.addTask { for _ in 0..<10 { try await store.rollUp(under: roller) } }
                try await group.waitForAll()
            }
            try await store.rollUp(under: roller)
            for tier in Tier.allCases {
                let rows = try await store.allRows(tier)
                #expect(rows.reduce(0) { $0 + $1.totals.success } == 61, "tier \(tier.name)")
            }
        }
    }
}

extension RollupRow {
    struct Place: Hashable {
        var bucket: Int64
        var shard: Int
        var key: SeriesKey
    }

    var place: Place { Place(bucket: bucket, shard: shard, key: key) }
}
