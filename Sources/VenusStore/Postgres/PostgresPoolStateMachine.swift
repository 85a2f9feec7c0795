/// Who has which connection and who waits for one. Free of I/O: its methods say what is to be done.
package struct PostgresPoolStateMachine<Connection> {
    /// Connections at most, given out, idle and being opened.
    package let limit: Int
    /// The one that was used last is used next.
    private var idle: [Connection] = []
    private var open = 0
    /// In the order in which they came.
    private var waiting: [UInt64] = []
    private var isClosed = false

    package init(limit: Int) { self.limit = max(1, limit) }

    package enum AcquireAction {
        case use(Connection)
        /// Open a connection: there is room for one. Say ``connectionLost()`` where that fails.
        case open
        /// ``ReleaseAction`` names the caller when there is something for it, unless ``giveUp(_:)`` comes first.
        case wait
        case refuse
    }

    package mutating func acquire(for caller: UInt64) -> AcquireAction {
        if isClosed { return .refuse }
        if let connection = idle.popLast() { return .use(connection) }
        if open < limit {
            open += 1
            return .open
        }
        waiting.append(caller)
        return .wait
    }

    package enum ReleaseAction {
        case none
        case give(Connection, to: UInt64)
        /// Let this caller open a connection.
        case letOpen(UInt64)
        case close(Connection)
    }

    /// A connection is back.
    package mutating func release(_ connection: Connection) -> ReleaseAction {
        if isClosed {
            open -= 1
            return .close(connection)
        }
        guard !waiting.isEmpty else {
            idle.append(connection)
            return .none
        }
        return .give(connection, to: waiting.removeFirst())
    }

    /// A connection that was given out is of no more use, or could not be opened.
    package mutating func connectionLost() -> ReleaseAction {
        guard !isClosed, !waiting.isEmpty else {
            open -= 1
            return .none
        }
        return .letOpen(waiting.removeFirst())
    }

    /// The connections that nobody uses, which are no longer the pool's. Where one of them was found broken, the others
    /// are likely to be: the server was restarted.
    package mutating func takeIdle() -> [Connection] {
        defer { idle = [] }
        open -= idle.count
        return idle
    }

    /// The caller waits no longer. Returns whether it did.
    package mutating func giveUp(_ caller: UInt64) -> Bool {
        guard let place = waiting.firstIndex(of: caller) else { return false }
        waiting.remove(at: place)
        return true
    }

    /// Nothing is given out from now on. Returns what to close, and whom to refuse.
    package mutating func close() -> (idle: [Connection], waiting: [UInt64]) {
        isClosed = true
        defer { waiting = [] }
        return (takeIdle(), waiting)
    }
}

extension PostgresPoolStateMachine.AcquireAction: Equatable where Connection: Equatable {}
extension PostgresPoolStateMachine.ReleaseAction: Equatable where Connection: Equatable {}
