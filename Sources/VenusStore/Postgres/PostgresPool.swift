import Synchronization

/// A bounded number of connections, opened when they are needed. Who finds none free waits, for a bounded time.
final class PostgresPool: Sendable {
    static let waitLimit: Duration = .seconds(5)

    private let address: PostgresAddress
    private let state: Mutex<State>

    private struct State {
        var machine: PostgresPoolStateMachine<PostgresConnection>
        var waiters: [UInt64: CheckedContinuation<Grant, any Error>] = [:]
        var callers: UInt64 = 0
    }

    private enum Grant {
        case connection(PostgresConnection)
        case open
    }

    init(_ address: PostgresAddress, limit: Int) {
        self.address = address
        state = Mutex(State(machine: PostgresPoolStateMachine(limit: limit)))
    }

    /// A connection that is the caller's until ``release(_:)``. Throws ``StoreError/Code/unavailable``.
    func acquire() async throws -> PostgresConnection {
        let caller = state.withLock {
            $0.callers += 1
            return $0.callers
        }
        let timer = Task { [weak self] in
            try await Task.sleep(for: Self.waitLimit)
            self?.giveUp(caller)
        }
        defer { timer.cancel() }
        switch try await wait(as: caller) {
        case .connection(let connection): return connection
        case .open: return try await open()
        }
    }

    func release(_ connection: PostgresConnection) async {
        if await connection.isUsable {
            perform(state.withLock { $0.machine.release(connection) })
        } else {
            perform(state.withLock { $0.machine.connectionLost() })
        }
    }

    /// Closes the connections that nobody uses.
    func closeIdle() { _ = state.withLock { $0.machine.takeIdle() } }

    /// Refuses everyone from now on; connections that are in use are closed when they come back.
    func close() {
        let (_, waiters) = state.withLock { state in
            let (idle, waiting) = state.machine.close()
            return (idle, waiting.compactMap { state.waiters.removeValue(forKey: $0) })
        }
        for waiter in waiters { waiter.resume(throwing: StoreError(.unavailable, "the store is closed")) }
    }

    private func open() async throws -> PostgresConnection {
        let connection = PostgresConnection()
        do {
            try await connection.open(address)
            return connection
        } catch {
            perform(state.withLock { $0.machine.connectionLost() })
            throw error
        }
    }

    private func wait(as caller: UInt64) async throws -> Grant {
        try await withCheckedThrowingContinuation { continuation in
            let grant: Result<Grant, any Error>? = state.withLock { state in
                switch state.machine.acquire(for: caller) {
                case .use(let connection): return .success(.connection(connection))
                case .open: return .success(.open)
                case .refuse: return .failure(StoreError(.unavailable, "the store is closed"))
                case .wait:
                    state.waiters[caller] = continuation
                    return nil
                }
            }
            if let grant { continuation.resume(with: grant) }
        }
    }

    private func giveUp(_ caller: UInt64) {
        let waiter = state.withLock { state in
            state.machine.giveUp(caller) ? state.waiters.removeValue(forKey: caller) : nil
        }
        waiter?.resume(
            throwing: StoreError(.unavailable, "no connection to PostgreSQL became free within \(Self.waitLimit)"))
    }

    private func perform(_ action: PostgresPoolStateMachine<PostgresConnection>.ReleaseAction) {
        switch action {
        // Nothing holds a closed connection any more, and so it ends.
        case .none, .close: break
        case .give(let connection, let caller): takeWaiter(caller)?.resume(returning: .connection(connection))
        case .letOpen(let caller): takeWaiter(caller)?.resume(returning: .open)
        }
    }

    private func takeWaiter(_ caller: UInt64) -> CheckedContinuation<Grant, any Error>? {
        state.withLock { $0.waiters.removeValue(forKey: caller) }
    }
}
