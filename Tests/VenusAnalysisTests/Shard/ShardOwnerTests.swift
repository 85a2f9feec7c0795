import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite struct ShardOwnerTests {
    private let producer = Samples.producer("p")

    private func block(_ first: UInt64, _ count: Int, second: Int64) -> CallBlock {
        CallBlock(
            producer: producer, first: first, operations: Samples.operations,
            calls: (0..<count).map {
                Call(operation: 0, start: second * 1_000_000 + Int64($0), duration: 100, outcome: .success)
            })
    }

    @Test("a minute closes five seconds after its end, also one without calls")
    func closing() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 64)
        #expect(try await house.rows(.minute, .total).isEmpty)
        #expect(try await house.store.openCells().first?.cells.map(\.totals.calls) == [3])
        await house.tick(&owner, at: Samples.epoch + 65)
        #expect(try await house.calls() == 3)
        #expect(try await house.store.shardState(0).openSince == Samples.epoch + 60)
        await house.tick(&owner, at: Samples.epoch + 125)
        #expect(try await house.store.shardState(0).openSince == Samples.epoch + 120)
    }

    @Test("a call that comes after its minute's close is merged into it, and into the windows that cover it")
    func lateCalls() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 65)
        house.append(block(4, 2, second: Samples.epoch + 1))
        await house.tick(&owner, at: Samples.epoch + 66)
        #expect(try await house.calls() == 5)
        let frame = try #require(house.frames.last)
        #expect(frame.totals(.minute1, .edge).isEmpty)
        #expect(frame.totals(.minutes5, .edge).values.map(\.calls) == [5])
        #expect(frame.totals(.hour1, .operation).values.map(\.calls) == [5])
    }

    @Test("what cannot be read is put aside, and what follows is counted")
    func quarantine() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        var wrong = BlockEncoder.entry(block(4, 3, second: Samples.epoch))
        let place = try #require(wrong.firstIndex { $0.name == "n" })
        wrong[place] = EntryField("n", "4")
        house.log.append(wrong, at: house.clock.now)
        house.log.append([EntryField("hello", "world")], at: house.clock.now)
        house.append(block(7, 2, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 70)
        #expect(try await house.calls() == 5)
        #expect(try await house.store.losses(since: 0, limit: 10).map(\.count) == [3])
        #expect(house.frames.last?.lostCalls == 3)
        let page = try await house.store.quarantined(since: 0, before: nil, limit: 10)
        #expect(page.count == 2 && page.entries.allSatisfy { $0.shard == 0 && !$0.reason.isEmpty })
    }

    @Test("an entry of a newer version waits, and so does what follows it")
    func newerVersion() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        var newer = BlockEncoder.entry(block(4, 3, second: Samples.epoch))
        newer[0] = EntryField("v", "2")
        let waiting = house.log.append(newer, at: house.clock.now)
        house.append(block(7, 2, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 2)
        await house.tick(&owner, at: Samples.epoch + 70)
        let cursor = try #require(EntryID(try await house.store.shardState(0).cursor))
        #expect(cursor < waiting)
        // The two that wait, and the newest that is committed.
        #expect(try await house.log.count(shard: 0) == 3)
        #expect(house.frames.last?.totals(.hour1, .edge).values.map(\.calls) == [3])
    }

    @Test("a commit whose outcome is unknown doubles nothing and loses nothing", arguments: [true, false])
    func ambiguous(wasWritten: Bool) async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        house.store.failNextCommit(wasWritten ? .ambiguousWritten : .ambiguousLost)
        await house.tick(&owner, at: Samples.epoch + 1)
        #expect(!owner.ownsShard)
        house.append(block(4, 2, second: Samples.epoch + 1))
        await house.tick(&owner, at: Samples.epoch + 70)
        #expect(owner.ownsShard)
        #expect(try await house.calls() == 5)
        #expect(house.frames.last?.totals(.hour1, .edge).values.map(\.calls) == [5])
    }

    @Test("of two owners the store lets one write; the other gives up and loses nothing")
    func fencing() async throws {
        let house = try await ShardHouse()
        var first = house.owner("first", leaseDuration: .milliseconds(1))
        var second = house.owner("second")
        house.append(block(1, 3, second: Samples.epoch))
        #expect(await first.hold())
        await first.read(wait: .zero)
        // The first owner sleeps over its lease, and the second takes over.
        try await eventually(holds: {
            house.clock.move(to: house.clock.now + 1_000)
            return await second.hold()
        })
        house.append(block(4, 2, second: Samples.epoch))
        while await second.read(wait: .zero) {}
        await second.tick()
        await first.tick()
        #expect(!first.ownsShard)
        await house.tick(&first, at: Samples.epoch + 100)
        #expect(!first.ownsShard)
        await house.tick(&second, at: Samples.epoch + 101)
        #expect(try await house.calls() == 5)
        // The next one takes it once the second ends, and knows all that the second did.
        house.append(block(6, 1, second: Samples.epoch + 100))
        await second.finish()
        var third = house.owner("third")
        await house.tick(&third, at: Samples.epoch + 200)
        #expect(third.ownsShard)
        #expect(try await house.calls() == 6)
        #expect(house.frames.last?.totals(.hour1, .edge).values.map(\.calls) == [6])
    }

    @Test("a lease is kept while the shard's state takes longer to read than it lasts")
    func longRecovery() async throws {
        let house = try await ShardHouse()
        let (store, held) = (house.store, house.store.holdUpStates())
        let watching = Task {
            defer { held.finish() }
            try await eventually("the first owner's reading", holds: { store.isHoldingUp })
            // It is renewed at each third of its time, so that by now it would have ended.
            let before = store.leaseRequests
            try await eventually(within: .seconds(30), "four renewals", holds: { store.leaseRequests >= before + 4 })
            #expect(try await store.acquireLease(Lease.shard(0), owner: "second", duration: .seconds(1)) == nil)
        }
        var owner = house.owner("first", leaseDuration: .seconds(3))
        #expect(await owner.hold())
        try await watching.value
    }

    @Test("minutes do not close while the log still holds their calls")
    func backlog() async throws {
        let house = try await ShardHouse()
        var owner = house.owner(readLimit: 2)
        for minute in 0..<4 {
            house.clock.move(to: (Samples.epoch + Int64(minute) * 60 + 1) * 1_000)
            house.append(block(UInt64(minute) + 1, 1, second: Samples.epoch + Int64(minute) * 60))
        }
        house.clock.move(to: (Samples.epoch + 3_000) * 1_000)
        #expect(await owner.hold())
        await owner.read(wait: .zero)
        await owner.tick()
        #expect(try await house.store.shardState(0).openSince == Samples.epoch)
        #expect(house.frames.last?.coveredSince == Samples.epoch + 3_000)
        while await owner.read(wait: .zero) {}
        house.clock.move(to: (Samples.epoch + 3_010) * 1_000)
        await owner.tick()
        #expect(try await house.store.shardState(0).openSince == Samples.epoch + 3_000)
        #expect(try await house.calls() == 4)
        #expect(house.frames.last?.coveredSince == Samples.epoch + 3_000)
    }

    @Test("a log that is away is asked again, and time goes on meanwhile")
    func logAway() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 1)
        house.log.isAway = true
        house.append(block(4, 2, second: Samples.epoch + 2))
        await house.tick(&owner, at: Samples.epoch + 100)
        #expect(try await house.calls() == 3)
        #expect(house.frames.last?.at == (Samples.epoch + 100) * 1_000)
        house.log.isAway = false
        await house.tick(&owner, at: Samples.epoch + 110)
        #expect(try await house.calls() == 5)
    }

    @Test("a log that was emptied is read from its beginning, and nothing counts twice")
    func logReset() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch))
        await house.tick(&owner, at: Samples.epoch + 1)
        house.log.reset()
        house.log.append(BlockEncoder.entry(block(1, 5, second: Samples.epoch)), at: Samples.epoch * 1_000 - 5)
        await house.tick(&owner, at: Samples.epoch + 100)
        #expect(try await house.calls() == 5)
    }

    @Test("the end of an owner commits what is there and frees the shard at once")
    func finish() async throws {
        let house = try await ShardHouse()
        var owner = house.owner("first")
        #expect(await owner.hold())
        house.append(block(1, 3, second: Samples.epoch))
        await owner.finish()
        var next = house.owner("second")
        #expect(await next.hold())
        await next.tick()
        #expect(house.frames.last?.totals(.hour1, .edge).values.map(\.calls) == [3])
    }

    @Test("calls that are too old to be told from duplicates are refused, and counted as lost")
    func tooOld() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        house.append(block(1, 3, second: Samples.epoch - 9 * 86_400))
        await house.tick(&owner, at: Samples.epoch + 70)
        #expect(try await house.calls() == 0)
        #expect(try await house.store.losses(since: 0, limit: 10).map(\.count) == [3])
    }
}
