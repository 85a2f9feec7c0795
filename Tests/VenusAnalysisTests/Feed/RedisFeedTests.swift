import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog

@Suite struct RedisFeedTests {
    private func frame(at: Int64) -> FeedFrame {
        FeedFrame(
            shard: 0, shards: 1, epoch: 1, at: at, coveredSince: 0, series: [], producers: [], lostCalls: 0)
    }

    @Test("frames reach another process's reader, also after Redis was away")
    func throughRedis() async throws {
        let redis = try await RedisServer()
        let (here, there) = (try RedisPubSub(url: redis.url), try RedisPubSub(url: redis.url))
        let publishing = RedisFeed(pubSub: here, prefix: "venus")
        let reading = RedisFeed(pubSub: there, prefix: "venus")
        let received = FrameBox()
        let reader = Task { for await frame in reading.frames() { received.put(frame) } }

        for at in [1, 2] as [Int64] {
            try await eventually(within: .seconds(30), "frame \(at)") {
                // Nothing is kept for a reader that is not there yet, so it is said until it is heard.
                try await publishing.publish(frame(at: at))
                return received.last?.at == at ? true : nil
            }
            try await here.publish(Array("not a frame".utf8), to: "venus:feed")
            if at == 1 { try await redis.restart() }
        }
        await there.close()
        await reader.value
        await here.close()
    }
}
