import Logging

/// Hands a shard's frames to the feed beside the commits, which never wait for it: while one frame is on its way, only
/// the newest of those that follow is kept.
final class FeedPublisher: Sendable {
    private let feed: any LiveFeed
    private let clock: any WallClock
    private let logger: Logger
    private let frames: AsyncStream<FeedFrame>
    private let continuation: AsyncStream<FeedFrame>.Continuation

    init(feed: any LiveFeed, clock: any WallClock, logger: Logger) {
        self.feed = feed
        self.clock = clock
        self.logger = logger
        (frames, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func offer(_ frame: FeedFrame) { continuation.yield(frame) }

    func finish() { continuation.finish() }

    /// Publishes until ``finish()`` or cancellation. A frame that cannot be published is dropped: the next one stands
    /// for itself.
    func run() async {
        var trouble = RepeatedLog()
        for await frame in frames {
            do {
                try await feed.publish(frame)
                trouble.reset()
            } catch {
                trouble.write(
                    logger, .warning, "the live feed takes no frames; servers show the last one they got",
                    now: clock.now, metadata: ["shard": "\(frame.shard)", "error": "\(error)"])
            }
        }
    }
}
