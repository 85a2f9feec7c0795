/// The stream of everything the proxies saw: an ordered, durable log of entries in a fixed number of shards.
///
/// A producer stays on one shard and has one append outstanding at a time, so its blocks arrive in order. Readers keep
/// their own cursor; there are no consumer groups. Implementations: ``JournalCallLog``, ``RedisCallLog``.
public protocol CallLog: Sendable {
    /// How many shards there are, from 1.
    var shards: Int { get }

    /// Where a task that appends one entry after another is best at home: on the thread that talks to the log, each
    /// append is spared the way there and back. `nil`: anywhere. What runs there must not block.
    var executor: (any TaskExecutor)? { get }

    /// Appends one entry and returns its id once the log holds it. Throws ``CallLogError``.
    ///
    /// After an error it is not known whether the entry was appended: append it again, readers drop duplicates by the
    /// producer's sequence numbers.
    @discardableResult
    func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID

    /// The entries after `cursor`, oldest first, at most `limit`; waits up to `wait` for the first. Empty when none
    /// came.
    func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry]

    /// Removes the entries up to and including `id`. Only the shard's owner calls this, after it has committed them.
    func trim(shard: Int, through id: EntryID) async throws

    /// From where to where the shard goes now.
    func extent(shard: Int) async throws -> ShardExtent

    /// How many entries the shard holds.
    func count(shard: Int) async throws -> Int

    func close() async
}

extension CallLog {
    public var executor: (any TaskExecutor)? { nil }

    /// Id of the newest entry the shard ever had; ``EntryID/start`` where it never had one.
    public func lastID(shard: Int) async throws -> EntryID { try await extent(shard: shard).newest }
}

/// One field of an entry. Names are ASCII; values are text of the block format.
public struct EntryField: Sendable, Hashable {
    public var name: String
    public var value: [UInt8]

    public init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}

/// One entry as read back.
public struct LogEntry: Sendable, Hashable {
    public var id: EntryID
    public var fields: [EntryField]

    public init(id: EntryID, fields: [EntryField]) {
        self.id = id
        self.fields = fields
    }
}

/// Place of an entry in its shard: milliseconds of the log's clock, and a number among those of the same one.
public struct EntryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var milliseconds: UInt64
    public var sequence: UInt64

    public init(milliseconds: UInt64, sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Before every entry.
    public static let start = EntryID(milliseconds: 0, sequence: 0)

    /// Reads `MILLISECONDS-SEQUENCE`, as Redis writes it.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let sequence = UInt64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    public var description: String { "\(milliseconds)-\(sequence)" }

    /// The highest id below this one; ``start`` has none below it.
    public var predecessor: EntryID {
        if sequence > 0 { return EntryID(milliseconds: milliseconds, sequence: sequence - 1) }
        return milliseconds > 0 ? EntryID(milliseconds: milliseconds - 1, sequence: .max) : self
    }

    public static func < (left: EntryID, right: EntryID) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }
}

/// What can go wrong between us and the call log.
public struct CallLogError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// No connection, or it broke, or no answer came in time: worth trying again.
        case unavailable
        /// The other side refused: wrong password, no permission, out of memory. The message says which.
        case refused
        /// The answer was not what the protocol allows.
        case protocolViolation
        /// The log was closed by us.
        case closed
    }

    public var code: Code
    /// For people; holds no secret.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "call log \(code.rawValue): \(message)" }
}
