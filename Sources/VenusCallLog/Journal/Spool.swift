import Dispatch
import GRDB
import Glibc
public import Logging
import Synchronization

/// Where blocks wait that the call log does not take: a SQLite file of bounded size, used by all proxies of one data
/// directory at once.
///
/// Each producer's blocks are its own affair: whoever holds the lock of the producer's file (`ProducerFile`) puts
/// them in, sends them in order and takes them out. What is kept survives the process, also its kill; the last may be
/// lost with the machine's power. Where there is no room, the oldest give way, whosever they are. The file comes into
/// being when the first block is kept.
public final class Spool: Sendable {
    public static let defaultMaximumBytes = 1 << 30
    /// Smallest bound that makes sense: some of the largest blocks fit.
    public static let minimumMaximumBytes = 1 << 20
    static let busyTimeout: Duration = .seconds(5)
    /// Bytes of a file without entries that are not worth a `VACUUM`.
    private static let smallFileBytes = 1 << 20

    private let path: String
    private let maximumBytes: Int
    private let logger: Logger
    /// All that touches the disk happens here, one thing after another.
    private let queue = DispatchQueue(label: "venus.spool", qos: .utility)
    /// Used on ``queue`` alone, so that its lock is always free.
    private let opened = Mutex<DatabaseQueue?>(nil)

    /// - Parameter maximumBytes: of the file, beside which there are up to 16 MB of write-ahead log.
    public init(path: String, maximumBytes: Int = Spool.defaultMaximumBytes, logger: Logger) {
        self.path = path
        self.maximumBytes = max(Self.minimumMaximumBytes, maximumBytes)
        self.logger = logger
    }

    /// Whether there is a file: only then can there be blocks of earlier runs.
    public var exists: Bool { access(path, F_OK) == 0 }

    /// Keeps entries of a producer, in order, and says what is kept of it now. Throws ``CallLogError``; then none of
    /// them is certainly kept.
    public func keep(_ entries: [SpooledEntry], of producer: String) async throws -> SpoolStatus {
        let maximumBytes = maximumBytes
        return try await perform(creating: true) { database in
            try database.write { database in
                let tables = SpoolTables(database: database)
                let number = try tables.number(of: producer)
                var used = try tables.usedBytes()
                for entry in entries {
                    let text = JournalEntryText.encode(entry.fields)
                    while used + text.count > maximumBytes,
                        try tables.dropOldest(bytes: used + text.count - maximumBytes)
                    {
                        used = try tables.usedBytes()
                    }
                    try tables.add(entry, text: text, producer: number)
                    used = try tables.usedBytes()
                }
                return try tables.status(number, after: 0)
            }
        } ?? SpoolStatus()
    }

    /// Takes out a producer's entries up to and including `last`, and returns those that follow, in order: at most
    /// `limit` of them and about 4 MB. Taking out may fail while the disk is full; what is returned begins after
    /// `last` all the same. Throws ``CallLogError``.
    public func advance(
        of producer: String, through last: UInt64, limit: Int = 64
    ) async throws -> (entries: [SpooledEntry], status: SpoolStatus) {
        try await perform(creating: false) { [logger] database in
            do {
                if last > 0 { try Self.remove(producer, through: last, from: database) }
            } catch let error as DatabaseError where !Self.isDamage(error) {
                logger.debug("sent blocks stay in the spool for now", metadata: ["reason": "\(error.resultCode)"])
            }
            return try database.read { database in
                let tables = SpoolTables(database: database)
                guard let number = try tables.known(producer) else { return ([], SpoolStatus()) }
                let entries = try tables.entries(number, after: last, limit: limit, bytes: 4 << 20)
                return (entries, try tables.status(number, after: last))
            }
        } ?? ([], SpoolStatus())
    }

    /// Forgets a producer that has ended, with all that is still kept of it. Throws ``CallLogError``.
    public func forget(_ producer: String) async throws {
        _ = try await perform(creating: false) { database in
            try database.write { database in
                let tables = SpoolTables(database: database)
                if let number = try tables.known(producer) { try tables.forget(number) }
            }
        }
    }

    public func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                // It fails only where it is closed already.
                opened.withLock { opened in
                    try? opened?.close()
                    opened = nil
                }
                continuation.resume()
            }
        }
    }

    /// `nil` where there is no file, and none is to be made. A damaged file is put aside.
    private func perform<Value: Sendable>(
        creating: Bool, _ body: @escaping @Sendable (DatabaseQueue) throws -> Value
    ) async throws -> Value? {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    with: Result {
                        try opened.withLock { opened in
                            do {
                                guard let database = try opened ?? open(creating: creating) else { return nil }
                                opened = database
                                return try body(database)
                            } catch {
                                if Self.isDamage(error) {
                                    try? opened?.close()
                                    opened = nil
                                    putAside()
                                }
                                throw error is CallLogError ? error : CallLogError(sqlite: error, of: "the spool")
                            }
                        }
                    })
            }
        }
    }

    private func open(creating: Bool) throws -> DatabaseQueue? {
        guard creating || exists else { return nil }
        try JournalFile.create(at: path, "the spool")
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busyTimeout / .seconds(1))
        configuration.journalMode = .wal
        configuration.label = "spool"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216")
        }
        let deadline = ContinuousClock.now + Self.busyTimeout
        while true {
            do {
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                try queue.write { try SpoolTables(database: $0).create() }
                return queue
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline
            {
                // Several that open a new file at once are in each other's way.
                usleep(10_000)
            }
        }
    }

    private static func remove(_ producer: String, through last: UInt64, from database: DatabaseQueue) throws {
        let isLarge = try database.write { database in
            let tables = SpoolTables(database: database)
            if let number = try tables.known(producer) { try tables.remove(number, through: last) }
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return pages * 4_096 > smallFileBytes ? try tables.isEmpty() : false
        }
        // Gives the disk back. Without entries there is next to nothing to copy.
        if isLarge { try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM") } }
    }

    private static func isDamage(_ error: any Error) -> Bool {
        if let error = error as? CallLogError { return error.code == .protocolViolation }
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    private func putAside() {
        logger.error(
            "the spool is damaged; it is put aside, and what was in it shows as lost",
            metadata: ["path": "\(path)", "aside": "\(path).damaged"])
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        rename(path, path + ".damaged")
    }
}
