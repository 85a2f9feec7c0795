public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The call log in Redis Streams, one stream a shard: `PREFIX:calls:{0}`, `PREFIX:calls:{1}`, …
///
/// Connects when it is first used and whenever a connection broke. Appends share one connection; reads, which block,
/// have one a shard. Unread entries are never removed: when a shard holds `maximumEntries`, appends are refused.
public final class RedisCallLog: CallLog {
    /// How long Redis may take for a command, beside the wait of a read.
    package static let defaultCommandTimeout: Duration = .seconds(5)
    /// How long the length of a stream is taken as known; meanwhile each producer adds what it appends itself.
    static let lengthValidity: Duration = .seconds(1)

    public let shards: Int
    private let prefix: String
    private let writer: RedisRoute
    private let url: RedisURL
    private let tls: RedisTLS?
    private let isClosed = Atomic(false)
    /// By shard, made when it is first read.
    private let readers = Mutex<[Int: RedisRoute]>([:])
    private let fill: StreamFill
    private let commandTimeout: Duration
    /// On the thread of the connection that appends.
    public let executor: (any TaskExecutor)?

    /// - Parameters:
    ///   - url: `redis://[user[:password]@]host[:port][/database]`, `rediss` for TLS; several hosts, with commas
    ///     between them, of which one is the master; `redis+cluster` and `rediss+cluster` for a Redis Cluster.
    ///   - prefix: of every key.
    ///   - maximumEntries: most entries in a shard, about.
    ///   - trustFile: for TLS, certificates of the only authorities that are trusted, in PEM; `nil`: the system's.
    ///
    /// Throws ``CallLogError`` for a URL or a file that cannot be used; connects later.
    public convenience init(
        url: String, prefix: String, shards: Int, maximumEntries: Int, trustFile: String? = nil, logger: Logger
    ) throws {
        try self.init(
            url: url, prefix: prefix, shards: shards, maximumEntries: maximumEntries, trustFile: trustFile,
            logger: logger, commandTimeout: Self.defaultCommandTimeout)
    }

    package init(
        url: String, prefix: String, shards: Int, maximumEntries: Int, trustFile: String? = nil, logger: Logger,
        commandTimeout: Duration
    ) throws {
        precondition(shards > 0, "a call log has at least one shard")
        let url = try RedisURL(url)
        self.shards = shards
        self.prefix = prefix
        self.commandTimeout = commandTimeout
        self.url = url
        tls = url.isTLS ? try RedisTLS(trustFile: trustFile) : nil
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        writer = RedisRoute(url, tls, on: eventLoop)
        executor = EventLoopExecutor(eventLoop)
        fill = StreamFill(shards: shards, maximumEntries: maximumEntries, validity: Self.lengthValidity)
        logger.debug("using Redis as call log", metadata: ["url": "\(url)", "shards": "\(shards)"])
    }

    @discardableResult
    public func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        if fill.mustAsk(shard, at: .now) {
            let length = try await count(shard: shard)
            guard fill.learned(shard, length: length, at: .now) else {
                throw CallLogError(
                    .refused,
                    "the stream holds \(length) entries, as many as it may: nobody reads it, or not fast enough")
            }
        }
        var command = [Array("XADD".utf8), key(shard), [UInt8(ascii: "*")]]
        for field in entry {
            command.append(Array(field.name.utf8))
            command.append(field.value)
        }
        let reply = try await writer.send(command, for: command[1], timeout: commandTimeout)
        fill.appended(to: shard)
        guard let id = reply.text.flatMap({ EntryID($0) }) else { throw CallLogError(unexpected: "XADD") }
        return id
    }

    public func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] {
        guard limit > 0 else { return [] }
        var command = ["XREAD", "COUNT", "\(limit)"]
        if wait > .zero { command += ["BLOCK", "\(max(1, Int64(wait / .milliseconds(1))))"] }
        command.append("STREAMS")
        let reply = try await reader(of: shard).send(
            command.map { Array($0.utf8) } + [key(shard), Array(cursor.description.utf8)], for: key(shard),
            timeout: commandTimeout + wait)
        return try reply.entriesRead()
    }

    public func trim(shard: Int, through id: EntryID) async throws {
        // MINID keeps the given id, so it is the next one.
        guard id.sequence < .max || id.milliseconds < .max else { return }
        let next =
            id.sequence < .max
            ? EntryID(milliseconds: id.milliseconds, sequence: id.sequence + 1)
            : EntryID(milliseconds: id.milliseconds + 1, sequence: 0)
        _ = try await writer.send(
            [Array("XTRIM".utf8), key(shard), Array("MINID".utf8), Array(next.description.utf8)], for: key(shard),
            timeout: commandTimeout)
    }

    public func extent(shard: Int) async throws -> ShardExtent {
        let key = key(shard)
        guard try await writer.send([Array("EXISTS".utf8), key], for: key, timeout: commandTimeout) == .integer(1)
        else { return ShardExtent() }
        let reply = try await writer.send(
            [Array("XINFO".utf8), Array("STREAM".utf8), key], for: key, timeout: commandTimeout)
        return try reply.shardExtent()
    }

    public func count(shard: Int) async throws -> Int {
        let reply = try await writer.send(
            [Array("XLEN".utf8), key(shard)], for: key(shard), timeout: commandTimeout)
        guard case .integer(let length) = reply else { throw CallLogError(unexpected: "XLEN") }
        return Int(length)
    }

    public func close() async {
        await writer.close()
        let readers = readers.withLock { readers in
            isClosed.store(true, ordering: .releasing)
            return Array(readers.values)
        }
        for reader in readers { await reader.close() }
    }

    /// A connection for each shard: reads block.
    private func reader(of shard: Int) throws -> RedisRoute {
        try readers.withLock { readers in
            if let reader = readers[shard] { return reader }
            if isClosed.load(ordering: .acquiring) { throw CallLogError(.closed, "the call log was closed") }
            let reader = RedisRoute(url, tls)
            readers[shard] = reader
            return reader
        }
    }

    /// In braces what a cluster places the key by.
    private func key(_ shard: Int) -> [UInt8] {
        precondition(shard >= 0, "shards are counted from 0")
        return Array("\(prefix):calls:{\(shard)}".utf8)
    }
}
