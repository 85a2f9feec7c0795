import Dispatch
import Foundation
import GRDB
public import Logging

/// The call log of one machine: a SQLite file that several processes use at once, proxies to append and an analyzer to
/// read.
///
/// An entry is there for other processes when ``append(_:to:)`` returns, and outlives every process; the last ones may
/// be lost with the machine's power.
public final class JournalCallLog: CallLog {
    /// Largest sum of the entries that wait to be read and trimmed; beyond, ``append(_:to:)`` is refused.
    public static let defaultMaximumBytes = 512 << 20
    /// How long a transaction waits for that of another process.
    static let busyTimeout: Duration = .seconds(5)
    /// How often a waiting read looks again.
    static let pollInterval: Duration = .milliseconds(25)
    /// Entries that one read returns at most fill about this.
    static let maximumReadBytes = 16 << 20
    /// Entries that one transaction of a trim removes at most, so that others get in between.
    static let maximumTrimmedAtOnce = 1_000

    public let shards: Int
    private let writer: DatabaseQueue
    private let reader: DatabaseQueue
    private let maximumBytes: Int
    private let now: @Sendable () -> UInt64
    private let clock: any Clock<Duration>

    /// Opens the journal at `path`, creates it where there is none. Throws ``CallLogError``.
    public convenience init(
        path: String, shards: Int, maximumBytes: Int = JournalCallLog.defaultMaximumBytes, logger: Logger
    ) throws {
        try self.init(
            path: path, shards: shards, maximumBytes: maximumBytes, logger: logger,
            now: { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }, clock: ContinuousClock())
    }

    /// - Parameters:
    ///   - now: milliseconds since the epoch, for ids; may go back.
    ///   - clock: for waiting reads.
    package init(
        path: String, shards: Int, maximumBytes: Int, logger: Logger, now: @escaping @Sendable () -> UInt64,
        clock: any Clock<Duration>
    ) throws {
        precondition(shards > 0, "a call log has at least one shard")
        self.shards = shards
        self.maximumBytes = maximumBytes
        self.now = now
        self.clock = clock
        try JournalFile.create(at: path)
        do {
            writer = try Self.open(path, label: "journal-writer")
            reader = try Self.open(path, label: "journal-reader")
        } catch { throw CallLogError(sqlite: error) }
        logger.debug("opened the journal", metadata: ["path": "\(path)", "shards": "\(shards)"])
    }

    @discardableResult
    public func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        precondition(shard >= 0 && shard < shards, "the shard is one of this log")
        let text = JournalEntryText.encode(entry)
        return try await transaction { [now, maximumBytes] database in
            var state = try JournalShard(shard, in: database)
            guard try JournalShard.totalBytes(in: database) + text.count <= maximumBytes else {
                throw CallLogError(.refused, "the journal is full: nobody reads it, or not fast enough")
            }
            let id = state.nextID(now: now())
            try database.cachedStatement(
                sql: "INSERT INTO entry (shard, ms, seq, size, fields) VALUES (?, ?, ?, ?, ?)"
            ).execute(arguments: [
                shard, Int64(id.milliseconds), Int64(id.sequence), text.count, Data(text),
            ])
            state.added(bytes: text.count)
            try state.save(in: database)
            return id
        }
    }

    public func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] {
        var waited = Duration.zero
        while true {
            let entries = try await entries(shard: shard, after: cursor, limit: limit)
            guard entries.isEmpty, waited < wait else { return entries }
            let pause = min(Self.pollInterval, wait - waited)
            try await clock.sleep(for: pause)
            waited += pause
        }
    }

    public func trim(shard: Int, through id: EntryID) async throws {
        while try await trimSome(shard: shard, through: id) == Self.maximumTrimmedAtOnce {}
    }

    public func extent(shard: Int) async throws -> ShardExtent {
        try await query { database in
            let statement = try database.cachedStatement(
                sql: "SELECT ms, seq FROM entry WHERE shard = ? ORDER BY ms, seq LIMIT 1")
            let oldest = try Row.fetchOne(statement, arguments: [shard]).map {
                EntryID(milliseconds: UInt64(max(0, $0[0] as Int64)), sequence: UInt64(max(0, $0[1] as Int64)))
            }
            return ShardExtent(oldest: oldest, newest: try JournalShard(shard, in: database).last)
        }
    }

    public func count(shard: Int) async throws -> Int {
        try await query { try JournalShard(shard, in: $0).count }
    }

    public func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [writer, reader] in
                // They fail only where they are closed already.
                try? writer.close()
                try? reader.close()
                continuation.resume()
            }
        }
    }

    private func entries(shard: Int, after cursor: EntryID, limit: Int) async throws -> [LogEntry] {
        try await query { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT ms, seq, fields FROM entry
                    WHERE shard = ? AND (ms, seq) > (?, ?) ORDER BY ms, seq LIMIT ?
                    """)
            let rows = try Row.fetchCursor(
                statement,
                arguments: [
                    shard, Int64(clamping: cursor.milliseconds), Int64(clamping: cursor.sequence), max(0, limit),
                ])
            var entries: [LogEntry] = []
            var bytes = 0
            while bytes < Self.maximumReadBytes, let row = try rows.next() {
                let text: Data = row[2]
                bytes += text.count
                let id = EntryID(milliseconds: UInt64(row[0] as Int64), sequence: UInt64(row[1] as Int64))
                entries.append(LogEntry(id: id, fields: try JournalEntryText.decode(Array(text))))
            }
            return entries
        }
    }

    private func trimSome(shard: Int, through id: EntryID) async throws -> Int {
        try await transaction { database in
            let (milliseconds, sequence) = (Int64(clamping: id.milliseconds), Int64(clamping: id.sequence))
            let oldest = "SELECT id, size FROM entry WHERE shard = ? AND (ms, seq) <= (?, ?) ORDER BY ms, seq LIMIT ?"
            let sums = try Row.fetchOne(
                database, sql: "SELECT count(*), total(size) FROM (\(oldest))",
                arguments: [shard, milliseconds, sequence, Self.maximumTrimmedAtOnce])
            guard let sums, let count = sums[0] as Int?, count > 0 else { return 0 }
            try database.execute(
                sql: "DELETE FROM entry WHERE id IN (SELECT id FROM (\(oldest)))",
                arguments: [shard, milliseconds, sequence, Self.maximumTrimmedAtOnce])
            var state = try JournalShard(shard, in: database)
            state.removed(count: count, bytes: Int(sums[1] as Double))
            try state.save(in: database)
            return count
        }
    }

    private func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await writer.write(body) } catch { throw Self.translated(error) }
    }

    private func query<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await reader.read(body) } catch { throw Self.translated(error) }
    }

    private static func translated(_ error: any Error) -> any Error {
        error is CallLogError || error is CancellationError ? error : CallLogError(sqlite: error)
    }

    /// Several that open a new file at once are in each other's way while one turns on the write-ahead log.
    private static func open(_ path: String, label: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.journalMode = .wal
        configuration.label = label
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216")
        }
        let deadline = ContinuousClock.now + busyTimeout
        while true {
            do {
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                try queue.write(JournalShard.createTables)
                return queue
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline
            {
                usleep(10_000)
            }
        }
    }
}
