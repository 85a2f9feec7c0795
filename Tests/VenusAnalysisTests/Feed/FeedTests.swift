import Testing
import TestSupport
import VenusAnalysis
import VenusCore
import VenusStore

@Suite struct FeedTests {
    @Test("a frame is read back as it was written")
    func encoding() throws {
        let frame = sample()
        #expect(try FeedFrame(encoded: frame.encoded) == frame)
    }

    @Test("a frame that is cut, longer, or of another version is refused")
    func strict() throws {
        let bytes = sample().encoded
        for length in 0..<bytes.count {
            #expect(throws: EncodingError.self) { try FeedFrame(encoded: Array(bytes.prefix(length))) }
        }
        #expect(throws: EncodingError.corrupt) { try FeedFrame(encoded: bytes + [0]) }
        #expect(throws: EncodingError.newerVersion(2)) { try FeedFrame(encoded: [2] + bytes.dropFirst()) }
        #expect(throws: EncodingError.corrupt) { try FeedFrame(encoded: [0] + bytes.dropFirst()) }
    }

    @Test("a reader that lags gets the newest frame of each shard")
    func newestWins() async {
        let feed = InProcessFeed()
        var reader = feed.frames().makeAsyncIterator()
        for at in 1...5 as ClosedRange<Int64> {
            for shard in 0..<2 {
                feed.publish(
                    FeedFrame(
                        shard: shard, shards: 2, epoch: 1, at: at, coveredSince: 0, series: [], producers: [],
                        lostCalls: 0))
            }
        }
        let frames = [await reader.next(), await reader.next()]
        #expect(frames.map { $0?.shard } == [0, 1])
        #expect(frames.map { $0?.at } == [5, 5])
        feed.close()
        #expect(await reader.next() == nil)
        var late = feed.frames().makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    private func sample() -> FeedFrame {
        var random = SeededGenerator(seed: 9)
        let producer = Samples.producer("p")
        let series = Samples.operations.map { operation in
            FeedSeries(
                key: Samples.key(operation, of: producer),
                windows: Window.allCases.map { _ in
                    var totals = KPITotals()
                    for _ in 0..<20 { totals.record(Samples.call(end: 0, using: &random)) }
                    return totals
                })
        }
        return FeedFrame(
            shard: 1, shards: 4, epoch: 7, at: Samples.epoch * 1_000, coveredSince: Samples.epoch - 60, series: series,
            producers: [
                ProducerMark(
                    producer: producer, shard: 1, highest: 500, lastSeen: 4, callsInFlight: 3, callsQueued: 2,
                    callsDropped: 1, version: "0.1.0", hasEnded: false)
            ], lostCalls: 12,
            announcements: [
                Announcement(environment: "production", address: "a:1", service: "checkout", since: 7)
            ])
    }
}
