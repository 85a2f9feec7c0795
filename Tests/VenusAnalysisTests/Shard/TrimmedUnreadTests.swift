import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite("Entries that somebody trims before they are read") struct TrimmedUnreadTests {
    private static let second = Samples.epoch

    private func append(_ house: ShardHouse, _ first: UInt64) -> EntryID {
        house.append(
            CallBlock(
                producer: Samples.producer("p"), first: first, operations: Samples.operations,
                calls: [
                    Call(operation: 0, start: house.clock.now * 1_000 - 200, duration: 100, outcome: .success)
                ]))
    }

    private func reasons(_ house: ShardHouse) async throws -> [String] {
        try await house.store.quarantined(since: 0, before: nil, limit: 10).entries.map(\.reason)
    }

    /// A house whose owner has read two entries, and knows its place in the log.
    private func atWork() async throws -> (ShardHouse, ShardOwner) {
        let house = try await ShardHouse()
        var owner = house.owner()
        for step in 0..<3 as Range<Int64> {
            _ = append(house, UInt64(step) + 1)
            await house.tick(&owner, at: Self.second + 3 * step)
        }
        return (house, owner)
    }

    @Test("are counted, though others came behind them and were read", arguments: [true, false])
    func counted(othersCame: Bool) async throws {
        var (house, owner) = try await atWork()
        // Too early to look again before the next read.
        house.clock.move(to: (Self.second + 7) * 1_000)
        _ = append(house, 4)
        let last = append(house, 5)
        try await house.log.trim(shard: 0, through: last)
        if othersCame {
            _ = append(house, 6)
            await owner.read(wait: .zero)
        }
        await house.tick(&owner, at: Self.second + 30)
        #expect(try await reasons(house) == ["2 entries were trimmed before they were read"])
        let losses = try await house.store.losses(since: 0, limit: 10)
        #expect(losses.map(\.count) == (othersCame ? [2] : []))
        // Once, and what follows is read.
        _ = append(house, 7)
        await house.tick(&owner, at: Self.second + 40)
        await house.tick(&owner, at: Self.second + 50)
        #expect(try await reasons(house).count == 1)
    }

    @Test("show to the next owner as well, who cannot know how many")
    func nextOwner() async throws {
        var (house, owner) = try await atWork()
        await owner.finish()
        let last = append(house, 4)
        try await house.log.trim(shard: 0, through: last)
        var next = house.owner("next")
        await house.tick(&next, at: Self.second + 30)
        #expect(try await reasons(house) == ["entries may have been trimmed before they were read"])
        await house.tick(&next, at: Self.second + 40)
        #expect(try await reasons(house).count == 1)
    }

    @Test("are not those that were read before they were trimmed")
    func read() async throws {
        var (house, owner) = try await atWork()
        house.clock.move(to: (Self.second + 20) * 1_000)
        let last = append(house, 4)
        await owner.read(wait: .zero)
        try await house.log.trim(shard: 0, through: last)
        _ = append(house, 5)
        await house.tick(&owner, at: Self.second + 30)
        let newest = try await house.log.lastID(shard: 0)
        try await house.log.trim(shard: 0, through: newest)
        for step in 4..<7 as Range<Int64> { await house.tick(&owner, at: Self.second + 10 * step) }
        await owner.finish()
        var next = house.owner("next")
        await house.tick(&next, at: Self.second + 80)
        #expect(try await reasons(house).isEmpty)
    }
}
