public import VenusCallLog
import VenusCore

/// The live feed between processes, through Redis: one channel, on which every analyzer publishes the frames of its
/// shards. A reader that lags gets the newest frame of each shard.
public final class RedisFeed: LiveFeed {
    /// Messages of a reader that are not yet decoded.
    static let maximumMessages = 64

    private let pubSub: RedisPubSub
    private let channel: String

    /// - Parameter prefix: that of the call log's keys; the channel is `PREFIX:feed`.
    public init(pubSub: RedisPubSub, prefix: String) {
        self.pubSub = pubSub
        channel = prefix + ":feed"
    }

    public func publish(_ frame: FeedFrame) async throws { try await pubSub.publish(frame.encoded, to: channel) }

    /// What cannot be decoded is passed over: another version's analyzer, or somebody else's message.
    public func frames() -> AsyncStream<FeedFrame> {
        let mailbox = FrameMailbox()
        let messages = pubSub.messages(on: channel, keepingNewest: Self.maximumMessages)
        // Ends with the subscription, or at the first message after the reader has gone.
        Task { [weak mailbox] in
            for await message in messages {
                guard let mailbox, !mailbox.isClosed else { return }
                if let frame = try? FeedFrame(encoded: message) { mailbox.put(frame) }
            }
            mailbox?.close()
        }
        return AsyncStream { await mailbox.next() }
    }
}
