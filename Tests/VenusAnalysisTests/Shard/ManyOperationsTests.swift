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
        #expect(operations.count { $0.key.dependency != KeyTable.overflow } <= 30)
        #expect(operations.count { $0.key.dependency == KeyTable.overflow } <= 6)
        #expect(frames[1].series.contains { $0.key.dependency == KeyTable.overflow })
    }
}
