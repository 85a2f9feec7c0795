public import Logging

/// The store of a fleet: a PostgreSQL database, used by any number of analyzers and servers.
///
/// Connections are opened when they are needed and replaced when they break. What has begun runs to its end, whether or
/// not its task is cancelled, so that its outcome is known; every wait has a deadline.
public final class PostgresStore: Store {
    public static let defaultConnections = 4

    let pool: PostgresPool
    let openMinutes = OpenMinutesCache()
    private let gate: StatementGate?

    /// Connects to the database at `url` (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`) and brings its schema up to
    /// date.
    ///
    /// Throws ``StoreError``: ``StoreError/Code/unavailable`` while the server is away,
    /// ``StoreError/Code/newerSchema`` for a database of a newer Venus, ``StoreError/Code/refused`` for a wrong URL,
    /// name, password or missing permission.
    ///
    /// - Parameter connections: at most so many at once.
    public convenience init(
        url: String, logger: Logger, connections: Int = PostgresStore.defaultConnections
    ) async throws {
        try await self.init(url: url, migrations: Migration.all, logger: logger, connections: connections)
    }

    package init(
        url: String, migrations: [Migration], logger: Logger, connections: Int = PostgresStore.defaultConnections,
        gate: StatementGate? = nil
    ) async throws {
        self.gate = gate
        pool = PostgresPool(try PostgresAddress(url), limit: connections)
        do {
            for migration in try await write({ try $0.migrate(migrations) }) {
                logger.info("migrated the store", metadata: ["schema": "\(migration.version)"])
            }
        } catch {
            pool.close()
            throw error
        }
    }

    public func close() async { pool.close() }
}

extension PostgresStore: SQLStore {
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await transaction(readOnly: true, body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        guard let gate else { return try await transaction(readOnly: false, body) }
        return try await transaction(readOnly: false) { try body(GatedSession(base: $0, gate: gate)) }
    }

    /// How often a transaction that the server broke off in favour of another is begun anew.
    static let maximumRetries = 4

    /// Where a connection turns out to be broken before anything was done on it, a new one is tried, once; where the
    /// server broke the transaction off, to let another one pass, it is begun anew after a moment.
    private func transaction<Value: Sendable>(
        readOnly: Bool, _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        var retries = 0
        var isReplaced = false
        while true {
            do {
                return try await attempt(readOnly: readOnly, body)
            } catch let error as PostgresConnection.NotBegun {
                guard !isReplaced else { throw error.reason }
                isReplaced = true
                pool.closeIdle()
            } catch let error as PostgresConnection.BrokenOff {
                guard retries < Self.maximumRetries else { throw error.reason }
                retries += 1
                // Two that were in each other's way must not meet again. A cancelled task waits no longer, and tries.
                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...(10 << retries))))
            }
        }
    }

    private func attempt<Value: Sendable>(
        readOnly: Bool, _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        let connection = try await pool.acquire()
        let result: Result<Value, any Error>
        do {
            result = .success(try await connection.transaction(readOnly: readOnly, body))
        } catch {
            result = .failure(error)
        }
        await pool.release(connection)
        return try result.get()
    }
}
