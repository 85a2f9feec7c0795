public import VenusCallLog

/// The live feed between processes: frames on the channel `PREFIX:feed` of a Redis.
public final class RedisFeed: LiveFeed {
    /// Frames that wait for a reader at most: some of each of the shards there can be.
    private static let maximumWaiting = 512

    private let pubSub: RedisPubSub
    private let channel: String

    public init(pubSub: RedisPubSub, prefix: String) {
        self.pubSub = pubSub
        channel = prefix + ":feed"
    }

    /// Throws ``CallLogError`` while Redis is away.
    public func publish(_ frame: FeedFrame) async throws { try await pubSub.publish(frame.encoded, to: channel) }

    /// What cannot be read, such as the frames of a newer version, is passed over.
    public func frames() -> AsyncStream<FeedFrame> {
        let messages = pubSub.messages(on: channel, keepingNewest: Self.maximumWaiting)
        return AsyncStream(bufferingPolicy: .bufferingNewest(Self.maximumWaiting)) { continuation in
            let task = Task {
                for await message in messages {
                    if let frame = try? FeedFrame(encoded: message) { continuation.yield(frame) }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
