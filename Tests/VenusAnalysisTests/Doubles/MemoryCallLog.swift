import Synchronization
import VenusCallLog

/// A call log in memory, with the time of its ids in the test's hands.
final class MemoryCallLog: CallLog {
    private struct State {
        var entries: [[LogEntry]]
        var newest: [EntryID]
        var removed: [UInt64]
        var isAway = false
    }

    let shards: Int
    private let state: Mutex<State>

    init(shards: Int = 1) {
        self.shards = shards
        state = Mutex(
            State(
                entries: Array(repeating: [], count: shards), newest: Array(repeating: .start, count: shards),
                removed: Array(repeating: 0, count: shards)))
    }

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    /// Appends an entry at this time (milliseconds) and returns its id.
    @discardableResult
    func append(_ entry: [EntryField], at milliseconds: Int64, shard: Int = 0) -> EntryID {
        state.withLock { state in
            var id = EntryID(milliseconds: UInt64(milliseconds), sequence: 0)
            let newest = state.newest[shard]
            if id <= newest { id = EntryID(milliseconds: newest.milliseconds, sequence: newest.sequence + 1) }
            state.newest[shard] = id
            state.entries[shard].append(LogEntry(id: id, fields: entry))
            return id
        }
    }

    func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        append(entry, at: Int64(state.withLock { $0.newest[shard].milliseconds }), shard: shard)
    }

    func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] {
        let deadline = ContinuousClock.now + wait
        while true {
            let entries = try state.withLock { state in
                if state.isAway { throw CallLogError(.unavailable, "away") }
                let entries = state.entries[shard]
                let first = entries.firstIndex { $0.id > cursor } ?? entries.endIndex
                return Array(entries[first...].prefix(limit))
            }
            guard entries.isEmpty, ContinuousClock.now < deadline else { return entries }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func trim(shard: Int, through id: EntryID) async throws {
        state.withLock { state in
            let before = state.entries[shard].count
            state.entries[shard].removeAll { $0.id <= id }
            state.removed[shard] += UInt64(before - state.entries[shard].count)
        }
    }

    func extent(shard: Int) async throws -> ShardExtent {
        try state.withLock { state in
            if state.isAway { throw CallLogError(.unavailable, "away") }
            guard state.entries.indices.contains(shard) else { return ShardExtent() }
            return ShardExtent(
                oldest: state.entries[shard].first?.id, newest: state.newest[shard], removed: state.removed[shard])
        }
    }
    func count(shard: Int) async throws -> Int { state.withLock { $0.entries[shard].count } }
    func close() async {}

    /// Forgets everything, ids included, as a log does that lost its disk.
    func reset() {
        state.withLock { state in
            state.entries = Array(repeating: [], count: shards)
            state.newest = Array(repeating: .start, count: shards)
            state.removed = Array(repeating: 0, count: shards)
        }
    }
}
