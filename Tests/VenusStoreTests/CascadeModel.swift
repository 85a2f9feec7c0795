import TestSupport
import VenusCore
import VenusStore

/// A fleet's analyzers and their roller on one store, driven by numbers that look random: minutes close, calls come
/// late, buckets are made in parts, time passes and retention with it, and all of it dies at any statement.
///
/// Beside it, what every tier must hold: the plain sum of all calls.
struct CascadeModel {
    /// Short, so that calls of a few days' lateness find every kind of bucket: with its children, without, and gone.
    static let retention: [Tier: Int64] = [
        .minute: 3 * 3_600, .quarterHour: 86_400, .twoHours: 3 * 86_400, .eightHours: 6 * 86_400, .day: 400 * 86_400,
    ]
    private static let shards = 2
    private static let keys: [SeriesKey] = [
        .sampleEdge, .sample("GET /a"), .sample("GET /b"), .total(environment: "test"),
    ]

    let store: any Store
    let crash: CrashPoint
    private(set) var generator: SeededGenerator
    /// Dies at every statement of every step, one after the other, before the step is let through.
    private let diesEverywhere: Bool
    private(set) var deaths = 0

    private(set) var now = dayStart
    private var openSince: [Int64]
    private var steps = 0
    private var expected: [Tier: [RollupRow.Place: KPITotals]] = [:]
    private var staleMark: RollupMark?

    init(store: any Store, crash: CrashPoint, seed: UInt64, diesEverywhere: Bool) {
        self.store = store
        self.crash = crash
        self.diesEverywhere = diesEverywhere
        generator = SeededGenerator(seed: seed)
        openSince = [Int64](repeating: dayStart, count: Self.shards)
    }

    // MARK: Steps

