import Testing
import TestSupport
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

/// Any order, any lateness, any crash: history and windows equal a direct computation over all calls.
@Suite struct ExactnessTests {
    @Test("counts stay exact through duplicates, gaps, lateness, crashes and broken commits", arguments: 1...4)
    func property(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let house = try await ShardHouse(at: Samples.epoch + Int64.random(in: 0..<3_600, using: &random))
        var owner = house.owner()
        var direct = DirectComputation()
        var producers = (0..<3).map { Walk(producer: Samples.producer("p\($0)", service: "service-\($0 % 2)")) }
        var lost: UInt64 = 0

        for _ in 0..<120 {
            let now = house.clock.now / 1_000 + (random.chance(4) ? 900 : Int64.random(in: 1...20, using: &random))
            house.clock.move(to: now * 1_000 - Int64.random(in: 1...900, using: &random))
            for place in producers.indices where random.chance(70) {
                if random.chance(5) { lost += producers[place].lose(using: &random) }
                let block = producers[place].block(at: house.clock.now, using: &random)
                direct.add(block, at: house.append(block))
                if random.chance(10) { house.append(block) }
                if random.chance(5), let older = producers[place].sent.randomElement(using: &random) {
                    house.append(older)
                }
            }
            // One that crashed is simply gone; the lease knows it by its name.
            if random.chance(10) { owner = house.owner() }
            if random.chance(10) {
                house.store.failNextCommit(
                    [.unavailable, .ambiguousLost, .ambiguousWritten].randomElement(using: &random)!)
            }
            await house.tick(&owner, at: now)
            // A crash after the commit, or in the middle of a step.
            if random.chance(5) { owner = house.owner() }
            guard random.chance(20) else { continue }
            try await settle(&owner, house)
            try check(house, direct)
        }
        for place in producers.indices {
            house.log.append(
                Samples.end(producers[place].producer, next: producers[place].next), at: house.clock.now)
        }
        try await settle(&owner, house)
        await house.tick(&owner, at: house.clock.now / 1_000 + 2_000)
        try await settle(&owner, house)

        #expect(direct.calls > 1_000)
        for level in Level.allCases {
            #expect(try await house.rows(.minute, level) == direct.rows(.minute, level))
        }
        var roller = house.roller()
        await roller.step(until: StopSignal())
        for level in Level.allCases {
            let rows = try await house.rows(.quarterHour, level)
            #expect(rows == direct.rows(.quarterHour, level))
        }
        // Two days on each bucket of every tier is over; the minutes are past their retention.
        await house.tick(&owner, at: house.clock.now / 1_000 + 2 * 86_400)
        try await settle(&owner, house)
        await roller.step(until: StopSignal())
        for tier in Tier.allCases where tier != .minute {
            for level in Level.allCases {
                let rows = try await house.rows(tier, level)
                #expect(rows == direct.rows(tier, level), "\(tier) \(level)")
            }
        }
        let losses = try await house.store.losses(since: 0, limit: 1_000)
        #expect(losses.reduce(0) { $0 + $1.count } == lost)
        // The newest stays.
        #expect(try await house.log.count(shard: 0) == 1)
        #expect(try await house.store.quarantined(since: 0, before: nil, limit: 10).count == 0)
    }

    /// Ticks until everything is read and committed, through what still fails.
    private func settle(_ owner: inout ShardOwner, _ house: ShardHouse) async throws {
        for _ in 0..<20 {
            await house.tick(&owner, at: house.clock.now / 1_000 + 1)
            if owner.ownsShard, house.frames.last?.at == house.clock.now { return }
        }
        Issue.record("the owner does not come to rest")
    }

    private func check(_ house: ShardHouse, _ direct: DirectComputation) throws {
        let frame = try #require(house.frames.last)
        for window in Window.allCases {
            for level in [Level.edge, .operation] {
                #expect(
                    frame.totals(window, level) == direct.window(window, now: frame.at / 1_000, level),
                    "\(window.name) by \(level.name)")
            }
        }
    }
}

/// A producer as it goes: which sequence number comes next, and what it has sent.
private struct Walk {
    let producer: Producer
    var next: UInt64 = 1
    var sent: [CallBlock] = []

    /// A block that is appended at this time (milliseconds), of calls that ended lately, long ago, or seemingly later.
    mutating func block(at milliseconds: Int64, using random: inout SeededGenerator) -> CallBlock {
        let age: Int64 =
            switch Int.random(in: 0..<20, using: &random) {
            case 0: -Int64.random(in: 0...10_000, using: &random)
            case 1, 2: Int64.random(in: 0...120_000, using: &random)
            case 3: Int64.random(in: 0...7_200_000, using: &random)
            default: Int64.random(in: 0...150, using: &random)
            }
        let ends = (0..<Int.random(in: 1...20, using: &random)).map { _ in
            (milliseconds - age) * 1_000 + Int64.random(in: -900_000...900_000, using: &random)
        }
        let block = Samples.block(producer, first: next, ends: ends, using: &random)
        next += UInt64(ends.count)
        sent = sent.suffix(5) + [block]
        return block
    }

    /// Skips some numbers, as a proxy does whose queue was full.
    mutating func lose(using random: inout SeededGenerator) -> UInt64 {
        let count = UInt64.random(in: 1...30, using: &random)
        next += count
        return count
    }
}
