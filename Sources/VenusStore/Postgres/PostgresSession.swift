import CPostgres

/// One connection at work, on the thread of its ``PostgresConnection`` alone.
///
/// Every wait for the server has a deadline, beyond the server's own: a server that is stopped rather than gone answers
/// nothing, while its kernel keeps the connection alive. After that, and after every broken connection, the session is
/// lost and of no more use.
final class PostgresSession {
    /// How long the server lets a statement run, and a transaction wait for us.
    static let serverLimitMilliseconds = 3_000
    /// How long we wait for the answer to a statement.
    static let statementLimit: Duration = .seconds(5)
    /// How long a migration may take, including its wait for another's.
    static let migrationLimitSeconds = 60
    /// Statements on their way before we read their answers.
    static let pipelineDepth = 256
    /// Key of the advisory lock under which the schema is changed: "venus" in ASCII.
    static let migrationLock: Int64 = 0x76_656E_7573

    private let address: PostgresAddress
    let handle: PostgresHandle
    private let clock = ContinuousClock()
    /// How long we wait for the answer to a statement of this transaction.
    var limit = PostgresSession.statementLimit
    /// Names of the prepared statements, by text and types. As many as our code has texts.
    private var prepared: [Statement: String] = [:]
    var isLost = false
    /// The server rolled this transaction back in favour of another one.
    private(set) var isBrokenOff = false

    struct Statement: Hashable {
        var sql: String
        var types: [Oid]
    }

    init(_ address: PostgresAddress) throws {
        self.address = address
        handle = try address.connect()
        // What the server has to remark would go to standard error.
        PQsetNoticeProcessor(handle.raw, { _, _ in }, nil)
        guard PQsetnonblocking(handle.raw, 1) == 0 else { throw lost() }
        let limit = Self.serverLimitMilliseconds
        try command("SET statement_timeout = \(limit)")
        try command("SET idle_in_transaction_session_timeout = \(limit)")
    }

    // MARK: Transactions

    /// A transaction as a whole sees one state of the database when it reads; when it writes, each statement sees what
    /// was committed before its start.
    func begin(readOnly: Bool) throws {
        limit = Self.statementLimit
        isBrokenOff = false
        try command(
            readOnly ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN ISOLATION LEVEL READ COMMITTED")
    }

    /// Throws ``StoreError/Code/ambiguous`` where the connection breaks before the answer.
    func commit() throws {
        do {
            let result = try command("COMMIT")
            // The answer to a COMMIT of a transaction in which a statement had failed.
            guard result == "COMMIT" else { throw StoreError(.refused, "PostgreSQL rolled the transaction back") }
        } catch let error as StoreError where isLost {
            throw StoreError(.ambiguous, "the connection broke during COMMIT: \(error.message)")
        }
    }

    /// Leaves the transaction; where that fails, the session is lost, and the server does it by itself.
    func rollBack() {
        guard !isLost else { return }
        do { try command("ROLLBACK") } catch { isLost = true }
    }

    /// Runs a statement that has no values and returns its name as the server says it.
    @discardableResult
    func command(_ sql: String) throws -> String {
        let deadline = deadline
        guard PQsendQuery(handle.raw, sql) == 1 else { throw lost() }
        return try answer(until: deadline).command
    }

    // MARK: Conversation

    var deadline: ContinuousClock.Instant { clock.now + limit }

    /// The name of the statement, which the server parses and plans once a connection.
    func prepare(_ sql: String, _ values: [SQLValue]) throws -> String {
        let statement = Statement(sql: sql, types: values.map(\.postgresType))
        if let name = prepared[statement] { return name }
        let name = "s\(prepared.count)"
        guard PQsendPrepare(handle.raw, name, sql, Int32(statement.types.count), statement.types) == 1 else {
            throw lost()
        }
        _ = try answer(until: deadline)
        prepared[statement] = name
        return name
    }

    func send(_ name: String, _ values: [SQLValue]) throws {
        var bytes: [UInt8] = []
        var lengths: [Int32] = []
        var offsets: [Int] = []
        for value in values {
            offsets.append(bytes.count)
            value.appendPostgres(to: &bytes)
            guard let length = Int32(exactly: bytes.count - offsets[offsets.count - 1]) else {
                throw StoreError(.refused, "a value is larger than 2 GB")
            }
            lengths.append(length)
        }
        // An empty value needs an address as well.
        bytes.append(0)
        let formats = [Int32](repeating: 1, count: values.count)
        let sent = bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { offset in start.map { $0 + offset } }
            return PQsendQueryPrepared(handle.raw, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
    }

    /// The answer to the one statement that was sent; throws what the server refused.
    func answer(until deadline: ContinuousClock.Instant) throws -> PostgresResult {
        try flush(until: deadline)
        guard let result = try next(until: deadline) else { throw lost() }
        while let more = try next(until: deadline) { if more.isFailure { throw failure(more) } }
        guard !result.isFailure else { throw failure(result) }
        return result
    }

    /// Sends what libpq has buffered; reads meanwhile, as a server that cannot write reads nothing either.
    func flush(until deadline: ContinuousClock.Instant) throws {
        while true {
            let state = PQflush(handle.raw)
            if state == 0 { return }
            guard state == 1 else { throw lost() }
            if try wait(forWriting: true, until: deadline) {
                guard PQconsumeInput(handle.raw) == 1 else { throw lost() }
            }
        }
    }

    func next(until deadline: ContinuousClock.Instant) throws -> PostgresResult? {
        while PQisBusy(handle.raw) == 1 {
            _ = try wait(forWriting: false, until: deadline)
            guard PQconsumeInput(handle.raw) == 1 else { throw lost() }
        }
        return PQgetResult(handle.raw).map { PostgresResult($0) }
    }

    /// Waits until the socket can be read, or also written where asked for; returns whether it can be read.
    private func wait(forWriting: Bool, until deadline: ContinuousClock.Instant) throws -> Bool {
        switch PostgresSocket.wait(PQsocket(handle.raw), forWriting: forWriting, until: deadline) {
        case .readable: return true
        case .writable: return false
        case .late:
            isLost = true
            throw StoreError(.unavailable, "PostgreSQL did not answer within \(limit)")
        case .failed: throw lost()
        }
    }

    func failure(_ result: borrowing PostgresResult) -> StoreError {
        // Of the last words of a server that shuts down, libpq notices the end with the next read.
        let state = result.state
        if !handle.isConnected || state.isEmpty || state.hasPrefix("57P") || state == "25P03" { isLost = true }
        // What was prepared is gone, or no longer what it was: a new session prepares it anew. Of `feature_not_supported`
        // our statements can have no other kind.
        if state == "26000" || state == "0A000" { isLost = true }
        if state == "40001" || state == "40P01" { isBrokenOff = true }
        let message = state.isEmpty ? handle.message : result.message
        return StoreError(
            sqlState: isLost ? "08006" : state, message: address.redact(message, handle))
    }

    func lost() -> StoreError {
        isLost = true
        return StoreError(.unavailable, "the connection to PostgreSQL broke: \(address.redact(handle.message, handle))")
    }
}
