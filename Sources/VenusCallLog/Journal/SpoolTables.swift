import Foundation
import GRDB

/// The tables of a spool. Entries lie in the order in which they came; of each producer there is one row that counts
/// them, changed in the transaction that changes the entries.
struct SpoolTables {
    /// Entries that one step of making room removes at most.
    private static let removedAtOnce = 32

    let database: Database

    func create() throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS producer (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, calls INTEGER NOT NULL DEFAULT 0,
                    dropped INTEGER NOT NULL DEFAULT 0);
                CREATE TABLE IF NOT EXISTS entry (
                    id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
                    fields BLOB NOT NULL);
                CREATE UNIQUE INDEX IF NOT EXISTS entry_place ON entry (producer, first, count);
                """)
    }

    /// Bytes of the file that are in use.
    func usedBytes() throws -> Int {
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
        return (pages - free) * size
    }

    /// Adds an entry; one that is there already stays as it is.
    func add(_ entry: SpooledEntry, text: [UInt8], producer: Int64) throws {
        try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO entry (producer, first, count, fields) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [producer, Int64(entry.first), entry.count, Data(text)])
        guard database.changesCount > 0 else { return }
        try database.cachedStatement(sql: "UPDATE producer SET calls = calls + ? WHERE id = ?")
            .execute(arguments: [entry.count, producer])
    }

    /// Removes the oldest entries, whosever they are, until about `bytes` are free, and counts their calls as dropped.
    ///
    /// - Returns: whether there were any.
    func dropOldest(bytes: Int) throws -> Bool {
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT id, producer, count, length(fields) FROM entry ORDER BY id LIMIT ?"),
            arguments: [Self.removedAtOnce])
        var left = bytes
        for row in rows where left > 0 {
            let (id, producer, count): (Int64, Int64, Int) = (row[0], row[1], row[2])
            left -= row[3] as Int
            try database.cachedStatement(sql: "DELETE FROM entry WHERE id = ?").execute(arguments: [id])
            try database.cachedStatement(
                sql: "UPDATE producer SET calls = calls - ?, dropped = dropped + ? WHERE id = ?"
            ).execute(arguments: [count, count, producer])
        }
        return !rows.isEmpty
    }

    /// Removes a producer's entries up to and including this number.
    func remove(_ producer: Int64, through last: UInt64) throws {
        let bound = Int64(clamping: last)
        let calls = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT coalesce(sum(count), 0) FROM entry WHERE producer = ? AND first <= ?"),
            arguments: [producer, bound])
        guard let calls, calls > 0 else { return }
        try database.cachedStatement(sql: "DELETE FROM entry WHERE producer = ? AND first <= ?")
            .execute(arguments: [producer, bound])
        try database.cachedStatement(sql: "UPDATE producer SET calls = calls - ? WHERE id = ?")
            .execute(arguments: [calls, producer])
    }

    /// A producer's entries after this number, in order: at most `limit` of them, about `bytes` in all, one at least.
    func entries(_ producer: Int64, after last: UInt64, limit: Int, bytes: Int) throws -> [SpooledEntry] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT first, count, fields FROM entry WHERE producer = ? AND first > ? ORDER BY first LIMIT ?"),
            arguments: [producer, Int64(clamping: last), limit])
        var entries: [SpooledEntry] = []
        var left = bytes
        while left > 0, let row = try rows.next() {
            let text: Data = row[2]
            left -= text.count
            entries.append(
                SpooledEntry(
                    first: UInt64(max(0, row[0] as Int64)), count: row[1],
                    fields: try JournalEntryText.decode(Array(text))))
        }
        return entries
    }

    /// What is there of a producer after this number.
    func status(_ producer: Int64, after last: UInt64) throws -> SpoolStatus {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT calls, dropped FROM producer WHERE id = ?"), arguments: [producer])
        guard let row else { return SpoolStatus() }
        let sent = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT coalesce(sum(count), 0) FROM entry WHERE producer = ? AND first <= ?"),
            arguments: [producer, Int64(clamping: last)])
        return SpoolStatus(calls: max(0, row[0] - (sent ?? 0)), dropped: UInt64(max(0, row[1] as Int64)))
    }

    func isEmpty() throws -> Bool { try Int.fetchOne(database, sql: "SELECT 1 FROM entry LIMIT 1") == nil }

    /// The number of a producer's row, made where there is none.
    func number(of producer: String) throws -> Int64 {
        if let known = try known(producer) { return known }
        try database.execute(sql: "INSERT INTO producer (name) VALUES (?)", arguments: [producer])
        return database.lastInsertedRowID
    }

    func known(_ producer: String) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM producer WHERE name = ?"), arguments: [producer])
    }

    func forget(_ producer: Int64) throws {
        try database.execute(sql: "DELETE FROM entry WHERE producer = ?", arguments: [producer])
        try database.execute(sql: "DELETE FROM producer WHERE id = ?", arguments: [producer])
    }
}
