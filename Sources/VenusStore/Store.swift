public import VenusCore

/// Everything Venus keeps: rollups and how far they got, leases, sign-in. One suite of tests runs against every
/// implementation: ``SQLiteStore`` and ``PostgresStore``.
///
/// Every method throws ``StoreError``. Instants are milliseconds since the epoch, UTC, unless their name says
/// `Seconds`; leases go by the database's own clock.
public protocol Store: Sendable {
    // MARK: Life

    /// Answers when the database does.
    func ping() async throws
    func close() async

    // MARK: Leases

    /// Takes, or renews as its owner, the lease; `nil` while another owner holds it. A lease taken anew gets a higher
    /// epoch than any before it; so does one that its owner let expire.
    ///
    /// - Parameter owner: unique to this run of this process.
    func acquireLease(_ name: String, owner: String, duration: Duration) async throws -> Lease?
    /// Gives the lease up at once, where it is still ours.
    func releaseLease(_ lease: Lease) async throws

    // MARK: Analysis

    /// How far the shard got, as last committed; the initial state for a shard that nobody has owned.
    func shardState(_ shard: Int) async throws -> ShardState

    /// Writes all of it or nothing. Throws ``StoreError/Code/fenced`` where the lease is no longer ours: then the
    /// shard's state must be read again by whoever owns it. After ``StoreError/Code/ambiguous`` it may or may not have
    /// been written: read the state again.
    ///
    /// Rows of minutes that are past their retention go into the finest tier that still keeps their time.
    func commit(_ commit: ShardCommit, under lease: Lease) async throws

    /// The checkpoints of a shard that were taken at or after `sinceSeconds`, oldest first.
    func checkpoints(shard: Int, sinceSeconds: Int64) async throws -> [Checkpoint]

    // MARK: Cascade

    /// Buckets of `tier` that must be made anew from their children, and can be: every child is closed, and none of
    /// them waits itself. Oldest first, at most `limit`.
    func dueMarks(tier: Tier, limit: Int) async throws -> [RollupMark]

    /// Makes the bucket's rows anew from its children's, marks its own parent, and clears the mark where its generation
    /// is unchanged; all in one transaction, under the roller's lease.
    func recompute(_ mark: RollupMark, under lease: Lease) async throws

    /// Removes what is past its retention (seconds, by tier; a tier that is absent is left alone), old checkpoints,
    /// losses and quarantined entries, and marks of long-ended producers. Rows from which a coarser bucket still has to
    /// be made stay, for eight days at most. Makes room for what is to come, where a database wants that.
    ///
    /// Throws ``StoreError/Code/unavailable`` where others were in the way of some of it: nobody reads that any more,
    /// and it goes the next time.
    func prune(nowSeconds: Int64, retention: [Tier: Int64]) async throws

    // MARK: Reading

    /// Rows that match, ordered by bucket and key. Rows of several shards stand side by side: add them.
    func rollups(_ query: RollupQuery) async throws -> [RollupRow]

    /// What the span holds, read from the query's tier as far as that goes. `from` counts from the start of its bucket.
    ///
    /// - Parameter known: what the caller has seen of the same query: where that still holds, rows of buckets that are
    ///   settled are left out (``StoredHistory/isUnchanged``).
    func history(_ query: RollupQuery, unless known: HistoryVersion?) async throws -> StoredHistory

    /// Reads ahead what came to the minutes that are not yet closed: ``history(_:unless:)`` has only the rest to read. Not
    /// of a shard with more than 200,000 series in them, which are not kept, until one of them closes.
    func readOpenMinutes() async throws

    /// Cells of the minutes that are not yet closed, of all shards, as far as they were committed.
    func openCells() async throws -> [OpenCells]

    /// The producers as last heard of, newest first, at most `limit`.
    func producers(limit: Int) async throws -> [ProducerMark]

    /// The same with what their proxies said of themselves.
    func proxies(limit: Int) async throws -> [KnownProxy]

    /// Losses noticed at or after `since`, newest first, at most `limit`.
    func losses(since: Int64, limit: Int) async throws -> [Loss]
    /// How many losses were noticed at or after `since`, and of how many calls.
    func lossTotals(since: Int64) async throws -> LossTotals

    /// Entries that were put aside at or after `since`, newest first, at most `limit`.
    ///
    /// - Parameter before: ``QuarantinePage/next`` of the page before.
    func quarantined(since: Int64, before: Int64?, limit: Int) async throws -> QuarantinePage

    // MARK: Forgetting

    /// Removes the rows of all tiers that are the series', and what was learned of its routes. Sums that it is part of
    /// stay as they were counted; so do the minutes that are open, and what says what was counted once.
    ///
    /// - Returns: how many rows.
    func forget(_ series: ForgottenSeries) async throws -> Int

    // MARK: Settings and sign-in

    func setting(_ name: String) async throws -> String?
    /// Sets it, and returns what holds afterwards: with `ifAbsent`, what was there before wins.
    @discardableResult
    func setSetting(_ name: String, to value: String, ifAbsent: Bool) async throws -> String

    func addSession(_ session: Session) async throws
    /// The session with this token hash that has not expired at `now`.
    func session(tokenHash: [UInt8], now: Int64) async throws -> Session?
    func removeSession(tokenHash: [UInt8]) async throws

    /// Keeps the hash of a one-time sign-in token until `expiresAt`.
    func addSignInToken(hash: [UInt8], expiresAt: Int64) async throws
    /// Whether the token was there, unexpired; it is gone afterwards. Of two at once, one gets `true`.
    func takeSignInToken(hash: [UInt8], now: Int64) async throws -> Bool
    /// Removes expired sessions and sign-in tokens, and what is old, or too much, of the audit log and of failed
    /// sign-ins.
    func removeExpiredSessions(now: Int64, keeping bounds: SignInBounds) async throws
}

extension Store {
    /// What the span holds, all of it.
    public func history(_ query: RollupQuery) async throws -> StoredHistory { try await history(query, unless: nil) }

    public func removeExpiredSessions(now: Int64) async throws {
        try await removeExpiredSessions(now: now, keeping: SignInBounds())
    }
}
