import CAllocations
import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite("A shard with more operations than its feed shows")
struct ManyOperationsTests {
    private static let methods = ["GET", "POST", "DELETE"]

    /// Calls of any of these operations, on two dependencies.
    private static func block(
        _ producer: Producer, first: UInt64, end: Int64, of names: Range<Int>, calls: Int = 20,
        using random: inout SeededGenerator
    ) -> CallBlock {
        let operations = names.map { name in
            Operation(
                scheme: "http", host: name % 2 == 0 ? "stock.test" : "payments.test", port: 80,
                method: methods[name % methods.count], route: "r\(name)", networkProtocol: "http/1.1")
        }
        let calls = (0..<calls).map { _ in
            var call = Samples.call(end: end - Int64.random(in: 0...900_000, using: &random), using: &random)
            call.operation = Int.random(in: operations.indices, using: &random)
            return call
        }
        return CallBlock(producer: producer, first: first, operations: operations, calls: calls)
    }

    private static func shard(showing operations: Int) -> ShardAnalysis {
        ShardAnalysis(
            recovering: StoredShard(shard: 0), shards: 1, maximumFeedOperations: operations,
            now: Samples.epoch * 1_000)
    }

    private struct Method: Hashable {
        var edge: SeriesKey
        var method: String
    }

    /// The operations of a frame, put together by edge and method.
    private static func methods(_ frame: FeedFrame, _ window: Window) -> [Method: KPITotals] {
        var sums: [Method: KPITotals] = [:]
        for (key, totals) in frame.totals(window, .operation) {
            let method = Method(edge: key.key(at: .edge), method: String(key.operation.prefix { $0 != " " }))
            sums[method, default: KPITotals()].merge(totals)
        }
        return sums
    }

    private static func figures(_ totals: KPITotals) -> [Double?] {
        let counts = [totals.calls, totals.success, totals.serverError, totals.bytesReceived, totals.duration.count]
        return counts.map { Double($0) } + [0.5, 0.95, 1].map { totals.duration.quantile($0) }
            + [0.5, 1].map { totals.ttfb.quantile($0) }
    }

    @Test("by method nothing is missing, in any window, while operations come, go and change their rank")
    func complete() throws {
        var random = SeededGenerator(seed: 77)
        var few = Self.shard(showing: 5)
        var all = Self.shard(showing: 10_000)
        let producer = Samples.producer("p")
        var second = Samples.epoch
        var sequence: UInt64 = 0
        for round in 0..<60 {
            second += [1, 1, 1, 7, 45, 400, 3_700][round % 13 == 12 ? 6 : Int.random(in: 0...5, using: &random)]
            let first = Int.random(in: 0...20, using: &random)
            for _ in 0..<3 {
                // Some come late.
                let age = Int64(random.chance(20) ? Int.random(in: 0...2_000, using: &random) : 0)
                let block = Self.block(
                    producer, first: sequence + 1, end: (second - age) * 1_000_000,
                    of: first..<first + 12, using: &random)
                sequence += UInt64(block.calls.count)
                let id = EntryID(milliseconds: UInt64(second) * 1_000, sequence: sequence)
                let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
                #expect(few.consume(entry, now: second * 1_000) == .taken)
                #expect(all.consume(entry, now: second * 1_000) == .taken)
            }
            let now = (second + 1) * 1_000
            _ = few.tick(now: now, horizon: now)
            _ = all.tick(now: now, horizon: now)
            let (shown, whole) = (few.frame(epoch: 1, at: now), all.frame(epoch: 1, at: now))
            // Five, and what is left out of three methods on each of two dependencies.
            #expect(shown.series.filter { $0.key.level == .operation }.count <= 5 + 6)
            #expect(Set(shown.series.map(\.key)).count == shown.series.count)
            for window in Window.allCases {
                let (found, expected) = (Self.methods(shown, window), Self.methods(whole, window))
                #expect(found.mapValues(Self.figures) == expected.mapValues(Self.figures), "\(round) \(window.name)")
            }
        }
    }

