/// A connection to PostgreSQL with a thread of its own, on which all of its work is done.
actor PostgresConnection {
    private let thread = PostgresThread()
    private var session: PostgresSession?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// A transaction that failed before its first statement: it can be tried again, on another connection.
    struct NotBegun: Error {
        var reason: StoreError
    }

    /// A transaction that the server rolled back in favour of another one (SQLSTATE 40001, 40P01): nothing of it is
    /// written, and there is nothing wrong with trying it again.
    struct BrokenOff: Error {
        var reason: StoreError
    }

    deinit { thread.stop() }

    /// Connects; throws ``StoreError``.
    func open(_ address: PostgresAddress) throws { session = try PostgresSession(address) }

    /// Whether another transaction can be run.
    var isUsable: Bool { session.map { !$0.isLost } ?? false }

    /// Runs `body` in a transaction: all of it is written, or nothing. Throws ``StoreError``, ``NotBegun`` or
    /// ``BrokenOff``.
    func transaction<Value: Sendable>(
        readOnly: Bool, _ body: @Sendable (any SQLSession) throws -> Value
    ) throws -> Value {
        guard let session, !session.isLost else {
            throw NotBegun(reason: StoreError(.unavailable, "the connection to PostgreSQL is closed"))
        }
        do { try session.begin(readOnly: readOnly) } catch { throw NotBegun(reason: StoreError(sqlite: error)) }
        let value: Value
        do { value = try body(session) } catch {
            session.rollBack()
            throw Self.failure(error, session)
        }
        do { try session.commit() } catch { throw Self.failure(error, session) }
        return value
    }

    private static func failure(_ error: any Error, _ session: PostgresSession) -> any Error {
        let error = StoreError(sqlite: error)
        return session.isBrokenOff && !session.isLost ? BrokenOff(reason: error) : error
    }
}
