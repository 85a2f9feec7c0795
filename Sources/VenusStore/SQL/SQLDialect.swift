/// The few words in which SQLite and PostgreSQL differ. Everything else is written once.
enum SQLDialect: Sendable {
    case sqlite
    case postgres

    // MARK: Types

    var integer: String { self == .sqlite ? "INTEGER" : "bigint" }
    /// Text that sorts by its bytes.
    var text: String { self == .sqlite ? "TEXT" : #"text COLLATE "C""# }
    var bytes: String { self == .sqlite ? "BLOB" : "bytea" }
    var boolean: String { self == .sqlite ? "INTEGER" : "boolean" }
    var instant: String { self == .sqlite ? "INTEGER" : "timestamptz" }
    /// A key that the database numbers by itself.
    var numberedKey: String {
        self == .sqlite ? "INTEGER PRIMARY KEY" : "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    }
    /// What follows the columns of a table.
    var tableOptions: String { self == .sqlite ? "STRICT" : "" }

    // MARK: Expressions

    /// Bytes of which there are none.
    var noBytes: String { self == .sqlite ? "X''" : "''" }

    /// The start of 1970, as an instant.
    var epoch: String { self == .sqlite ? "0" : "to_timestamp(0)" }

    /// The database's clock, as a column of milliseconds.
    var now: String {
        self == .sqlite ? "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)" : "clock_timestamp()"
    }

    /// That many milliseconds from now.
    func now(plusMilliseconds expression: String) -> String {
        self == .sqlite ? "\(now) + \(expression)" : "\(now) + \(expression) * interval '1 millisecond'"
    }

    /// A column of seconds, moved on by that many.
    func second(_ column: String, plus expression: String) -> String {
        self == .sqlite ? "\(column) + \(expression)" : "\(column) + \(expression) * interval '1 second'"
    }

    /// Keeps others from changing the rows until the transaction's end. SQLite lets one transaction write at a time.
    var forUpdate: String { self == .sqlite ? "" : "FOR UPDATE" }
    var forShare: String { self == .sqlite ? "" : "FOR SHARE" }
}