    mutating func step() async throws {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<6: try await commit()
        case 6..<9: try await roll(atMost: Int.random(in: 1...12, using: &generator))
        default: try await prune()
        }
    }

    /// Closes everything, makes everything that is due, and removes what is past its retention.
    mutating func finish() async throws {
        now = Tier.day.bucket(of: now) + 2 * 86_400
        for shard in openSince.indices { try await commit(shard: shard, until: now) }
        try await roll(atMost: .max)
        try await prune()
    }

    /// What is stored and what should be, of the buckets that are still kept.
    func compare(_ tier: Tier) async throws -> Comparison {
        let rows = try await store.allRows(tier)
        return Comparison(
            stored: Dictionary(uniqueKeysWithValues: rows.map { ($0.place, $0.totals) }), wanted: wanted(tier))
    }

    /// The same for what a reader is given at any moment, whatever of it is made: of a bucket and the sum of its
    /// children the one with more calls.
    func compareHistory(_ tier: Tier) async throws -> Comparison {
        var rows: [Tier: [RollupRow.Place: KPITotals]] = [:]
        for level in Level.allCases {
            let query = RollupQuery(tier: tier, from: dayStart, to: now + 86_400, level: level)
            for row in try await store.history(query).rows { rows[row.tier, default: [:]][row.place] = row.totals }
        }
        var best: [RollupRow.Place: KPITotals] = [:]
        for finer in Tier.allCases where finer.seconds <= tier.seconds {
            var sums: [RollupRow.Place: KPITotals] = [:]
            for (place, totals) in best {
                var above = place
                above.bucket = finer.bucket(of: place.bucket)
                sums[above, default: KPITotals()].merge(totals)
            }
            best = rows[finer, default: [:]].merging(sums) { $1.calls > $0.calls ? $1 : $0 }
        }
        let keptSince = keptSince(tier)
        return Comparison(stored: best.filter { $0.key.bucket >= keptSince }, wanted: wanted(tier))
    }

    struct Comparison {
        var stored: [RollupRow.Place: KPITotals]
        var wanted: [RollupRow.Place: KPITotals]
    }

    private func keptSince(_ tier: Tier) -> Int64 {
        (tier.parent ?? tier).bucket(of: now - (Self.retention[tier] ?? 0))
    }

    private func wanted(_ tier: Tier) -> [RollupRow.Place: KPITotals] {
        let keptSince = keptSince(tier)
        return expected[tier, default: [:]].filter { $0.key.bucket >= keptSince }
    }

    private mutating func commit() async throws {
        let shard = Int.random(in: openSince.indices, using: &generator)
        let minutes = Int64.random(in: 1...300, using: &generator)
        try await commit(shard: shard, until: openSince[shard] + 60 * minutes)
    }

    private mutating func commit(shard: Int, until next: Int64) async throws {
        steps += 1
        var commit = ShardCommit(shard: shard, cursor: "\(steps)-0", openSince: next)
        var taken: Set<RollupRow.Place> = []
        for _ in 0..<Int.random(in: 1...5, using: &generator) where next > openSince[shard] {
            let closed = row(openSince[shard]..<next, shard)
            if taken.insert(closed.place).inserted { commit.closed.append(closed) }
        }
        for _ in 0..<Int.random(in: 0...3, using: &generator) where openSince[shard] > dayStart {
            // Mostly a little late, now and then by days.
            let lateness = ([3_600, 86_400, 8 * 86_400] as [Int64]).randomElement(using: &generator) ?? 3_600
            commit.late.append(row(max(dayStart, openSince[shard] - lateness)..<openSince[shard], shard))
        }
        let lease = try await store.takeShard(shard)
        let (store, written) = (store, commit)
        try await dyingNowAndThen {
            // An owner that does not know whether its commit was written reads how far the shard got.
            guard try await store.shardState(shard).cursor != written.cursor else { return }
            try await store.commit(written, under: lease)
        }
        openSince[shard] = next
        now = max(now, next)
        for row in commit.closed + commit.late {
            for tier in Tier.allCases {
                var moved = row
                moved.bucket = tier.bucket(of: row.bucket)
                expected[tier, default: [:]][moved.place, default: KPITotals()].merge(row.totals)
            }
        }
    }

    private mutating func roll(atMost limit: Int) async throws {
        let roller = try await store.takeRoller()
        let store = store
        if let mark = staleMark { try await dyingNowAndThen { try await store.recompute(mark, under: roller) } }
        var made = 0
        for tier in Tier.allCases {
            while made < limit {
                let due = try await store.dueMarks(tier: tier, limit: min(20, limit - made))
                if due.isEmpty { break }
                for mark in due {
                    try await dyingNowAndThen { try await store.recompute(mark, under: roller) }
                    if Int.random(in: 0..<8, using: &generator) == 0 { staleMark = mark }
                }
                made += due.count
            }
        }
    }

    private mutating func prune() async throws {
        // Nothing is given up in this model: a roller comes by before the marks are too old.
        try await roll(atMost: .max)
        let (store, now) = (store, now)
        try await dyingNowAndThen { try await store.prune(nowSeconds: now, retention: Self.retention) }
    }

    // MARK: Chance

    private mutating func row(_ seconds: Range<Int64>, _ shard: Int) -> RollupRow {
        RollupRow(
            tier: .minute, bucket: Tier.minute.bucket(of: Int64.random(in: seconds, using: &generator)), shard: shard,
            key: Self.keys.randomElement(using: &generator) ?? .sampleEdge,
            totals: .random(calls: Int.random(in: 1...3, using: &generator), using: &generator))
    }

    /// Does it until it is done; dies in between, or right after it, where nobody learns that it was done.
    private mutating func dyingNowAndThen(_ body: () async throws -> Void) async throws {
        let isUnlucky = Int.random(in: 0..<4, using: &generator) == 0
        var statement = diesEverywhere ? 0 : Int.random(in: 0..<12, using: &generator)
        while diesEverywhere || isUnlucky {
            crash.arm(statement)
            do { try await body() } catch let error as StoreError where crash.hasStruck && error.code == .unavailable {}
            guard crash.hasStruck else { break }
            deaths += 1
            statement += 1
            if !diesEverywhere { break }
        }
        crash.arm(nil)
        // Once more, whether it was done or not.
        try await body()
    }
}
