import Foundation
import Logging
import Testing
import TestSupport
import VenusCore
import VenusStore

/// What `Benchmarks/store/run` measures through the store's own code; `VENUS_BENCHMARK_STORE` names the database.
@Suite("Reading open minutes", .enabled(if: ProcessInfo.processInfo.environment["VENUS_BENCHMARK_STORE"] != nil))
struct OpenMinutesBenchmark {
    private static let shard = 78
    private static let edges = ProcessInfo.processInfo.environment["VENUS_BENCHMARK_EDGES"].flatMap { Int($0) } ?? 2_000

    @Test("a minute of ten operations an edge, each called every third second, read first, and again later")
    func read() async throws {
        let url = try #require(ProcessInfo.processInfo.environment["VENUS_BENCHMARK_STORE"])
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let writer = try await PostgresStore(url: url, logger: logger)
        let reader = try await PostgresStore(url: url, logger: logger)
        let lease = try await writer.takeShard(Self.shard)
        var generator = SeededGenerator(seed: 2)
        let totals = (0..<50).map { _ in KPITotals.random(calls: 1, using: &generator) }
        let keys = (0..<Self.edges * 10).map { number in
            SeriesKey.operation(
                "GET /v1/things-\(number % 10)/*", service: "service-\(number / 200)",
                dependency: "api-\(number / 10 % 20).example.com:443", environment: "benchmark")
        }
        let open = Tier.minute.bucket(of: Int64(Date().timeIntervalSince1970)) + 7_200
        let query = RollupQuery(tier: .minute, from: open - 3_600, to: open + 120, level: .total)
        for second in open..<open + 65 {
            let cells = keys.indices.filter { $0 % 3 == Int(second % 3) }.map {
                Cell(second: second, key: keys[$0], totals: totals[$0 % totals.count])
            }
            try await writer.commit(
                ShardCommit(
                    shard: Self.shard, cursor: "\(second)-0", openSince: open,
                    checkpoint: Checkpoint(takenAtSeconds: second, cells: cells)), under: lease)
            guard [54, 64].contains(second - open) else { continue }
            let start = ContinuousClock.now
            let calls = try await reader.history(query).open.flatMap(\.cells).reduce(0) { $0 + $1.totals.calls }
            print("open \((ContinuousClock.now - start) / .milliseconds(1)) ms, \(calls) calls")
        }
        await writer.close()
        await reader.close()
    }
}
