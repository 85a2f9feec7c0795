import Synchronization
import VenusCallLog
import VenusCore

/// A call log in memory that can be away.
final class ScriptedCallLog: CallLog {
    enum Mood: Sendable {
        case takes
        /// Throws, and holds nothing.
        case away
        /// Holds it, and throws all the same: as a connection that breaks before the answer.
        case takesAndFails
        /// Answers only when its mood changes.
        case silent
    }

    private struct State {
        var mood = Mood.takes
        var entries: [[LogEntry]]
        var attempts = 0
    }

    let shards: Int
    private let state: Mutex<State>

    init(shards: Int = 1) {
        self.shards = shards
        state = Mutex(State(entries: Array(repeating: [], count: shards)))
    }

    func become(_ mood: Mood) { state.withLock { $0.mood = mood } }

    var attempts: Int { state.withLock { $0.attempts } }

    /// What all entries of a shard say, in order.
    func records(shard: Int = 0) -> [LogRecord] { state.withLock { $0.entries[shard] }.map(BlockDecoder.decode) }

    func blocks(shard: Int = 0) -> [CallsRecord] {
        records(shard: shard).compactMap { if case .calls(let record) = $0 { record } else { nil } }
    }

    func heartbeats(shard: Int = 0) -> [Heartbeat] {
        records(shard: shard).compactMap { if case .heartbeat(let heartbeat) = $0 { heartbeat } else { nil } }
    }

    func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        state.withLock { $0.attempts += 1 }
        while state.withLock({ $0.mood == .silent }) { try await Task.sleep(for: .milliseconds(1)) }
        let result: (mood: Mood, id: EntryID) = state.withLock { state in
            let id = EntryID(milliseconds: 1, sequence: UInt64(state.entries[shard].count))
            if state.mood != .away { state.entries[shard].append(LogEntry(id: id, fields: entry)) }
            return (state.mood, id)
        }
        guard case .takes = result.mood else { throw CallLogError(.unavailable, "away for the test") }
        return result.id
    }

    func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] {
        state.withLock { Array($0.entries[shard].filter { $0.id > cursor }.prefix(limit)) }
    }

    func trim(shard: Int, through id: EntryID) async throws {
        state.withLock { $0.entries[shard].removeAll { $0.id <= id } }
    }

    func extent(shard: Int) async throws -> ShardExtent {
        state.withLock { state in
            ShardExtent(oldest: state.entries[shard].first?.id, newest: state.entries[shard].last?.id ?? .start)
        }
    }
    func count(shard: Int) async throws -> Int { state.withLock { $0.entries[shard].count } }
    func close() async {}
}
