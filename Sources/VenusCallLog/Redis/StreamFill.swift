import Synchronization

/// How full the streams are, as far as it is known: so that not every append asks.
final class StreamFill: Sendable {
    private struct Known {
        var length = 0
        var until: ContinuousClock.Instant?
    }

    private let maximumEntries: Int
    private let validity: Duration
    private let shards: Mutex<[Known]>

    init(shards: Int, maximumEntries: Int, validity: Duration) {
        self.maximumEntries = maximumEntries
        self.validity = validity
        self.shards = Mutex(Array(repeating: Known(), count: shards))
    }

    /// Whether the length has to be asked for before the next append.
    func mustAsk(_ shard: Int, at now: ContinuousClock.Instant) -> Bool {
        shards.withLock { shards in
            guard let until = shards[shard].until, now < until else { return true }
            return shards[shard].length >= maximumEntries
        }
    }

    /// - Returns: whether there is room.
    func learned(_ shard: Int, length: Int, at now: ContinuousClock.Instant) -> Bool {
        shards.withLock { $0[shard] = Known(length: length, until: now + validity) }
        return length < maximumEntries
    }

    func appended(to shard: Int) { shards.withLock { $0[shard].length += 1 } }
}
