/// One transaction on one connection. What the store does is written against this, once for both databases; it runs on
/// the connection's own thread, where waiting for the database blocks nobody else.
///
/// Values are always bound, never written into the text: `$1` is the first.
protocol SQLSession {
    var dialect: SQLDialect { get }

    /// Runs one statement, passes its rows to `body` one by one, and returns how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws -> Int

    /// Runs one statement that reads, and passes its rows to `body` as they come, while the database still looks for
    /// those after them. A `body` that is slow keeps the database waiting, whose time for the statement is bounded.
    func stream(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws

    /// Runs one statement with each of the sets of values, in order, and returns the rows of each.
    @discardableResult
    func runEach(_ sql: String, _ sets: [[SQLValue]]) throws -> [[SQLRow]]

    /// Inserts `count` rows, which `row` makes one by one. Fails where one of them is there already.
    func insert(into table: String, columns: [String], count: Int, row: (Int) throws -> [SQLValue]) throws

    /// Runs a statement that has no values and that nobody runs again, such as one that makes a table. Its text is ours
    /// alone: nothing that came from anywhere else is ever in it.
    func define(_ sql: String) throws

    /// Allows each statement of this transaction so much time, where a database ends those that take long.
    func allowTime(seconds: Int) throws

    /// Waits until no other session migrates, and allows this transaction the time that a migration may take.
    func beginMigration() throws
}

extension SQLSession {
    func stream(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        try run(sql, values, body)
    }

    func query(_ sql: String, _ values: [SQLValue] = []) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try run(sql, values) { rows.append($0) }
        return rows
    }

    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue] = []) throws -> Int { try run(sql, values) { _ in } }
}
