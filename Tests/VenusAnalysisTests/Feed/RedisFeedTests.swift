import Logging
import TestSupport
import Testing
import VenusAnalysis

@Suite("The live feed through Redis", .timeLimit(.minutes(1))) struct RedisFeedTests {
    private func frame(_ shard: Int = 0, at: Int64) -> FeedFrame {
        FeedFrame(
            shard: shard, shards: 2, epoch: 1, at: at, coveredSince: 0, series: [], producers: [], lostCalls: 0)
    }

    private func feed(_ redis: RedisServer) throws -> RedisFeed {
        try RedisFeed(
            url: redis.url, prefix: "venus", shards: 2,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    @Test("who begins to read gets the newest frame of each shard at once, though nothing is published any more")
    func atOnce() async throws {
        let redis = try await RedisServer()
        let (publishing, reading) = (try feed(redis), try feed(redis))
        for at in 1...3 as ClosedRange<Int64> {
            for shard in 0..<2 { try await publishing.publish(frame(shard, at: at)) }
        }
        var newest: [Int: Int64] = [:]
        for await frame in reading.frames() {
            newest[frame.shard] = frame.at
            if newest == [0: 3, 1: 3] { break }
        }
        await reading.close()
        await publishing.close()
        try await redis.stop()
    }

    @Test("frames reach another process's reader, also after Redis was away; what is no frame is passed over")
    func throughRedis() async throws {
        let redis = try await RedisServer()
        let (publishing, reading) = (try feed(redis), try feed(redis))
        let received = FrameBox()
        let reader = Task { for await frame in reading.frames() { received.put(frame) } }
        for at in [1, 2] as [Int64] {
            try await redis.cli("XADD", "venus:feed", "*", "message", "not a frame")
            try await redis.cli("XADD", "venus:feed", "*", "other", "field")
            // A connection that has just broken takes nothing.
            try await eventually(within: .seconds(30), "publishing") {
                try await publishing.publish(frame(at: at))
                return true
            }
            try await eventually(within: .seconds(30), "frame \(at)", holds: { received.last?.at == at })
            if at == 1 { try await redis.restart() }
        }
        await reading.close()
        await reader.value
        await publishing.close()
        try await redis.stop()
    }

    @Test("the stream of frames stays short")
    func short() async throws {
        let redis = try await RedisServer(options: ["--stream-node-max-entries", "10"])
        let publishing = try feed(redis)
        for at in 1...500 as ClosedRange<Int64> { try await publishing.publish(frame(at: at)) }
        let length = try #require(Int(try await redis.cli("XLEN", "venus:feed").filter(\.isNumber)))
        #expect(length >= 4 && length <= 30)
        await publishing.close()
        try await redis.stop()
    }
}
