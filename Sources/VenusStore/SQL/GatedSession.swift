/// Asked before each statement of a writing transaction; where it throws, the transaction ends there, as it would with
/// the process. This is how tests come to every point at which a process can die.
package typealias StatementGate = @Sendable () throws -> Void

/// A transaction that asks a gate before each of its statements.
struct GatedSession: SQLSession {
    let base: any SQLSession
    let gate: StatementGate

    var dialect: SQLDialect { base.dialect }

    func run(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws -> Int {
        try gate()
        return try base.run(sql, values, body)
    }

    /// One by one, so that there is a point between any two.
    func runEach(_ sql: String, _ sets: [[SQLValue]]) throws -> [[SQLRow]] {
        try sets.flatMap {
            try gate()
            return try base.runEach(sql, [$0])
        }
    }

    func insert(into table: String, columns: [String], count: Int, row: (Int) throws -> [SQLValue]) throws {
        try gate()
        try base.insert(into: table, columns: columns, count: count, row: row)
    }

    func define(_ sql: String) throws {
        try gate()
        try base.define(sql)
    }

    func allowTime(seconds: Int) throws { try base.allowTime(seconds: seconds) }

    func beginMigration() throws { try base.beginMigration() }
}
