import Synchronization

/// The newest instances of each shard, until the frame comes that they are put into.
final class InstancesShelf: Sendable {
    /// Further shards' instances are dropped.
    static let maximumShards = 1_024
    /// How much older than their frame they may be, in milliseconds: a reader that lags may miss some.
    static let maximumAge: Int64 = 5_000

    private let messages = Mutex<[Int: InstancesMessage]>([:])

    func put(_ message: InstancesMessage) {
        messages.withLock { messages in
            guard messages[message.shard] != nil || messages.count < Self.maximumShards else { return }
            messages[message.shard] = message
        }
    }

    /// `nil` where the shard's owner, which may know nothing of instances, did not send them lately.
    func instances(for frame: FeedFrame) -> FeedInstances? {
        messages.withLock { messages in
            guard let message = messages[frame.shard], message.epoch == frame.epoch,
                (frame.at &- Self.maximumAge...max(frame.at, frame.at &- Self.maximumAge)).contains(message.at)
            else { return nil }
            return message.instances
        }
    }
}
