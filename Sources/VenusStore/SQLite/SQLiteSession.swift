import Foundation
import GRDB

/// One transaction of SQLite, on the queue of its connection.
struct SQLiteSession: SQLSession {
    let database: Database

    var dialect: SQLDialect { .sqlite }

    func run(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws -> Int {
        try run(statement(sql), values, body)
    }

    func runEach(_ sql: String, _ sets: [[SQLValue]]) throws -> [[SQLRow]] {
        guard !sets.isEmpty else { return [] }
        let statement = try statement(sql)
        return try sets.map { values in
            var rows: [SQLRow] = []
            try run(statement, values) { rows.append($0) }
            return rows
        }
    }

    func insert(into table: String, columns: [String], count: Int, row: (Int) throws -> [SQLValue]) throws {
        guard count > 0 else { return }
        let places = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
        let statement = try statement("INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))")
        for place in 0..<count { try run(statement, try row(place)) { _ in } }
    }

    func define(_ sql: String) throws { try database.execute(sql: sql) }

    /// Nothing to do: SQLite lets every statement run.
    func allowTime(seconds: Int) {}

    /// Nothing to do: another session waits for this one's transaction anyway.
    func beginMigration() {}

    private func statement(_ sql: String) throws -> Statement {
        // `$1` is a name to SQLite, `?1` a place.
        try database.cachedStatement(sql: sql.replacing("$", with: "?"))
    }

    @discardableResult
    private func run(_ statement: Statement, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws -> Int {
        let arguments = StatementArguments(values.map(\.databaseValue))
        guard statement.columnCount > 0 else {
            try statement.execute(arguments: arguments)
            return database.changesCount
        }
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() { try body(SQLRow(row)) }
        return database.changesCount
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .integer(let value), .second(let value), .millisecond(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .bytes(let value): Data(value).databaseValue
        case .boolean(let value): (value ? 1 : 0).databaseValue
        }
    }
}

extension SQLRow {
    fileprivate init(_ row: Row) {
        columns = row.databaseValues.map { value in
            switch value.storage {
            case .null: .null
            case .int64(let value): .integer(value)
            // No column of ours holds one.
            case .double: .null
            case .string(let value): .text(value)
            case .blob(let value): .bytes(Array(value))
            }
        }
    }
}
