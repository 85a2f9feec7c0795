import CPostgres

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

    func stream(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let name = try prepare(sql, values)
        let deadline = deadline
        try send(name, values)
        guard PQsetSingleRowMode(handle.raw) == 1 else { throw lost() }
        try flush(until: deadline)
        var refusal: (any Error)?
        while let result = try next(until: deadline) {
            // What comes after a failure is read all the same, so that the connection can go on.
            if refusal != nil { continue }
            if result.isFailure {
                refusal = failure(result)
                continue
            }
            do { for row in 0..<result.rowCount { try body(result.row(row)) } } catch { refusal = error }
        }
        if let refusal { throw refusal }
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

    func define(_ sql: String) throws { try command(sql) }

    func allowTime(seconds: Int) throws {
        limit = .seconds(seconds + 5)
        try command("SET LOCAL statement_timeout = \(seconds * 1_000)")
    }

    func beginMigration() throws {
        try allowTime(seconds: Self.migrationLimitSeconds)
        try execute("SELECT pg_advisory_xact_lock($1)", [.integer(Self.migrationLock)])
    }
}
