import GRDB

/// What the journal knows of one shard beside its entries; changed in the transaction that changes the entries.
struct JournalShard {
    private let shard: Int
    /// Of the newest entry there ever was.
    private(set) var last = EntryID.start
    private(set) var count = 0
    private var bytes = 0

    static func createTables(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS entry (
                    id INTEGER PRIMARY KEY, shard INTEGER NOT NULL, ms INTEGER NOT NULL, seq INTEGER NOT NULL,
                    size INTEGER NOT NULL, fields BLOB NOT NULL);
                CREATE UNIQUE INDEX IF NOT EXISTS entry_place ON entry (shard, ms, seq, size);
                CREATE TABLE IF NOT EXISTS shard (
                    shard INTEGER PRIMARY KEY, ms INTEGER NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL,
                    bytes INTEGER NOT NULL);
                """)
    }

    /// Sum of the entries of all shards.
    static func totalBytes(in database: Database) throws -> Int {
        try Int.fetchOne(database.cachedStatement(sql: "SELECT coalesce(sum(bytes), 0) FROM shard")) ?? 0
    }

    init(_ shard: Int, in database: Database) throws {
        self.shard = shard
        let statement = try database.cachedStatement(sql: "SELECT ms, seq, count, bytes FROM shard WHERE shard = ?")
        guard let row = try Row.fetchOne(statement, arguments: [shard]) else { return }
        last = EntryID(
            milliseconds: UInt64(max(0, row[0] as Int64)), sequence: UInt64(max(0, row[1] as Int64)))
        count = row[2]
        bytes = row[3]
    }

    /// The id of a new entry: higher than every one before, also when the clock went back.
    mutating func nextID(now: UInt64) -> EntryID {
        last =
            now > last.milliseconds
            ? EntryID(milliseconds: now, sequence: 0)
            : EntryID(milliseconds: last.milliseconds, sequence: last.sequence + 1)
        return last
    }

    mutating func added(bytes: Int) {
        count += 1
        self.bytes += bytes
    }

    mutating func removed(count: Int, bytes: Int) {
        self.count -= count
        self.bytes -= bytes
    }

    func save(in database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO shard (shard, ms, seq, count, bytes) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [shard, Int64(last.milliseconds), Int64(last.sequence), count, bytes])
    }
}
