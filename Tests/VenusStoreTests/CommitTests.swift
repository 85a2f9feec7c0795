import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Commits of a shard")
struct CommitTests {
    /// Everything that a commit can hold.
    private static func full(cursor: String = "5-0", shard: Int = 0) -> ShardCommit {
        var generator = SeededGenerator(seed: 7)
        return ShardCommit(
            shard: shard, cursor: cursor, openSince: dayStart + 60,
            producers: [
                ProducerMark(
                    producer: .sample(), shard: shard, highest: 1_000, lastSeen: dayStart * 1_000 + 123,
                    callsInFlight: 3, callsQueued: 4, callsDropped: 5, version: "0.1.0",
                    announced: ["checkout.internal:8080", "[::1]:80"], announcedSince: dayStart * 1_000, clockSkew: -42)
            ],
            proxies: [
                ProxyState(
                    producer: "p1", shard: shard, saidAt: dayStart * 1_000 + 9, callsSpooled: 6,
                    report: ProxyReport(
                        startedAt: dayStart * 1_000 - 1,
                        policy: PolicyReport(
                            mode: .report, digest: "9f86d081884c7d65", rules: 3, since: dayStart * 1_000 - 2,
                            denied: 7, wouldBeDenied: 8,
                            fault: PolicyReport.Fault(reason: "line 3: host", since: dayStart * 1_000 - 3)),
                        pins: [PinnedClient(client: "cart", host: "pay.example", learned: 10, expires: 20)],
                        pinCount: 2))
            ],
            losses: [
                Loss(
                    producer: "p1", environment: "test", service: "checkout", first: 11, count: 9,
                    at: dayStart * 1_000 + 7)
            ],
            quarantined: [QuarantinedEntry(shard: shard, entryID: "4-0", reason: "n is wrong", at: dayStart * 1_000)],
            checkpoint: Checkpoint(
                takenAtSeconds: dayStart + 66,
                cells: (0..<3).map {
                    Cell(
                        second: dayStart + 59 + $0, key: .sample("GET /\($0 % 2)"),
                        totals: .random(calls: 5, using: &generator))
                }),
            closed: [
                RollupRow(
                    tier: .minute, bucket: dayStart, shard: shard, key: .sampleEdge,
                    totals: .random(calls: 50, using: &generator))
            ],
            routes: [
                EdgeRoutes(edge: .sampleEdge, routes: [1, 0], usedAt: dayStart * 1_000 + 5),
                EdgeRoutes(
                    edge: .edge(service: "checkout", dependency: "b:80", environment: "test"), routes: [],
                    usedAt: dayStart * 1_000 + 4),
            ])
    }

    @Test("what is committed is read back as it was", arguments: Backend.allCases)
    func roundTrip(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.shardState(0) == ShardState())
            let commit = Self.full()
            try await store.commit(commit, under: try await store.takeShard())

