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
    /// epoch than any before it.
    func acquireLease(_ name: String, owner: String, duration: Duration) async throws -> Lease?
    /// Gives the lease up at once, where it is still ours.
    func releaseLease(_ lease: Lease) async throws

    // MARK: Analysis

    /// How far the shard got, as last committed; the initial state for a shard that nobody has owned.
    func shardState(_ shard: Int) async throws -> ShardState

    /// Writes all of it or nothing. Throws ``StoreError/Code/fenced`` where the lease is no longer ours: then the
    /// shard's state must be read again by whoever owns it. After ``StoreError/Code/ambiguous`` it may or may not have
    /// been written: read the state again.
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

    /// Removes what is past its retention (seconds, by tier), old checkpoints and marks of long-ended producers.
    func prune(nowSeconds: Int64, retention: [Tier: Int64]) async throws

    // MARK: Reading

    /// Rows that match, ordered by bucket and key. Rows of several shards stand side by side: add them.
    func rollups(_ query: RollupQuery) async throws -> [RollupRow]

    /// Cells of the minutes that are not yet closed, of all shards, as far as they were committed.
    func openCells() async throws -> [OpenCells]

    /// The producers as last heard of, newest first, at most `limit`.
    func producers(limit: Int) async throws -> [ProducerMark]

    /// Losses noticed at or after `since`, newest first, at most `limit`.
    func losses(since: Int64, limit: Int) async throws -> [Loss]

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
    /// Removes expired sessions and sign-in tokens.
    func removeExpiredSessions(now: Int64) async throws
}

public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The database is away or too slow: worth trying again.
        case unavailable
        /// The lease belongs to another owner now.
        case fenced
        /// The connection broke during COMMIT: it may have happened.
        case ambiguous
        /// The schema is newer than this version of Venus.
        case newerSchema
        /// The database refused: the message says why.
        case refused
        /// Stored bytes cannot be read.
        case corrupt
    }

    public var code: Code
    /// For people; holds no secret.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "store \(code.rawValue): \(message)" }
}
