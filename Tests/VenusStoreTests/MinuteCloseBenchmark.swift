import Foundation
import Logging
import Testing
import TestSupport
import VenusCore
import VenusStore

/// What `Benchmarks/store/run` measures through the store's own code; `VENUS_BENCHMARK_STORE` names the database.
@Suite("Closing a minute", .enabled(if: ProcessInfo.processInfo.environment["VENUS_BENCHMARK_STORE"] != nil))
struct MinuteCloseBenchmark {
    @Test("a minute of 2,000 edges with ten operations each")
    func close() async throws {
        let url = try #require(ProcessInfo.processInfo.environment["VENUS_BENCHMARK_STORE"])
        let store = try await PostgresStore(
            url: url, logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
        let shard = 77
        let lease = try await store.takeShard(shard)
        var generator = SeededGenerator(seed: 1)
        let totals = (0..<50).map { _ in KPITotals.random(calls: 60, using: &generator) }
        let first = Tier.minute.bucket(of: Int64(Date().timeIntervalSince1970)) + 3_600
        for minute in (0..<5).map({ first + 60 * Int64($0) }) {
            var sums: [SeriesKey: KPITotals] = [:]
            for service in 0..<100 {
                for dependency in 0..<20 {
                    for operation in 0..<10 {
                        let key = SeriesKey.operation(
                            "GET /v1/things-\(operation)/*", service: "service-\(service)",
                            dependency: "api-\(dependency).example.com:443", environment: "benchmark")
                        let some = totals.randomElement(using: &generator) ?? KPITotals()
                        for level in Level.allCases { sums[key.key(at: level), default: KPITotals()].merge(some) }
                    }
                }
            }
            let rows = sums.map {
                RollupRow(tier: .minute, bucket: minute, shard: shard, key: $0.key, totals: $0.value)
            }
            .sorted { $0.key < $1.key }
            let start = ContinuousClock.now
            try await store.commit(
                ShardCommit(shard: shard, cursor: "\(minute)-0", openSince: minute + 60, closed: rows), under: lease)
            let spent = ContinuousClock.now - start
            print("close \(spent / .seconds(1)) seconds, \(rows.count) rows")
        }
        await store.close()
    }
}