            let expected = ShardState(
                cursor: "5-0", openSince: dayStart + 60, producers: commit.producers, routes: commit.routes)
            #expect(try await store.shardState(0) == expected)
            #expect(try await store.shardState(1) == ShardState())
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: dayStart) == [try #require(commit.checkpoint)])
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: dayStart + 67).isEmpty)
            #expect(try await store.allRows(.minute) == commit.closed)
            #expect(try await store.losses(since: 0, limit: 10) == commit.losses)
            #expect(try await store.producers(limit: 10) == commit.producers)
            let known = KnownProxy(mark: commit.producers[0], state: commit.proxies[0])
            #expect(try await store.proxies(limit: 10) == [known])
            #expect(try await store.proxies(limit: 0).isEmpty)
            // Of the three cells, one is of the minute that was closed.
            let open = try await store.openCells()
            #expect(open.map(\.openSince) == [dayStart + 60])
            #expect(open.map(\.cells) == [Array(try #require(commit.checkpoint).cells.dropFirst())])
        }
    }

    @Test("a former owner writes nothing, whatever it tries", arguments: Backend.allCases)
    func fencing(backend: Backend) async throws {
        try await backend.withStore { store in
            let old = try await store.takeShard(owner: "old")
            try await store.releaseLease(old)
            let new = try await store.takeShard(owner: "new")
            try await store.commit(ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart), under: new)

            #expect(try await storeErrorCode { try await store.commit(Self.full(), under: old) } == .fenced)
            // Neither the right owner with an old epoch, nor a wrong owner with the new one.
            let stale = Lease(name: new.name, owner: new.owner, epoch: new.epoch - 1)
            let stranger = Lease(name: new.name, owner: "old", epoch: new.epoch)
            for lease in [stale, stranger] {
                #expect(try await storeErrorCode { try await store.commit(Self.full(), under: lease) } == .fenced)
            }
            #expect(try await store.shardState(0) == ShardState(cursor: "1-0", openSince: dayStart))
            #expect(try await store.allRows(.minute).isEmpty)
            #expect(try await store.losses(since: 0, limit: 10).isEmpty)
            #expect(try await store.checkpoints(shard: 0, sinceSeconds: 0).isEmpty)
            #expect(try await store.dueMarks(tier: .quarterHour, limit: 10).isEmpty)
        }
    }

    @Test("an expired lease does not commit, even while nobody else has it", arguments: Backend.allCases)
    func expiry(backend: Backend) async throws {
        try await backend.withStore { store in
            let name = Lease.shard(0)
            let lease = try #require(try await store.acquireLease(name, owner: "a", duration: .milliseconds(1)))
            try await eventually {
                try await storeErrorCode { try await store.commit(Self.full(), under: lease) } == .fenced
            }
        }
    }

    @Test("the lease of one shard does not cover another", arguments: Backend.allCases)
    func wrongShard(backend: Backend) async throws {
        try await backend.withStore { store in
            let lease = try await store.takeShard(1)
            #expect(try await storeErrorCode { try await store.commit(Self.full(), under: lease) } == .fenced)
        }
    }

    @Test("a commit that fails half-way leaves nothing behind", arguments: Backend.allCases)
    func atomicity(backend: Backend) async throws {
        try await backend.withStore { store in
            let lease = try await store.takeShard()
            var commit = Self.full()
            // The last thing written is there twice.
            commit.closed += commit.closed
            #expect(try await storeErrorCode { try await store.commit(commit, under: lease) } == .refused)
            #expect(try await store.shardState(0) == ShardState())
            #expect(try await store.producers(limit: 10).isEmpty)
            #expect(try await store.losses(since: 0, limit: 10).isEmpty)
            #expect(try await store.allRows(.minute).isEmpty)
            // The connection is as good as before.
            try await store.commit(Self.full(), under: lease)
            #expect(try await store.allRows(.minute).count == 1)
        }
    }

    @Test("a commit that is tried again does not count its closed minutes twice", arguments: Backend.allCases)
    func repetition(backend: Backend) async throws {
        try await backend.withStore { store in
            let lease = try await store.takeShard()
            try await store.commit(Self.full(), under: lease)
            #expect(try await storeErrorCode { try await store.commit(Self.full(), under: lease) } == .refused)
            #expect(try await store.allRows(.minute) == Self.full().closed)
            #expect(try await store.losses(since: 0, limit: 10).count == 1)
        }
    }

    @Test("late rows are added to what is stored, and stored where there is nothing", arguments: Backend.allCases)
    func late(backend: Backend) async throws {
        try await backend.withStore { store in
            var generator = SeededGenerator(seed: 3)
            let lease = try await store.takeShard()
            let keys = (0..<300).map { SeriesKey.sample("GET /\($0)") }
            let row = { (key: SeriesKey, generator: inout SeededGenerator) in
                RollupRow(
                    tier: .minute, bucket: dayStart, shard: 0, key: key,
                    totals: .random(calls: 3, using: &generator))
            }
            var expected: [SeriesKey: KPITotals] = [:]
            var commits: [[RollupRow]] = []
            for part in [keys[..<200], keys[100...], keys[...]] {
                commits.append(part.map { row($0, &generator) })
            }
            for (number, rows) in commits.enumerated() {
                for row in rows { expected[row.key, default: KPITotals()].merge(row.totals) }
                let commit = ShardCommit(
                    shard: 0, cursor: "\(number)-0", openSince: dayStart + 60, closed: number == 0 ? rows : [],
                    late: number == 0 ? [] : rows)
                try await store.commit(commit, under: lease)
            }
            let stored = try await store.allRows(.minute)
            #expect(stored.count == keys.count)
            #expect(Dictionary(uniqueKeysWithValues: stored.map { ($0.key, $0.totals) }) == expected)
        }
    }

    @Test("the same late row twice in one commit counts twice", arguments: Backend.allCases)
    func lateTwice(backend: Backend) async throws {
        try await backend.withStore { store in
            let rows = [RollupRow.minute(dayStart), .minute(dayStart, calls: 2)]
            let commit = ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 60, late: rows)
            try await store.commit(commit, under: try await store.takeShard())
            #expect(try await store.allRows(.minute) == [.minute(dayStart, calls: 3)])
        }
    }

    @Test("numbers and names that nobody means do not stop a shard", arguments: Backend.allCases)
    func hostileValues(backend: Backend) async throws {
        try await backend.withStore { store in
            let long = String(repeating: "é", count: 20_000)
            var totals = KPITotals.successes(1)
            totals.bytesSent = .max
            totals.phases[0].sum = .max
            let keys = [
                SeriesKey.sample(long + "a"), .sample(long + "b"), .sample("a\0b"), .sample("a b"),
                .operation(long, service: long, dependency: long, environment: long),
            ]
            var producer = ProducerMark(producer: .sample("\0\n"), shard: 0, highest: .max, lastSeen: .max)
            producer.callsDropped = .max
            let commit = ShardCommit(
                shard: 0, cursor: "1-0", openSince: dayStart + 60, producers: [producer],
                losses: (0..<3).map { _ in
                    Loss(producer: long, environment: "\0", service: "", first: .max, count: .max, at: .min)
                },
                quarantined: [QuarantinedEntry(shard: 0, entryID: long, reason: "\0", at: .max)],
                closed: keys.map { RollupRow(tier: .minute, bucket: dayStart, shard: 0, key: $0, totals: totals) })
            try await store.commit(commit, under: try await store.takeShard())

            let rows = try await store.allRows(.minute)
            #expect(Set(rows.map(\.key)).count == keys.count)
            #expect(rows.allSatisfy { $0.totals.success == 1 && $0.totals.bytesSent == UInt64(Int64.max) })
            #expect(rows.allSatisfy { $0.totals.phases[0].sum == .max })
            #expect(try await store.shardState(0).producers.map(\.highest) == [UInt64(Int64.max)])
            #expect(try await store.lossTotals(since: 0) == LossTotals(count: 3, calls: .max))
        }
    }

    @Test("many rows at once are stored as they are", arguments: Backend.allCases)
    func manyRows(backend: Backend) async throws {
        try await backend.withStore { store in
            let rows = (0..<12_000).map { RollupRow.minute(dayStart, key: .sample("GET /\($0)"), calls: 1) }
            let commit = ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 60, closed: rows)
            try await store.commit(commit, under: try await store.takeShard())
            #expect(Set(try await store.allRows(.minute)) == Set(rows))
        }
    }
}
