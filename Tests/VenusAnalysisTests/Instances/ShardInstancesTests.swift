import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite("The instances of a shard", .timeLimit(.minutes(5))) struct ShardInstancesTests {
    private static let names = ["one", "two", "three"]

    private func producer(_ instance: String, _ id: String) -> Producer {
        Producer(id: id, environment: "production", service: "checkout", instance: instance, host: "h")
    }

    private func key(_ instance: String) -> InstanceKey {
        InstanceKey(environment: "production", service: "checkout", instance: instance)
    }

    @Test(
        "their windows are what their calls add up to, through late calls, crashes and commits that failed",
        arguments: 1...3)
    func exact(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(40 + seed))
        let house = try await ShardHouse()
        var owner = house.owner()
        var direct = Self.names.map { _ in DirectComputation() }
        var next = [UInt64](repeating: 1, count: Self.names.count)
        for round in 0..<150 {
            let now = house.clock.now / 1_000 + Int64.random(in: 1...20, using: &random)
            house.clock.move(to: now * 1_000 - 500)
            for place in Self.names.indices where random.chance(70) {
                let late = random.chance(15) ? Int64.random(in: 0...600, using: &random) : 0
                let ends = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                    (now - 1 - late) * 1_000_000 + Int64.random(in: -900_000...0, using: &random)
                }
                let block = Samples.block(
                    producer(Self.names[place], "p\(place)"), first: next[place], ends: ends, using: &random)
                next[place] += UInt64(ends.count)
                direct[place].add(block, at: house.append(block))
                if random.chance(10) { house.append(block) }
            }
            if random.chance(10) {
                house.store.failNextCommit(
                    [.unavailable, .ambiguousLost, .ambiguousWritten].randomElement(using: &random)!)
            }
            await house.tick(&owner, at: now)
            // A crash after the commit.
            if random.chance(10) { owner = house.owner() }
            guard round % 10 == 9 else { continue }
            try await settle(&owner, house)
            try check(house, direct)
        }
    }

    private func settle(_ owner: inout ShardOwner, _ house: ShardHouse) async throws {
        for _ in 0..<20 {
            await house.tick(&owner, at: house.clock.now / 1_000 + 1)
            if owner.ownsShard, house.frames.last?.at == house.clock.now { return }
        }
        Issue.record("the owner does not come to rest")
    }

    private func check(_ house: ShardHouse, _ direct: [DirectComputation]) throws {
        let frame = try #require(house.frames.last)
        let instances = try #require(frame.instances)
        let now = frame.at / 1_000
        for window in Window.allCases where now - instances.coveredSince >= window.seconds {
            let place = Window.allCases.firstIndex(of: window)!
            for (name, direct) in zip(Self.names, direct) {
                let found = instances.series.first { $0.key == key(name) }?.windows[place]
                let expected = direct.window(window, now: now, .service).values.first
                #expect(found ?? KPITotals() == expected ?? KPITotals(), "\(name), \(window.name)")
            }
        }
    }

    @Test("a new owner knows the last quarter of an hour, and says so; what is idle for an hour is gone")
    func newOwner() async throws {
        var random = SeededGenerator(seed: 50)
        let house = try await ShardHouse()
        var owner = house.owner()
        let start = Samples.epoch
        func append(_ instance: String, at second: Int64, first: UInt64 = 1) {
            house.clock.move(to: second * 1_000)
            house.append(
                Samples.block(
                    producer(instance, instance), first: first, ends: [second * 1_000_000 - 10], using: &random))
        }
        await house.tick(&owner, at: start)
        #expect(house.frames.last?.instances == FeedInstances(coveredSince: start, series: []))
        append("one", at: start + 60)
        await house.tick(&owner, at: start + 61)
        append("two", at: start + 900)
        await house.tick(&owner, at: start + 1_000)
        #expect(house.frames.last?.instances?.series.map(\.key) == [key("one"), key("two")])

        var heir = house.owner("one")
        await house.tick(&heir, at: start + 1_001)
        let known = try #require(house.frames.last?.instances)
        #expect(known.coveredSince == start + 101)
        #expect(known.series.map(\.key) == [key("two")])
        append("two", at: start + 1_500, first: 2)
        await house.tick(&heir, at: start + 1_502)
        #expect(house.frames.last?.instances?.series.first?.windows.last?.isEmpty == false)
        await house.tick(&heir, at: start + 5_200)
        #expect(house.frames.last?.instances?.series.isEmpty == true)
    }

    @Test("beyond the bound instances are counted together, and no call is missing")
    func bounded() throws {
        var random = SeededGenerator(seed: 51)
        var analysis = ShardAnalysis(
            recovering: StoredShard(shard: 0), shards: 1, maximumInstances: 10, now: Samples.epoch * 1_000)
        for number in 0..<50 {
            let block = Samples.block(
                producer("i\(number)", "p\(number)"), first: 1, ends: [Samples.epoch * 1_000_000 - 5], using: &random)
            let id = EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: UInt64(number))
            let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
            #expect(analysis.consume(entry, now: Samples.epoch * 1_000) == .taken)
        }
        let now = (Samples.epoch + 1) * 1_000
        #expect(analysis.tick(now: now, horizon: now)?.checkpoint?.instances.count == 11)
        let frame = analysis.frame(epoch: 1, at: now)
        let series = try #require(frame.instances?.series)
        #expect(series.count == 11 && series.first?.key == key("_overflow"))
        let calls = frame.totals(.hour1, .edge).values.reduce(0) { $0 + $1.calls }
        #expect(series.reduce(0) { $0 + $1.windows[4].calls } == calls)
    }
}
