/// A store whose content can be taken to another one. Throws ``StoreError`` throughout.
public protocol PortableStore: Store {
    func status() async throws -> StoreStatus

    /// Passes on all that is kept, as of one moment, one record at a time: history, with the minutes that are still
    /// open, and losses; with `everything` also settings, accounts and sessions, thresholds and alerts. `body` runs on
    /// the database's thread and may block.
    func exportRecords(
        everything: Bool, _ body: @escaping @Sendable (StoredRecord) throws -> Void
    ) async throws

    /// Begins to read a file, or goes on where reading it ended before, and returns how many of its records are in.
    ///
    /// Refuses a store that has history, unless `adding` allows it: then what is read stands beside what is there, and
    /// readers add both. For `everything`, also one that has settings, accounts, thresholds or alerts.
    ///
    /// - Parameter id: of the file.
    func beginImport(id: String, adding: Bool, everything: Bool) async throws -> ImportProgress

    /// Writes the next records of the file, all or none of them.
    func importRecords(_ records: [StoredRecord], into progress: ImportProgress) async throws -> ImportProgress

    /// Notes that the file is in as a whole; only from then on its coarser buckets are made that were not made yet.
    func endImport(_ progress: ImportProgress) async throws
}

/// How much of a file is in a store.
public struct ImportProgress: Sendable, Equatable {
    public var id: String
    /// Rows of the file's shard 0 are kept as of this one, and so on: nobody else writes there.
    public var firstShard: Int
    public var records: Int
    public var isWhole: Bool
}

extension SQLStore {
    public func exportRecords(
        everything: Bool, _ body: @escaping @Sendable (StoredRecord) throws -> Void
    ) async throws {
        try await read { try $0.export(everything: everything, body) }
    }

    public func beginImport(id: String, adding: Bool, everything: Bool) async throws -> ImportProgress {
        try await write { try $0.beginImport(id: id, adding: adding, everything: everything) }
    }

    public func importRecords(
        _ records: [StoredRecord], into progress: ImportProgress
    ) async throws -> ImportProgress {
        try await write { try $0.importRecords(records, into: progress) }
    }

    public func endImport(_ progress: ImportProgress) async throws {
        try await write { try $0.endImport(progress) }
    }

    public func status() async throws -> StoreStatus { try await read { try $0.status() } }
}

extension SQLiteStore: PortableStore {}
extension PostgresStore: PortableStore {}
