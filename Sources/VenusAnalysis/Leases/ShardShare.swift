import Synchronization

/// Which shards this analyzer holds, and how many of them are its share where several analyzers run.
///
/// It never keeps a shard from being owned: an analyzer that has its share only asks less often for others, and gives
/// one up only after it has had too many for a while.
package final class ShardShare: Sendable {
    /// How long an analyzer holds more than its share before it gives a shard up, in milliseconds: longer than the
    /// others need to notice that one of them is gone.
    package static let patience: Int64 = 10_000

    fileprivate struct State {
        var held: Set<Int> = []
        var limit: Int
        var isOverSince: Int64?
    }

    private let state: Mutex<State>

    package init(shards: Int) { state = Mutex(State(limit: shards)) }

    package var limit: Int { state.withLock { $0.limit } }
    package var isFull: Bool { state.withLock { $0.held.count >= $0.limit } }

    /// So many analyzers share the shards now.
    package func share(_ shards: Int, among analyzers: Int, now: Int64) {
        state.withLock {
            $0.limit = (shards + analyzers - 1) / analyzers
            $0.noteCount(now: now)
        }
    }

    package func took(_ shard: Int, now: Int64) {
        state.withLock {
            $0.held.insert(shard)
            $0.noteCount(now: now)
        }
    }

    package func gaveUp(_ shard: Int, now: Int64) {
        state.withLock {
            $0.held.remove(shard)
            $0.noteCount(now: now)
        }
    }

    /// Whether this one is too many: one after the other, the highest first.
    package func mustGiveUp(_ shard: Int, now: Int64) -> Bool {
        state.withLock { state in
            guard let since = state.isOverSince, now >= since + Self.patience else { return false }
            return state.held.max() == shard
        }
    }
}

extension ShardShare.State {
    fileprivate mutating func noteCount(now: Int64) {
        isOverSince = held.count > limit ? isOverSince ?? now : nil
    }
}
