public import Logging
import Synchronization

/// Messages between processes through a short stream of Redis: who begins to listen gets the newest at once, and then
/// all that come. What is older than a few seconds when somebody begins is no news, and is left out.
public final class RedisBroadcast: Sendable {
    /// How old a message may be when somebody begins to listen, by Redis' clock, in milliseconds.
    public static let freshness: UInt64 = 5_000
    /// How long Redis may take for a command, beside the wait of a read.
    static let commandTimeout: Duration = .seconds(5)
    /// How long one read waits for a message.
    static let readWait: Duration = .seconds(5)
    private static let field = "message"

    private let url: RedisURL
    private let tls: RedisTLS?
    private let key: [UInt8]
    private let keeping: Int
    private let logger: Logger
    private let writer: RedisRoute
    private let state = Mutex(State())

    private struct State {
        var isClosed = false
        var next = 0
        var readers: [Int: RedisRoute] = [:]
    }

    /// - Parameters:
    ///   - url: as that of ``RedisCallLog``.
    ///   - trustFile: as that of ``RedisCallLog``.
    ///   - key: of the stream.
    ///   - keeping: messages that the stream holds, about, and that a reader is given at once, at most.
    ///
    /// Throws ``CallLogError`` for a URL or a file that cannot be used; connects later.
    public init(url: String, trustFile: String? = nil, key: String, keeping: Int, logger: Logger) throws {
        self.url = try RedisURL(url)
        tls = self.url.isTLS ? try RedisTLS(trustFile: trustFile) : nil
        self.key = Array(key.utf8)
        self.keeping = max(1, keeping)
        self.logger = logger
        writer = RedisRoute(self.url, tls)
    }

    /// Gives the message to all who listen, and to who begins to within a few seconds. Throws ``CallLogError``.
    public func publish(_ message: [UInt8]) async throws {
        let words = ["MAXLEN", "~", "\(keeping)", "*", Self.field].map { Array($0.utf8) }
        _ = try await writer.send(
            [Array("XADD".utf8), key] + words + [message], for: key, timeout: Self.commandTimeout)
    }

    /// Gives every message to `take`, in order, until that returns false, the task is cancelled, or this is closed;
    /// asks `isWanted` now and then while none comes. After a broken connection it begins anew, so that a message may
    /// come twice.
    public func listen(
        while isWanted: @Sendable () -> Bool, _ take: @Sendable ([UInt8]) -> Bool
    ) async {
        guard let (number, reader) = begin() else { return }
        var cursor: EntryID?
        var wait = Backoff(first: .milliseconds(50), longest: .seconds(5))
        var isAway = false
        while !Task.isCancelled, isWanted() {
            do {
                let entries: [LogEntry]
                if let known = cursor {
                    entries = try await read(reader, after: known)
                } else {
                    (entries, cursor) = try await newest(reader)
                }
                cursor = entries.last?.id ?? cursor
                isAway = false
                wait.succeeded()
                for message in entries.compactMap(Self.message) where !take(message) {
                    await end(number)
                    return
                }
            } catch {
                if (error as? CallLogError)?.code == .closed { break }
                // There may be another server by now, whose ids are lower.
                cursor = nil
                if !isAway, !Task.isCancelled {
                    logger.warning("the live feed cannot be read; trying again", metadata: ["error": "\(error)"])
                }
                isAway = true
                try? await ContinuousClock().sleep(for: wait.failed(random: Double.random(in: 0..<1)))
            }
        }
        await end(number)
    }

    /// Ends all listening.
    public func close() async {
        let readers = state.withLock { state in
            state.isClosed = true
            return Array(state.readers.values)
        }
        for reader in readers { await reader.close() }
        await writer.close()
    }

    /// A connection of its own for each: reads block. `nil` where this is closed.
    private func begin() -> (Int, RedisRoute)? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            let reader = RedisRoute(url, tls)
            state.readers[state.next] = reader
            return (state.next, reader)
        }
    }

    private func end(_ number: Int) async { await state.withLock { $0.readers.removeValue(forKey: number) }?.close() }

    /// The newest messages, oldest first, as far as they are news; and the place after which the next ones come.
    private func newest(_ reader: RedisRoute) async throws -> ([LogEntry], EntryID) {
        let time = try await reader.send([Array("TIME".utf8)], for: key, timeout: Self.commandTimeout)
        guard case .array(let parts) = time, let seconds = parts.first?.text.flatMap({ UInt64($0) }),
            seconds < .max / 1_000
        else { throw CallLogError(unexpected: "TIME") }
        let words = ["+", "-", "COUNT", "\(keeping)"].map { Array($0.utf8) }
        let entries = try await reader.send(
            [Array("XREVRANGE".utf8), key] + words, for: key, timeout: Self.commandTimeout
        ).entries(of: "XREVRANGE")
        let oldest = max(seconds * 1_000, Self.freshness) - Self.freshness
        return (entries.filter { $0.id.milliseconds >= oldest }.reversed(), entries.first?.id ?? .start)
    }

    private func read(_ reader: RedisRoute, after cursor: EntryID) async throws -> [LogEntry] {
        let wait = Int64(Self.readWait / .milliseconds(1))
        let words = ["XREAD", "COUNT", "\(keeping)", "BLOCK", "\(wait)", "STREAMS"].map { Array($0.utf8) }
        return try await reader.send(
            words + [key, Array(cursor.description.utf8)], for: key, timeout: Self.commandTimeout + Self.readWait
        ).entriesRead()
    }

    private static func message(_ entry: LogEntry) -> [UInt8]? { entry.fields.first { $0.name == field }?.value }
}
