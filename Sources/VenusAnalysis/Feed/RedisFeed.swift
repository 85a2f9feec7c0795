public import Logging
import VenusCallLog
import VenusCore

/// The live feed between processes, through Redis: one short stream, to which every analyzer adds the frames of its
/// shards. A reader gets the newest frames at once; one that lags gets the newest frame of each shard.
public final class RedisFeed: LiveFeed {
    /// Messages of each shard that the stream holds, about: frames, and the calls and instances beside them.
    static let messagesKept = 6

    private let broadcast: RedisBroadcast

    /// - Parameters:
    ///   - url: as that of ``RedisCallLog``.
    ///   - trustFile: as that of ``RedisCallLog``.
    ///   - prefix: that of the call log's keys; the stream is `PREFIX:feed`.
    ///   - shards: how many there are, about.
    ///
    /// Throws ``CallLogError`` for a URL or a file that cannot be used; connects later.
    public init(url: String, trustFile: String? = nil, prefix: String, shards: Int, logger: Logger) throws {
        broadcast = try RedisBroadcast(
            url: url, trustFile: trustFile, key: prefix + ":feed", keeping: Self.messagesKept * shards, logger: logger)
    }

    public func publish(_ frame: FeedFrame) async throws {
        // Before the frame that a reader puts them into.
        if !frame.recentCalls.isEmpty {
            let message = RecentCallsMessage(shard: frame.shard, calls: frame.recentCalls)
            try await broadcast.publish(message.encoded)
        }
        if let instances = frame.instances {
            let message = InstancesMessage(
                shard: frame.shard, epoch: frame.epoch, at: frame.at, instances: instances)
            try await broadcast.publish(message.encoded)
        }
        try await broadcast.publish(frame.encoded)
    }

    /// What cannot be decoded is passed over: another version's analyzer, or somebody else's message.
    public func frames() -> AsyncStream<FeedFrame> {
        let mailbox = FrameMailbox()
        let shelf = RecentCallsShelf()
        let instances = InstancesShelf()
        Task { [weak mailbox, broadcast] in
            await broadcast.listen(while: { [weak mailbox] in mailbox?.isClosed == false }) { [weak mailbox] message in
                guard let mailbox, !mailbox.isClosed else { return false }
                if let recent = try? RecentCallsMessage(encoded: message) {
                    shelf.put(recent)
                } else if let message = try? InstancesMessage(encoded: message) {
                    instances.put(message)
                } else if var frame = try? FeedFrame(encoded: message) {
                    frame.recentCalls = shelf.calls(shard: frame.shard)
                    frame.instances = instances.instances(for: frame)
                    mailbox.put(frame)
                }
                return true
            }
            mailbox?.close()
        }
        return AsyncStream { await mailbox.next() }
    }

    /// Ends every stream of frames.
    public func close() async { await broadcast.close() }
}
