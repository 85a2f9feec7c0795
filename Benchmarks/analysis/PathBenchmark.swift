import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

/// What a call costs on its way through the analyzer, from the entry that Redis returns to windows and rows.
struct PathBenchmark {
    /// Nanoseconds of CPU a call.
    struct Result {
        var encode: Double
        var decode: Double
        var columns: Double
        var fold: Double
        /// All of the analyzer's work: entries, and a tick a second.
        var analysis: Double
    }

    let services: Int
    let operationsPerService: Int
    let callsPerBlock: Int
    let blocksPerSecond: Int
    let seconds: Int

    func run() -> Result {
        let blocks = makeBlocks()
        let calls = Double(blocks.reduce(0) { $0 + $1.calls.count })
        func perCall(_ work: () -> Void) -> Double {
            let watch = Stopwatch()
            work()
            return watch.seconds * 1e9 / calls
        }
        var entries: [LogEntry] = []
        let encode = perCall {
            for (place, block) in blocks.enumerated() {
                let milliseconds = UInt64(Self.start) * 1_000 + UInt64(place * 1_000 / blocksPerSecond) + 1_000
                entries.append(
                    LogEntry(
                        id: EntryID(milliseconds: milliseconds, sequence: UInt64(place)),
                        fields: BlockEncoder.entry(block)))
            }
        }
        var records: [CallsRecord] = []
        let decode = perCall {
            for entry in entries { if case .calls(let record) = BlockDecoder.decode(entry) { records.append(record) } }
        }
        precondition(records.count == blocks.count, "every block is readable")
        var columns = CallColumns()
        let columnsTime = perCall {
            for record in records { do { try columns.decode(record) } catch { preconditionFailure("\(error)") } }
        }
        let decoded = records.prefix(200).map { record in
            var columns = CallColumns()
            try? columns.decode(record)
            return (columns: columns, t0: record.header.t0, keys: (0..<Int32(record.operations.count)).map { $0 })
        }
        var step = StepCells()
        let rounds = max(1, blocks.count / decoded.count)
        let watch = Stopwatch()
        for round in 0..<rounds {
            for one in decoded {
                _ = step.fold(
                    one.columns, from: 0, t0: one.t0, keys: one.keys,
                    times: StepCells.Times(appendedAt: (Self.start + 3_600) * 1_000, nowSeconds: Self.start))
            }
            if round % 4 == 3 {
                _ = step.close()
                step.removeAll()
            }
        }
        let fold = watch.seconds * 1e9 / Double(rounds * decoded.reduce(0) { $0 + $1.columns.count })
        let analysis = perCall { analyze(entries) }
        return Result(encode: encode, decode: decode, columns: columnsTime, fold: fold, analysis: analysis)
    }

    private func analyze(_ entries: [LogEntry]) {
        var analysis = ShardAnalysis(
            recovering: StoredShard(shard: 0), shards: 1, now: Self.start * 1_000)
        var second = Self.start + 1
        var committed = 0
        for entry in entries {
            let now = Int64(entry.id.milliseconds)
            if now / 1_000 > second {
                second = now / 1_000
                committed += analysis.tick(now: second * 1_000, horizon: second * 1_000)?.checkpoint?.cells.count ?? 0
            }
            _ = analysis.consume(entry, now: now)
        }
        committed +=
            analysis.tick(now: (second + 1) * 1_000, horizon: (second + 1) * 1_000)?.checkpoint?.cells.count ?? 0
        precondition(committed > 0, "cells were committed")
    }

    private func makeBlocks() -> [CallBlock] {
        var random = WindowsBenchmark.Generator(state: 3)
        var next = [UInt64](repeating: 1, count: services)
        return (0..<blocksPerSecond * seconds).map { place in
            let service = place % services
            let end = Self.start * 1_000_000 + Int64(place) * 1_000_000 / Int64(blocksPerSecond)
            let producer = Producer(
                id: "producer-\(service)", environment: "production", service: "service-\(service)", instance: "one",
                host: "host")
            let operations = Self.operations(operationsPerService)
            let calls = (0..<callsPerBlock).map { _ in
                Self.call(end: end, operations: operationsPerService, &random)
            }
            defer { next[service] += UInt64(calls.count) }
            return CallBlock(producer: producer, first: next[service], operations: operations, calls: calls)
        }
    }

    static func operations(_ count: Int) -> [Operation] {
        (0..<count).map { operation in
            Operation(
                scheme: "http", host: "dependency-\(operation % 10).test", port: 80, method: "GET",
                route: "/v1/things/\(operation / 10)/*", networkProtocol: "http/1.1")
        }
    }

    /// A call that ended at this time or up to 100 ms before, in microseconds.
    static func call(end: Int64, operations: Int, _ random: inout WindowsBenchmark.Generator) -> Call {
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.fraction() }
        let duration = UInt32(20_000 * (1 + 0.2 * normal).magnitude)
        let failed = random.next() % 100 < 1
        var call = Call(
            operation: Int(random.next() % UInt64(operations)),
            start: end - Int64(duration) - Int64(random.next() % 100_000), duration: duration,
            outcome: failed ? .serverError : .success)
        call.status = failed ? 503 : 200
        call.bytesSent = 300 + random.next() % 400
        call.bytesReceived = 500 + random.next() % 4_000
        call.phases[.blocked] = 0
        call.phases[.ttfb] = duration - duration / 20
        call.phases[.transfer] = duration / 20
        call.flags = .reused
        return call
    }

    private static let start: Int64 = 1_767_225_600
}
