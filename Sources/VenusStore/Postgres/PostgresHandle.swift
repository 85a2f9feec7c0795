import CPostgres

/// The one owner of a connection of libpq. It may go from thread to thread, but never be used by two at once.
struct PostgresHandle: ~Copyable {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { PQfinish(raw) }

    var isConnected: Bool { PQstatus(raw) == CONNECTION_OK }

    /// What libpq last had to say: copied, as the next call overwrites it.
    var message: String { String(cString: PQerrorMessage(raw)) }
}

/// The one owner of an answer of libpq.
struct PostgresResult: ~Copyable {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }

    var isFailure: Bool {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY, PGRES_COPY_IN,
            PGRES_PIPELINE_SYNC:
            false
        default: true
        }
    }

    var rowCount: Int32 { PQntuples(raw) }

    /// How many rows a statement changed; 0 for one that changes none.
    var changedRows: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    /// `COMMIT`, `ROLLBACK`, …
    var command: String { String(cString: PQcmdStatus(raw)) }

    /// Five characters of the SQL standard; empty where libpq itself found the fault.
    var state: String { field(venus_pg_diag_sqlstate()) }
    var message: String { field(venus_pg_diag_message_primary()) }

    private func field(_ code: Int32) -> String {
        guard let text = PQresultErrorField(raw, code) else { return "" }
        return String(cString: text)
    }

    func row(_ row: Int32) -> SQLRow {
        SQLRow(
            columns: (0..<PQnfields(raw)).map { column in
                guard PQgetisnull(raw, row, column) == 0 else { return .null }
                let bytes = UnsafeRawBufferPointer(
                    start: PQgetvalue(raw, row, column), count: Int(PQgetlength(raw, row, column)))
                return SQLRow.Column(postgres: bytes, type: PQftype(raw, column))
            })
    }
}
