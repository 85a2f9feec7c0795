import Synchronization
import VenusCore
import VenusStore

/// A store whose commits fail when the test says so, before they are written or after.
final class FaultyStore: Store {
    enum Fault: Sendable {
        /// Not written, and known not to be.
        case unavailable
        /// The answer was lost: written.
        case ambiguousWritten
        /// The answer was lost: not written.
        case ambiguousLost
    }

    private let base: any Store
    private let faults = Mutex<[Fault]>([])
    /// Held up until it is opened.
    private let gate = Mutex<AsyncStream<Void>?>(nil)
    private let waiting = Mutex(0)
    private let acquisitions = Mutex(0)

    init(_ base: any Store) { self.base = base }

    /// The next commit fails this way.
    func failNextCommit(_ fault: Fault) { faults.withLock { $0.append(fault) } }

    /// Whether somebody waits for a shard's state.
    var isHoldingUp: Bool { waiting.withLock { $0 > 0 } }

    /// How often a lease was asked for, a renewal included.
    var leaseRequests: Int { acquisitions.withLock { $0 } }

    /// Reading a shard's state does not end before the returned continuation is finished.
    func holdUpStates() -> AsyncStream<Void>.Continuation {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        gate.withLock { $0 = stream }
        return continuation
    }

    func commit(_ commit: ShardCommit, under lease: Lease) async throws {
        switch faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case .unavailable: throw StoreError(.unavailable, "away")
        case .ambiguousLost: throw StoreError(.ambiguous, "the connection broke")
        case .ambiguousWritten:
            try await base.commit(commit, under: lease)
            throw StoreError(.ambiguous, "the connection broke")
        case nil: try await base.commit(commit, under: lease)
        }
    }

    func ping() async throws { try await base.ping() }
    func close() async { await base.close() }
    func acquireLease(_ name: String, owner: String, duration: Duration) async throws -> Lease? {
        acquisitions.withLock { $0 += 1 }
        return try await base.acquireLease(name, owner: owner, duration: duration)
    }
    func releaseLease(_ lease: Lease) async throws { try await base.releaseLease(lease) }
    func shardState(_ shard: Int) async throws -> ShardState {
        if let held = gate.withLock({ $0 }) {
            waiting.withLock { $0 += 1 }
            for await _ in held {}
        }
        return try await base.shardState(shard)
    }
    func checkpoints(shard: Int, sinceSeconds: Int64) async throws -> [Checkpoint] {
        try await base.checkpoints(shard: shard, sinceSeconds: sinceSeconds)
    }
    func dueMarks(tier: Tier, limit: Int) async throws -> [RollupMark] {
        try await base.dueMarks(tier: tier, limit: limit)
    }
    func recompute(_ mark: RollupMark, under lease: Lease) async throws { try await base.recompute(mark, under: lease) }
    func prune(nowSeconds: Int64, retention: [Tier: Int64]) async throws {
        try await base.prune(nowSeconds: nowSeconds, retention: retention)
    }
    func rollups(_ query: RollupQuery) async throws -> [RollupRow] { try await base.rollups(query) }
    func history(_ query: RollupQuery, unless known: HistoryVersion?) async throws -> StoredHistory {
        try await base.history(query, unless: known)
    }
    func readOpenMinutes() async throws { try await base.readOpenMinutes() }
    func openCells() async throws -> [OpenCells] { try await base.openCells() }
    func producers(limit: Int) async throws -> [ProducerMark] { try await base.producers(limit: limit) }
    func proxies(limit: Int) async throws -> [KnownProxy] { try await base.proxies(limit: limit) }
    func losses(since: Int64, limit: Int) async throws -> [Loss] { try await base.losses(since: since, limit: limit) }
    func lossTotals(since: Int64) async throws -> LossTotals { try await base.lossTotals(since: since) }
    func forget(_ series: ForgottenSeries) async throws -> Int { try await base.forget(series) }
    func quarantined(since: Int64, before: Int64?, limit: Int) async throws -> QuarantinePage {
        try await base.quarantined(since: since, before: before, limit: limit)
    }
    func setting(_ name: String) async throws -> String? { try await base.setting(name) }
    func setSetting(_ name: String, to value: String, ifAbsent: Bool) async throws -> String {
        try await base.setSetting(name, to: value, ifAbsent: ifAbsent)
    }
    func addSession(_ session: Session) async throws { try await base.addSession(session) }
    func session(tokenHash: [UInt8], now: Int64) async throws -> Session? {
        try await base.session(tokenHash: tokenHash, now: now)
    }
    func removeSession(tokenHash: [UInt8]) async throws { try await base.removeSession(tokenHash: tokenHash) }
    func addSignInToken(hash: [UInt8], expiresAt: Int64) async throws {
        try await base.addSignInToken(hash: hash, expiresAt: expiresAt)
    }
    func takeSignInToken(hash: [UInt8], now: Int64) async throws -> Bool {
        try await base.takeSignInToken(hash: hash, now: now)
    }
    func removeExpiredSessions(now: Int64, keeping bounds: SignInBounds) async throws {
        try await base.removeExpiredSessions(now: now, keeping: bounds)
    }
}
