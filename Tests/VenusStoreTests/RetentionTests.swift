import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Retention")
struct RetentionTests {
    private static let retention = Dictionary(uniqueKeysWithValues: Tier.allCases.map { ($0, $0.defaultRetention) })
    private static let day: Int64 = 86_400

    private func commit(
        _ store: any Store, _ lease: Lease, openSince: Int64, closed: [RollupRow] = [], late: [RollupRow] = []
    ) async throws {
        try await store.commit(
            ShardCommit(shard: 0, cursor: "1-0", openSince: openSince, closed: closed, late: late), under: lease)
    }

    @Test("rows go when their tier's time is over, and coarser ones stay", arguments: Backend.allCases)
    func prune(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let minutes = (0..<48).map { RollupRow.minute(dayStart + 3_600 * $0) }
            try await commit(store, shard, openSince: dayStart + 2 * Self.day, closed: minutes)
            try await store.rollUp(under: roller)
            try await store.prune(nowSeconds: dayStart + 2 * Self.day, retention: Self.retention)
            #expect(try await store.allRows(.minute).map(\.bucket).min() == dayStart + 22 * 3_600)
            #expect(try await store.allRows(.quarterHour).count == 48)

            try await store.prune(nowSeconds: dayStart + 300 * Self.day, retention: Self.retention)
            #expect(try await store.allRows(.minute).isEmpty)
            #expect(try await store.allRows(.eightHours).isEmpty)
            #expect(try await store.allRows(.day).map(\.totals.success) == [24, 24])
        }
    }

    @Test("a service or a dependency is forgotten in every tier, and the sums that it is part of stay")
    func forgetting() async throws {
        for backend in Backend.allCases {
            try await backend.withStore { store in
                let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
                let keys: [SeriesKey] = ["checkout", "stock"].flatMap { service in
                    ["a.test:1", "b.test:1"].flatMap { dependency in
                        ["live", "staging"].flatMap { environment in
                            let operation = SeriesKey.operation(
                                "GET /", service: service, dependency: dependency, environment: environment)
                            return Level.allCases.map { operation.key(at: $0) }
                        }
                    }
                }
                // Over more buckets than one transaction takes.
                let rows = (0..<50).flatMap { minute in
                    Set(keys).map { RollupRow.minute(dayStart + 60 * minute, key: $0) }
                }
                try await commit(store, shard, openSince: dayStart + Self.day, closed: rows)
                try await store.rollUp(under: roller)
                let all = Set(try await store.allRows(.minute).map(\.key))
                #expect(try await store.forget(ForgottenSeries(.service("nobody"))) == 0)

                let some = try await store.forget(ForgottenSeries(.service("checkout"), environment: "staging"))
                #expect(some > 250)
                var left = all.filter { $0.service != "checkout" || $0.environment != "staging" }
                for tier in Tier.allCases { #expect(Set(try await store.allRows(tier).map(\.key)) == left) }

                #expect(try await store.forget(ForgottenSeries(.dependency("b.test:1"))) > 250)
                left = left.filter { $0.dependency != "b.test:1" }
                for tier in Tier.allCases { #expect(Set(try await store.allRows(tier).map(\.key)) == left) }
                #expect(left.contains { $0.level == .total } && left.contains { $0.service == "checkout" })
                #expect(try await store.forget(ForgottenSeries(.dependency("b.test:1"))) == 0)
            }
        }
    }

    @Test("a tier without a retention is left alone", arguments: Backend.allCases)
    func absentRetention(backend: Backend) async throws {
        try await backend.withStore { store in
            let shard = try await store.takeShard()
            try await commit(store, shard, openSince: dayStart + 900, closed: [.minute(dayStart)])
            try await store.prune(nowSeconds: dayStart + 300 * Self.day, retention: [.day: Self.day])
            #expect(try await store.allRows(.minute).count == 1)
        }
    }

    @Test("rows stay until the bucket above them is made", arguments: Backend.allCases)
    func markedParents(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            try await commit(
                store, shard, openSince: dayStart + 900, closed: [.minute(dayStart), .minute(dayStart + 60)])
            try await store.prune(nowSeconds: dayStart + 2 * Self.day, retention: Self.retention)
            #expect(try await store.allRows(.minute).count == 2)
            try await store.rollUp(under: roller)
            try await store.prune(nowSeconds: dayStart + 2 * Self.day, retention: Self.retention)
            #expect(try await store.allRows(.minute).isEmpty)
            #expect(try await store.allRows(.quarterHour).map(\.totals.success) == [2])
        }
    }

    @Test(
        "calls later than the retention of their minute add to the tier that is still there",
        arguments: Backend.allCases)
    func mergeOnly(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let now = dayStart + 3 * Self.day
            try await commit(
                store, shard, openSince: now, closed: [.minute(dayStart), .minute(dayStart + 60, calls: 4)])
            try await store.rollUp(under: roller)
            try await store.prune(nowSeconds: now, retention: Self.retention)

            try await commit(
                store, shard, openSince: now,
                late: [.minute(dayStart), .minute(dayStart + 120, key: .sample(), calls: 2)])
            try await store.rollUp(under: roller)
            #expect(try await store.allRows(.minute).isEmpty)
            for tier in Tier.allCases where tier != .minute {
                let rows = try await store.allRows(tier)
                #expect(rows.map(\.totals.success) == [6, 2], "tier \(tier.name)")
            }
        }
    }

    @Test("minutes that close after their retention still reach history", arguments: Backend.allCases)
    func lateClose(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            let now = dayStart + 20 * Self.day
            try await store.prune(nowSeconds: now, retention: Self.retention)
            // Its quarter of an hour is past its retention, too.
            try await commit(
                store, shard, openSince: now, closed: [.minute(dayStart), .minute(dayStart + 60, calls: 4)])
            try await store.rollUp(under: roller)
            #expect(try await store.allRows(.quarterHour).isEmpty)
            #expect(try await store.allRows(.twoHours).map(\.totals.success) == [5])
            #expect(try await store.allRows(.day).map(\.totals.success) == [5])
        }
    }

    @Test("a bucket whose children are gone is never made anew", arguments: Backend.allCases)
    func abandonedMark(backend: Backend) async throws {
        try await backend.withStore { store in
            let (shard, roller) = (try await store.takeShard(), try await store.takeRoller())
            try await commit(store, shard, openSince: dayStart + 900, closed: [.minute(dayStart, calls: 7)])
            try await store.rollUp(under: roller)
            // A late call marks the bucket again, and nobody makes it for longer than its children are kept for it.
            try await commit(store, shard, openSince: dayStart + 900, late: [.minute(dayStart)])
            let mark = try #require(try await store.dueMarks(tier: .quarterHour, limit: 1).first)
            var retention = Self.retention
            retention[.quarterHour] = nil
            try await store.prune(nowSeconds: dayStart + 30 * Self.day, retention: retention)
            #expect(try await store.allRows(.minute).isEmpty)
            try await store.recompute(mark, under: roller)
            #expect(try await store.allRows(.quarterHour).map(\.totals.success) == [7])
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 1).isEmpty)
        }
    }

    @Test("checkpoints stay for 15 minutes, and while a minute of theirs is open", arguments: Backend.allCases)
    func checkpoints(backend: Backend) async throws {
        try await backend.withStore { store in
            let shard = try await store.takeShard()
            let taken = (0..<3).map { dayStart + 600 * $0 }
            for (number, second) in taken.enumerated() {
                let checkpoint = Checkpoint(
                    takenAtSeconds: second, cells: [Cell(second: second, key: .sample(), totals: .successes(1))])
                try await store.commit(
                    ShardCommit(shard: 0, cursor: "\(number)-0", openSince: dayStart + 60, checkpoint: checkpoint),
                    under: shard)
            }
            try await store.prune(nowSeconds: dayStart + 901, retention: [:])
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: 0).map(\.takenAtSeconds) == Array(taken[1...]))
            try await store.prune(nowSeconds: dayStart + Self.day, retention: [:])
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: 0).map(\.takenAtSeconds) == Array(taken[1...]))
            try await commit(store, shard, openSince: dayStart + 1_200)
            try await store.prune(nowSeconds: dayStart + Self.day, retention: [:])
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: 0).map(\.takenAtSeconds) == [taken[2]])
        }
    }

    @Test("marks of producers that ended long ago go, those of others stay", arguments: Backend.allCases)
    func producers(backend: Backend) async throws {
        try await backend.withStore { store in
            let mark = { (id: String, age: Int64, hasEnded: Bool) in
                ProducerMark(
                    producer: .sample(id), shard: 0, highest: 1, lastSeen: (dayStart - age * Self.day) * 1_000,
                    hasEnded: hasEnded)
            }
            let marks = [
                mark("ended", 9, true), mark("just-ended", 7, true), mark("silent", 9, false), mark("gone", 36, false),
            ]
            let lease = try await store.takeShard()
            try await store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-0", openSince: dayStart, producers: marks,
                    proxies: marks.map { ProxyState(producer: $0.producer.id, shard: 0, saidAt: $0.lastSeen) }),
                under: lease)
            try await store.prune(nowSeconds: dayStart, retention: [:])
            #expect(try await store.producers(limit: 10).map(\.producer.id) == ["just-ended", "silent"])
            #expect(try await store.proxies(limit: 10).map(\.state?.producer) == ["just-ended", "silent"])
            // Nothing is left of what the others said.
            try await store.commit(
                ShardCommit(shard: 0, cursor: "2-0", openSince: dayStart, producers: [mark("ended", 0, false)]),
                under: lease)
            #expect(
                try await store.proxies(limit: 10).map(\.state?.producer) == [nil, "just-ended", "silent"])
        }
    }

    @Test("what proxies say of themselves is kept of the newest ten thousand", arguments: Backend.allCases)
    func manyProxies(backend: Backend) async throws {
        try await backend.withStore { store in
            let marks = (0..<10_003).map { place in
                ProducerMark(
                    producer: .sample("p\(place)"), shard: 0, highest: 1, lastSeen: dayStart * 1_000 + Int64(place))
            }
            let states = marks.map { ProxyState(producer: $0.producer.id, shard: 0, saidAt: $0.lastSeen) }
            try await store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart, producers: marks, proxies: states),
                under: try await store.takeShard())
            try await store.prune(nowSeconds: dayStart + 60, retention: [:])
            let known = try await store.proxies(limit: 20_000)
            #expect(known.count == 10_003)
            #expect(known.filter { $0.state == nil }.map(\.mark.producer.id).sorted() == ["p0", "p1", "p2"])
        }
    }
}
