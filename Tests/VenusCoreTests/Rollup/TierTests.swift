import Testing
import TestSupport
import VenusCore

@Suite("Tiers")
struct TierTests {
    @Test("put every second into one bucket, also before 1970", arguments: Tier.allCases)
    func buckets(_ tier: Tier) {
        var generator = SeededGenerator(seed: UInt64(tier.rawValue))
        for second in [0, -1, 1, tier.seconds, tier.seconds - 1, -tier.seconds, -tier.seconds - 1]
            + (0..<1_000).map({ _ in Int64.random(in: -10_000_000_000...10_000_000_000, using: &generator) })
        {
            let bucket = tier.bucket(of: second)
            #expect(bucket <= second && second < bucket + tier.seconds)
            #expect(bucket % tier.seconds == 0)
            #expect(tier.bucket(of: bucket) == bucket)
        }
    }

    @Test("nest exactly: a bucket lies in one of its parent's", arguments: Tier.allCases)
    func nesting(_ tier: Tier) throws {
        guard let parent = tier.parent else {
            #expect(tier == .day)
            return
        }
        #expect(parent.seconds % tier.seconds == 0)
        #expect(parent.child == tier)
        for second in stride(from: Int64(-200_000), through: 200_000, by: 59) {
            let bucket = tier.bucket(of: second)
            #expect(parent.bucket(of: bucket) == parent.bucket(of: second))
            #expect(parent.bucket(of: bucket) == parent.bucket(of: bucket + tier.seconds - 1))
        }
    }

    @Test("are kept longer the coarser they are, and long enough to make the next from them")
    func retention() {
        for tier in Tier.allCases {
            guard let parent = tier.parent else { continue }
            #expect(parent.defaultRetention > tier.defaultRetention)
            #expect(tier.defaultRetention > parent.seconds)
        }
    }

    @Test("and windows have names that lead back to them")
    func names() {
        #expect(Tier.allCases.map(\.name) == ["1m", "15m", "2h", "8h", "1d"])
        for tier in Tier.allCases { #expect(Tier(name: tier.name) == tier) }
        #expect(Tier(name: "3m") == nil)
        #expect(Window.allCases.map(\.name) == ["10s", "1m", "5m", "15m", "1h"])
        for window in Window.allCases {
            #expect(Window(name: window.name) == window)
            #expect(window.seconds % window.cellSeconds == 0)
        }
        #expect(Window(name: "") == nil)
    }
}
