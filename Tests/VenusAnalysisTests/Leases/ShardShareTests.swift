import Logging
import TestSupport
import Testing
import VenusAnalysis
import VenusStore

@Suite struct ShardShareTests {
    @Test("who holds more than its share gives one up after a while, the highest first")
    func givingUp() {
        let share = ShardShare(shards: 4)
        for shard in 0..<4 { share.took(shard, now: 0) }
        #expect(!share.mustGiveUp(3, now: 1_000_000))
        share.share(4, among: 3, now: 5_000)
        #expect(share.limit == 2)
        #expect(!share.mustGiveUp(3, now: 14_999))
        #expect(share.mustGiveUp(3, now: 15_000))
        #expect(!share.mustGiveUp(2, now: 15_000))
        share.gaveUp(3, now: 15_000)
        #expect(share.mustGiveUp(2, now: 15_000))
        share.gaveUp(2, now: 15_000)
        #expect(share.isFull)
        #expect(!share.mustGiveUp(1, now: 100_000))
    }

    @Test("a member that is gone for a moment does not make the others give up what they took")
    func patience() {
        let share = ShardShare(shards: 4)
        share.share(4, among: 2, now: 0)
        for shard in 0..<3 { share.took(shard, now: 1_000) }
        share.share(4, among: 1, now: 8_000)
        #expect(!share.mustGiveUp(2, now: 60_000))
        #expect(!share.isFull)
    }

    @Test("analyzers find out how many they are")
    func counting() async throws {
        let directory = try TemporaryDirectory()
        let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let store = try await SQLiteStore(path: directory.file("venus.sqlite"), logger: quiet)
        let clock = ManualClock(Samples.epoch * 1_000)
        let shares = (0..<3).map { _ in ShardShare(shards: 8) }
        var members = shares.enumerated().map { number, share in
            Membership(
                shards: 8, share: share, store: store, clock: clock,
                configuration: AnalyzerConfiguration(owner: "analyzer-\(number)"), logger: quiet)
        }
        for _ in 0..<2 { await members[0].step() }
        #expect(shares[0].limit == 8)
        for _ in 0..<3 { for place in members.indices { await members[place].step() } }
        #expect(shares.map(\.limit) == [3, 3, 3])
        // One ends; its lease is free at once.
        let stop = StopSignal()
        stop.raise()
        await members[1].run(until: stop)
        for _ in 0..<2 { for place in [0, 2] { await members[place].step() } }
        #expect(shares[0].limit == 4)
        #expect(shares[2].limit == 4)
        await store.close()
    }
}
