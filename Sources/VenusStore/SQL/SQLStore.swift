import VenusCore

/// A store whose work is written once, against ``SQLSession``; the two databases differ in how a transaction is run.
protocol SQLStore: SignInStore, WatchStore, AlertStore {
    /// What was read of open minutes before.
    var openMinutes: OpenMinutesCache { get }

    /// Runs `body` in a transaction that sees one state of the database throughout and changes nothing.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// Runs `body` in a transaction that is written as a whole, or not at all where `body` throws.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value
}

extension SQLStore {
    public func ping() async throws { _ = try await read { try $0.query("SELECT 1") } }

    // MARK: Leases

    public func acquireLease(_ name: String, owner: String, duration: Duration) async throws -> Lease? {
        try await write { try $0.acquireLease(name, owner: owner, duration: duration) }
    }

    public func releaseLease(_ lease: Lease) async throws { try await write { try $0.releaseLease(lease) } }

    // MARK: Analysis

    public func shardState(_ shard: Int) async throws -> ShardState { try await read { try $0.shardState(shard) } }

    public func commit(_ commit: ShardCommit, under lease: Lease) async throws {
        guard lease.name == Lease.shard(commit.shard) else {
            throw StoreError(.fenced, "the lease \(lease.name) does not cover shard \(commit.shard)")
        }
        try await write { try $0.commit(commit, under: lease) }
    }

    public func checkpoints(shard: Int, sinceSeconds: Int64) async throws -> [Checkpoint] {
        try await read { try $0.checkpoints(shard: shard, sinceSeconds: sinceSeconds) }
    }

    // MARK: Cascade

    public func dueMarks(tier: Tier, limit: Int) async throws -> [RollupMark] {
        try await read { try $0.dueMarks(tier: tier, limit: limit) }
    }

    public func recompute(_ mark: RollupMark, under lease: Lease) async throws {
        guard lease.name == Lease.roller else {
            throw StoreError(.fenced, "the lease \(lease.name) does not allow to recompute")
        }
        try await write { try $0.recompute(mark, under: lease) }
    }

    public func prune(nowSeconds: Int64, retention: [Tier: Int64]) async throws {
        for tier in Tier.allCases {
            try await write { try $0.makeRoomAhead(of: tier, nowSeconds: nowSeconds) }
        }
        // What somebody else keeps from being removed does not keep the rest.
        var held: StoreError?
        for tier in Tier.allCases {
            guard let seconds = retention[tier] else { continue }
            let keptSince = try await write { try $0.moveHorizon(of: tier, nowSeconds: nowSeconds, retention: seconds) }
            // One slice a transaction, so that none of them holds the database for long.
            do {
                while try await write({ try $0.removeOldestRows(of: tier, before: keptSince) }) {}
            } catch let error as StoreError where error.code == .unavailable {
                held = error
            }
            while try await write({ try $0.removeOldestHostReadings(of: tier, before: nowSeconds - seconds) }) {}
        }
        if let seconds = retention[.day] {
            try await write { try $0.removeOldHosts(nowSeconds: nowSeconds, retention: seconds) }
        }
        try await write { try $0.removeOldState(nowSeconds: nowSeconds) }
        if let held { throw held }
    }

    // MARK: Reading

    public func rollups(_ query: RollupQuery) async throws -> [RollupRow] {
        let rows = try await read { try $0.rollups(query) }
        // Places are sorted, not the rows, of which each copy counts references.
        return rows.indices.sorted {
            (rows[$0].bucket, rows[$0].key, rows[$0].shard) < (rows[$1].bucket, rows[$1].key, rows[$1].shard)
        }.map { rows[$0] }
    }

    public func history(_ query: RollupQuery, unless known: HistoryVersion?) async throws -> StoredHistory {
        try await read { [openMinutes] in try $0.history(query, unless: known, openMinutes: openMinutes) }
    }

    public func readOpenMinutes() async throws {
        try await read { [openMinutes] in try $0.readOpenMinutes(openMinutes) }
    }

    public func openCells() async throws -> [OpenCells] { try await read { try $0.openCells() } }

    public func producers(limit: Int) async throws -> [ProducerMark] {
        try await read { try $0.producers(limit: limit) }
    }

    public func proxies(limit: Int) async throws -> [KnownProxy] {
        try await read { try $0.proxies(limit: limit) }
    }

    public func losses(since: Int64, limit: Int) async throws -> [Loss] {
        try await read { try $0.losses(since: since, limit: limit) }
    }

    public func lossTotals(since: Int64) async throws -> LossTotals {
        try await read { try $0.lossTotals(since: since) }
    }

    public func quarantined(since: Int64, before: Int64?, limit: Int) async throws -> QuarantinePage {
        try await read { try $0.quarantined(since: since, before: before, limit: limit) }
    }

    // MARK: Forgetting

    public func forget(_ series: ForgottenSeries) async throws -> Int {
        var count = 0
        // Children first, of which their parents could be made anew; some buckets a transaction, so that none is long.
        for tier in Tier.allCases {
            guard let span = try await read({ try $0.bucketSpan(of: tier) }) else { continue }
            let step = tier.seconds * 20
            for from in stride(from: span.lowerBound, through: span.upperBound, by: Int(step)) {
                count += try await write { try $0.forget(series, in: tier, from: from, to: from + step) }
            }
        }
        try await write { try $0.forgetRoutes(series) }
        return count
    }

    // MARK: Settings and sign-in

    public func setting(_ name: String) async throws -> String? { try await read { try $0.setting(name) } }

    @discardableResult
    public func setSetting(_ name: String, to value: String, ifAbsent: Bool) async throws -> String {
        try await write { try $0.setSetting(name, to: value, ifAbsent: ifAbsent) }
    }

    public func addSession(_ session: Session) async throws {
        _ = try await write { try $0.addSession(session, of: nil) }
    }

    public func session(tokenHash: [UInt8], now: Int64) async throws -> Session? {
        try await read { try $0.session(tokenHash: tokenHash, now: now) }
    }

    public func removeSession(tokenHash: [UInt8]) async throws {
        try await write { try $0.removeSession(tokenHash: tokenHash) }
    }

    public func addSignInToken(hash: [UInt8], expiresAt: Int64) async throws {
        try await write { try $0.addSignInToken(hash: hash, expiresAt: expiresAt) }
    }

    public func takeSignInToken(hash: [UInt8], now: Int64) async throws -> Bool {
        try await write { try $0.takeSignInToken(hash: hash, now: now) }
    }

    public func removeExpiredSessions(now: Int64, keeping bounds: SignInBounds) async throws {
        try await write { try $0.removeExpiredSessions(now: now, keeping: bounds) }
    }
}
