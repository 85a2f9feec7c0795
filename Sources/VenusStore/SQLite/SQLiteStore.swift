import Dispatch
import Foundation
import GRDB
public import Logging

/// The store of one machine: a SQLite database in one file, readable by its owner only.
///
/// Reads run beside each other and beside the one write; a commit is on the disk when it returns. What has begun runs
/// to its end, whether or not its task is cancelled, so that its outcome is known.
public final class SQLiteStore: Store {
    /// How long a transaction waits for that of another process.
    static let busyTimeout: Duration = .seconds(3)
    static let maximumReaders = 4

    let pool: DatabasePool
    let openMinutes = OpenMinutesCache()
    private let gate: StatementGate?

    /// Opens the database at `path`, creates it where there is none, and brings its schema up to date.
    ///
    /// Throws ``StoreError``: ``StoreError/Code/newerSchema`` for a database of a newer Venus,
    /// ``StoreError/Code/refused`` where the file cannot be made or opened.
    public convenience init(path: String, logger: Logger) async throws {
        try await self.init(path: path, migrations: Migration.all, logger: logger)
    }

    package init(
        path: String, migrations: [Migration], logger: Logger, gate: StatementGate? = nil
    ) async throws {
        self.gate = gate
        try DatabaseFile.create(at: path)
        pool = try await Self.open(path)
        do {
            for migration in try await write({ try $0.migrate(migrations) }) {
                logger.info("migrated the store", metadata: ["schema": "\(migration.version)", "path": "\(path)"])
            }
        } catch {
            await close()
            throw error
        }
    }

    public func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pool] in
                // It fails only where it is closed already.
                try? pool.close()
                continuation.resume()
            }
        }
    }

    /// Two that open a new file at once are in each other's way while one turns on the write-ahead log.
    private static func open(_ path: String) async throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.maximumReaderCount = maximumReaders
        configuration.label = "store"
        let clock = ContinuousClock()
        let deadline = clock.now + busyTimeout
        while true {
            do {
                let pool = try DatabasePool(path: path, configuration: configuration)
                // A commit allows the call log to be trimmed: it must outlive the machine's power.
                try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
                return pool
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && clock.now < deadline {
                try await clock.sleep(for: .milliseconds(10))
            } catch {
                throw StoreError(sqlite: error)
            }
        }
    }
}

extension SQLiteStore: SQLStore {
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                continuation.resume(with: Self.result { try body(SQLiteSession(database: access.get())) })
            }
        }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncWriteWithoutTransaction { [gate] database in
                continuation.resume(
                    with: Self.result {
                        var value: Value?
                        try database.inTransaction(.immediate) {
                            let session = SQLiteSession(database: database)
                            value = try body(
                                gate.map { GatedSession(base: session, gate: $0) as any SQLSession } ?? session)
                            return .commit
                        }
                        guard let value else { throw StoreError(.refused, "the transaction was not run") }
                        return value
                    })
            }
        }
    }

    private static func result<Value>(_ body: () throws -> Value) -> Result<Value, any Error> {
        Result { try body() }.mapError { StoreError(sqlite: $0) }
    }
}
