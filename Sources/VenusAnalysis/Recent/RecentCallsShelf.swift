import Synchronization

/// The newest recent calls of each shard, until the frame comes that they are put into.
final class RecentCallsShelf: Sendable {
    /// Further shards' calls are dropped.
    static let maximumShards = 1_024

    private let calls = Mutex<[Int: RecentCalls]>([:])

    func put(_ message: RecentCallsMessage) {
        calls.withLock { calls in
            guard calls[message.shard] != nil || calls.count < Self.maximumShards else { return }
            calls[message.shard] = message.calls
        }
    }

    func calls(shard: Int) -> RecentCalls { calls.withLock { $0[shard] ?? RecentCalls() } }
}
