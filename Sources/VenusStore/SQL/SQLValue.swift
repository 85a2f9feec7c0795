/// A value on its way to the database. There is no null: no column of ours takes one.
enum SQLValue: Sendable, Hashable {
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
    case boolean(Bool)
    /// Seconds since the epoch: `timestamptz` in PostgreSQL, an integer in SQLite.
    case second(Int64)
    /// Milliseconds since the epoch: `timestamptz` in PostgreSQL, an integer in SQLite.
    case millisecond(Int64)

    /// A count. What does not fit into 63 bits is kept as their highest number: nothing that was counted gets there,
    /// and a lie of a sender must not stop its reader.
    static func count(_ value: UInt64) -> SQLValue { .integer(Int64(clamping: value)) }
    static func count(_ value: Int) -> SQLValue { .integer(Int64(value)) }

    /// The end of the year 9999: later instants, and those before the epoch, come from nobody's clock.
    private static let latestSecond: Int64 = 253_402_300_799

    static func clamp(second: Int64) -> Int64 { min(max(second, 0), latestSecond) }
    static func clamp(millisecond: Int64) -> Int64 { min(max(millisecond, 0), latestSecond * 1_000) }
}
