import Logging
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Reading history again")
struct HistoryReaderTests {
    /// 14 November 2023, the start of a day.
    private static let start: Int64 = 1_699_920_000

    private static let operations = ["GET /", "POST /"].map {
        SeriesKey.operation($0, service: "shop", dependency: "db:1", environment: "production")
    }

    private static func rows(_ minute: Int64, calls: Int) -> [RollupRow] {
        Level.allCases.flatMap { level in
            Set(operations.map { $0.key(at: level) }).map { key in
                RollupRow(
                    tier: .minute, bucket: minute, shard: 0, key: key,
                    totals: totals(
                        success: level == .operation ? calls : calls * operations.count,
                        microseconds: UInt32(calls) * 1_000))
            }
        }
    }

    @Test("tells the same to one who knows what is settled as to one who reads all, whatever changes in between")
    func again() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = try await PostgresStore(url: try await PostgresServer.shared().makeDatabase(), logger: logger)
        let lease = try #require(try await store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(60)))
        let roller = try #require(try await store.acquireLease(Lease.roller, owner: "test", duration: .seconds(60)))
        let returning = HistoryReader(store: store)
        try await returning.begin(now: Self.start)

        var open = Self.start
        for round in 0..<16 {
            var commit = ShardCommit(shard: 0, cursor: "\(round)-0", openSince: open)
            switch round % 4 {
            case 0:
                commit.openSince = open + 40 * 60
                commit.closed = stride(from: open, to: commit.openSince, by: 60).flatMap {
                    Self.rows($0, calls: 1 + Int($0 / 60 % 7))
                }
                open = commit.openSince
            case 1:
                let cell = Cell(second: open + 7, key: Self.operations[0], totals: totals(success: round))
                commit.checkpoint = Checkpoint(takenAtSeconds: open + 8, cells: [cell])
            case 2:
                for tier in Tier.allCases {
                    for mark in try await store.dueMarks(tier: tier, limit: 100) {
                        try await store.recompute(mark, under: roller)
                    }
                }
            default: commit.late = Self.rows(open - 35 * 60, calls: 3)
            }
            try await store.commit(commit, under: lease)
            try await compare(returning, HistoryReader(store: store), now: open + 30)
        }
        await store.close()
    }

    private func compare(_ returning: HistoryReader, _ new: HistoryReader, now: Int64) async throws {
        var oneEdge = HistoryReader.Filter()
        oneEdge.service = "shop"
        oneEdge.dependency = "db:1"
        for range in [HistoryRange.hour, .day, .week] {
            let span = HistorySpan(range, now: now)
            for filter in [HistoryReader.Filter(), oneEdge] {
                let expected = try await new.read(span, filter: filter, newestFrameAt: now * 1_000)
                #expect(expected.points.reduce(0) { $0 + $1.kpis.calls } == expected.totals.calls)
                // Once as it comes, and once with all of it known.
                for _ in 0..<2 {
                    let answer = try await returning.read(span, filter: filter, newestFrameAt: now * 1_000)
                    #expect(answer.points == expected.points)
                    #expect(answer.totals == expected.totals)
                }
            }
        }
        for window in [Window.minutes15, .hour1] {
            let span = HistorySpan(window, endingAt: now, now: now)
            let expected = try await new.edges(span, filter: ViewFilter())
            if window == .hour1 { #expect(expected.map(\.key) == [edge("shop", "db:1")]) }
            for _ in 0..<2 {
                let answer = try await returning.edges(span, filter: ViewFilter())
                #expect(answer.map(\.key) == expected.map(\.key))
                #expect(answer.map(\.value) == expected.map(\.value))
            }
        }
    }
}