    @Test("what is left out is shown under _overflow, as what does not fit into the bounds is")
    func overflow() throws {
        var random = SeededGenerator(seed: 78)
        var analysis = ShardAnalysis(
            recovering: StoredShard(shard: 0), shards: 1, bounds: KeyTable.Bounds(operationsPerEdge: 4),
            maximumFeedOperations: 3, now: Samples.epoch * 1_000)
        let block = Self.block(
            Samples.producer("p"), first: 1, end: Samples.epoch * 1_000_000, of: 0..<20, calls: 300, using: &random)
        let entry = LogEntry(
            id: EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: 1), fields: BlockEncoder.entry(block))
        #expect(analysis.consume(entry, now: Samples.epoch * 1_000) == .taken)
        let now = (Samples.epoch + 1) * 1_000
        _ = analysis.tick(now: now, horizon: now)
        let frame = analysis.frame(epoch: 1, at: now)
        let operations = frame.series.filter { $0.key.level == .operation }.map(\.key.operation)
        #expect(operations.filter { !$0.hasSuffix(" _overflow") }.count == 3)
        #expect(operations.contains { $0.hasSuffix(" _overflow") })
        let calls = { (level: Level) in frame.totals(.hour1, level).values.reduce(0 as UInt64) { $0 + $1.calls } }
        #expect(calls(.operation) == calls(.edge) && calls(.edge) > 0)
    }

    @Test("what is left out does not have the longest and shortest time of what is shown")
    func extremes() throws {
        var analysis = Self.shard(showing: 1)
        let operations = ["/shown", "/a", "/b"].map {
            Operation(
                scheme: "http", host: "stock.test", port: 80, method: "GET", route: $0, networkProtocol: "http/1.1")
        }
        let end = Samples.epoch * 1_000_000 - 1_000
        func calls(_ operation: Int, _ durations: [UInt32]) -> [Call] {
            durations.map { Call(operation: operation, start: end - Int64($0), duration: $0, outcome: .success) }
        }
        let shown: [UInt32] = [30_000_000] + [UInt32](repeating: 100, count: 40)
        let other = [UInt32](repeating: 10_000, count: 10)
        let block = CallBlock(
            producer: Samples.producer("p"), first: 1, operations: operations,
            calls: calls(0, shown) + calls(1, other) + calls(2, other))
        let entry = LogEntry(
            id: EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: 1), fields: BlockEncoder.entry(block))
        #expect(analysis.consume(entry, now: Samples.epoch * 1_000) == .taken)
        let now = (Samples.epoch + 1) * 1_000
        _ = analysis.tick(now: now, horizon: now)
        for window in [Window.minute1, .hour1] {
            let totals = analysis.frame(epoch: 1, at: now).totals(window, .operation)
            #expect(totals.count == 2)
            let slowest = try #require(totals.first { $0.key.operation == "GET /shown" }?.value.duration)
            #expect(slowest.maximum == 30_000_000 && slowest.minimum == 100)
            let rest = try #require(totals.first { $0.key.operation == "GET _overflow" }?.value.duration)
            #expect(rest.count == 20)
            #expect((9_800...10_000).contains(rest.minimum) && (10_000...10_200).contains(rest.maximum))
            let slow = try #require(rest.quantile(0.99))
            #expect((9_800...10_200).contains(slow))
        }
    }

    @Test("methods beyond the bound of all shards are left out, so that a frame's operations are fewer than its edges")
    func methodsBeyondTheBound() throws {
        var random = SeededGenerator(seed: 80)
        let budget = KeyBudget()
        var shards = (0..<2).map { shard in
            ShardAnalysis(
                recovering: StoredShard(shard: shard), shards: 2, bounds: KeyTable.Bounds(methods: 4), budget: budget,
                maximumFeedOperations: 5, now: Samples.epoch * 1_000)
        }
        func frame(_ shard: Int, after seconds: Int64) -> FeedFrame {
            let now = (Samples.epoch + seconds) * 1_000
            _ = shards[shard].tick(now: now, horizon: now)
            return shards[shard].frame(epoch: 1, at: now)
        }
        func calls(_ frame: FeedFrame, _ level: Level) -> UInt64 {
            frame.totals(.hour1, level).values.reduce(0) { $0 + $1.calls }
        }
        func methods(_ frame: FeedFrame) -> Int { frame.series.count { $0.key.operation.hasSuffix(KeyTable.overflow) } }
        for shard in shards.indices {
            let block = Self.block(
                Samples.producer("\(shard)"), first: 1, end: Samples.epoch * 1_000_000, of: 0..<20, calls: 400,
                using: &random)
            let id = EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: 1)
            let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
            #expect(shards[shard].consume(entry, now: Samples.epoch * 1_000) == .taken)
        }
        // Of six methods, four and none.
        let first = [frame(0, after: 1), frame(1, after: 1)]
        #expect(first.map(methods) == [4, 0])
        for frame in first { #expect(calls(frame, .operation) < calls(frame, .edge)) }
        shards[0] = Self.shard(showing: 5)
        #expect(methods(frame(1, after: 2)) == 4)
        // They give way once all operations are gone.
        _ = frame(1, after: 4_000)
        let block = Self.block(
            Samples.producer("2"), first: 1, end: (Samples.epoch + 4_000) * 1_000_000, of: 0..<20, using: &random)
        let id = EntryID(milliseconds: UInt64(Samples.epoch + 4_000) * 1_000, sequence: 1)
        let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
        #expect(shards[1].consume(entry, now: (Samples.epoch + 4_000) * 1_000) == .taken)
        // One whose operations are all shown has nothing left out.
        #expect((1...4).contains(methods(frame(1, after: 4_001))))
    }

    @Test("a tick without calls makes no names of methods that are known")
    func quietTick() throws {
        let operations = (0..<200).map { name in
            // The name of what is left out is too long to be held without asking for memory.
            Operation(
                scheme: "http", host: "h\(name % 10).test", port: 80, method: "OPTIONS", route: "/r\(name)",
                networkProtocol: "http/1.1")
        }
        let block = CallBlock(
            producer: Samples.producer("p"), first: 1, operations: operations,
            calls: operations.indices.map {
                Call(operation: $0, start: Samples.epoch * 1_000_000 - 2_000, duration: 1_000, outcome: .success)
            })
        var analysis = Self.shard(showing: 5)
        let id = EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: 1)
        let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
        #expect(analysis.consume(entry, now: Samples.epoch * 1_000) == .taken)
        var allocations: UInt64 = 0
        for second in 1...3 as ClosedRange<Int64> {
            let now = (Samples.epoch + second) * 1_000
            let before = allocations_of_this_thread()
            _ = analysis.tick(now: now, horizon: now)
            allocations = allocations_of_this_thread() - before
        }
        let shown = analysis.frame(epoch: 1, at: (Samples.epoch + 3) * 1_000).series
        #expect(shown.count { $0.key.operation == "OPTIONS _overflow" } == 10)
        #expect(allocations < UInt64(operations.count) / 2)
    }

    @Test("two shards with one budget count every call, and hold no more operations than it has")
    func sharedBudget() throws {
        var random = SeededGenerator(seed: 79)
        let budget = KeyBudget()
        let bounds = KeyTable.Bounds(services: 4, operations: 30)
        var shards = (0..<2).map { shard in
            ShardAnalysis(
                recovering: StoredShard(shard: shard), shards: 2, bounds: bounds, budget: budget,
                now: Samples.epoch * 1_000)
        }
        var expected: UInt64 = 0
        for shard in shards.indices {
            var whole = Self.shard(showing: 10_000)
            for number in 0..<10 {
                let block = Self.block(
                    Samples.producer("\(shard)-\(number)", service: "s\(shard)"), first: 1,
                    end: Samples.epoch * 1_000_000, of: number * 5..<number * 5 + 20, using: &random)
                let id = EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: UInt64(number))
                let entry = LogEntry(id: id, fields: BlockEncoder.entry(block))
                #expect(shards[shard].consume(entry, now: Samples.epoch * 1_000) == .taken)
                #expect(whole.consume(entry, now: Samples.epoch * 1_000) == .taken)
            }
            let now = (Samples.epoch + 1) * 1_000
            _ = whole.tick(now: now, horizon: now)
            for totals in whole.frame(epoch: 1, at: now).totals(.hour1, .edge).values { expected += totals.calls }
        }
        let now = (Samples.epoch + 1) * 1_000
        let frames = shards.indices.map { shard in
            _ = shards[shard].tick(now: now, horizon: now)
            return shards[shard].frame(epoch: 1, at: now)
        }
        let counted = frames.flatMap { $0.totals(.hour1, .edge).values }.reduce(0 as UInt64) { $0 + $1.calls }
        #expect(counted == expected)
        let operations = frames.flatMap(\.series).filter { $0.key.level == .operation }
        // What stands for the others comes beyond: of three methods in each shard.
        #expect(operations.count { $0.key.dependency != KeyTable.overflow } <= 30 + bounds.overflowing)
        #expect(operations.count { $0.key.dependency == KeyTable.overflow } <= 6)
        #expect(frames[1].series.contains { $0.key.dependency == KeyTable.overflow })
    }
}
