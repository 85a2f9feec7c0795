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
    private let handle: PostgresHandle
    private let clock = ContinuousClock()
    private var limit = PostgresSession.statementLimit
    /// Names of the prepared statements, by text and types. As many as our code has texts.
    private var prepared: [Statement: String] = [:]
    private(set) var isLost = false

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
    private func command(_ sql: String) throws -> String {
        let deadline = deadline
        guard PQsendQuery(handle.raw, sql) == 1 else { throw lost() }
        return try answer(until: deadline).command
    }

    // MARK: Conversation

    private var deadline: ContinuousClock.Instant { clock.now + limit }

    /// The name of the statement, which the server parses and plans once a connection.
    private func prepare(_ sql: String, _ values: [SQLValue]) throws -> String {
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

    private func send(_ name: String, _ values: [SQLValue]) throws {
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
    private func answer(until deadline: ContinuousClock.Instant) throws -> PostgresResult {
        try flush(until: deadline)
        guard let result = try next(until: deadline) else { throw lost() }
        while let more = try next(until: deadline) { if more.isFailure { throw failure(more) } }
        guard !result.isFailure else { throw failure(result) }
        return result
    }

    /// Sends what libpq has buffered; reads meanwhile, as a server that cannot write reads nothing either.
    private func flush(until deadline: ContinuousClock.Instant) throws {
        while true {
            let state = PQflush(handle.raw)
            if state == 0 { return }
            guard state == 1 else { throw lost() }
            if try wait(forWriting: true, until: deadline) {
                guard PQconsumeInput(handle.raw) == 1 else { throw lost() }
            }
        }
    }

    private func next(until deadline: ContinuousClock.Instant) throws -> PostgresResult? {
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

    private func failure(_ result: borrowing PostgresResult) -> StoreError {
        // Of the last words of a server that shuts down, libpq notices the end with the next read.
        let state = result.state
        if !handle.isConnected || state.isEmpty || state.hasPrefix("57P") || state == "25P03" { isLost = true }
        let message = state.isEmpty ? handle.message : result.message
        return StoreError(
            sqlState: isLost ? "08006" : state, message: address.redact(message, handle))
    }

    private func lost() -> StoreError {
        isLost = true
        return StoreError(.unavailable, "the connection to PostgreSQL broke: \(address.redact(handle.message, handle))")
    }
}

extension PostgresSession: SQLSession {
    var dialect: SQLDialect { .postgres }

    func run(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws -> Int {
        let name = try prepare(sql, values)
        let deadline = deadline
        try send(name, values)
        let result = try answer(until: deadline)
        for row in 0..<result.rowCount { try body(result.row(row)) }
        return result.changedRows
    }

    func runEach(_ sql: String, _ sets: [[SQLValue]]) throws -> [[SQLRow]] {
        guard let first = sets.first else { return [] }
        let name = try prepare(sql, first)
        var answers: [[SQLRow]] = []
        answers.reserveCapacity(sets.count)
        for start in stride(from: 0, to: sets.count, by: Self.pipelineDepth) {
            answers += try pipeline(name, sets[start..<min(start + Self.pipelineDepth, sets.count)])
        }
        return answers
    }

    /// Sends all statements before it reads the answers: one round trip instead of one each.
    private func pipeline(_ name: String, _ sets: ArraySlice<[SQLValue]>) throws -> [[SQLRow]] {
        let deadline = deadline
        guard PQenterPipelineMode(handle.raw) == 1 else { throw lost() }
        for values in sets { try send(name, values) }
        guard PQpipelineSync(handle.raw) == 1 else { throw lost() }
        try flush(until: deadline)
        var answers: [[SQLRow]] = []
        var refusal: StoreError?
        for _ in sets {
            guard let result = try next(until: deadline) else { throw lost() }
            if result.isFailure {
                // The first is the reason; those after it say only that they were not run.
                refusal = refusal ?? failure(result)
            } else {
                answers.append((0..<result.rowCount).map { result.row($0) })
            }
            guard try next(until: deadline) == nil else { throw lost() }
        }
        guard let end = try next(until: deadline), end.status == PGRES_PIPELINE_SYNC else { throw refusal ?? lost() }
        guard PQexitPipelineMode(handle.raw) == 1 else { throw lost() }
        if let refusal { throw refusal }
        return answers
    }

    func insert(into table: String, columns: [String], count: Int, row: (Int) throws -> [SQLValue]) throws {
        guard count > 0 else { return }
        for start in stride(from: 0, to: count, by: PostgresCopy.maximumRows) {
            let rows = start..<min(start + PostgresCopy.maximumRows, count)
            try copy(into: table, columns: columns, rows: rows, row: row)
        }
    }

    private func copy(
        into table: String, columns: [String], rows: Range<Int>, row: (Int) throws -> [SQLValue]
    ) throws {
        let deadline = deadline
        let sql = "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
        guard PQsendQuery(handle.raw, sql) == 1 else { throw lost() }
        try flush(until: deadline)
        guard let start = try next(until: deadline) else { throw lost() }
        guard start.status == PGRES_COPY_IN else {
            while try next(until: deadline) != nil {}
            throw failure(start)
        }
        var copy = PostgresCopy()
        for place in rows {
            do { try copy.append(try row(place)) } catch {
                // The server ends the statement by itself when the transaction's end comes instead of rows.
                isLost = true
                throw error
            }
            if copy.bytes.count >= PostgresCopy.chunkBytes { try put(copy.takeBytes(), until: deadline) }
        }
        copy.finish()
        try put(copy.takeBytes(), until: deadline)
        while true {
            let state = PQputCopyEnd(handle.raw, nil)
            if state == 1 { break }
            guard state == 0 else { throw lost() }
            try flush(until: deadline)
        }
        _ = try answer(until: deadline)
    }

    private func put(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws {
        while true {
            let state = bytes.withUnsafeBytes {
                PQputCopyData(handle.raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
            }
            if state == 1 { break }
            guard state == 0 else { throw lost() }
            try flush(until: deadline)
        }
        try flush(until: deadline)
    }

    func beginMigration() throws {
        limit = .seconds(Self.migrationLimitSeconds + 5)
        try command("SET LOCAL statement_timeout = \(Self.migrationLimitSeconds * 1_000)")
        try execute("SELECT pg_advisory_xact_lock($1)", [.integer(Self.migrationLock)])
    }
}
