import Testing
import VenusCore
import VenusStore

@Suite("The minutes in which an edge was called")
struct CalledMinutesTests {
    /// A minute's row with one call of each of the outcomes.
    private func row(_ minute: Int64, _ outcomes: [Outcome], of key: SeriesKey = .sampleEdge) -> RollupRow {
        var totals = KPITotals()
        for outcome in outcomes { totals.record(Call(operation: 0, start: 0, duration: 1_000, outcome: outcome)) }
        return RollupRow(tier: .minute, bucket: dayStart + 60 * minute, shard: 0, key: key, totals: totals)
    }

    private func commit(_ rows: [RollupRow], to store: any ServerStore) async throws {
        try await store.commit(
            ShardCommit(shard: 0, cursor: "1-0", openSince: dayStart + 86_400, closed: rows),
            under: try await store.takeShard())
    }

    @Test(
        "calls of any outcome count, unknown ones too; alone those do not that were left early or denied",
        arguments: Backend.allCases)
    func outcomes(backend: Backend) async throws {
        try await backend.withStore { store in
            // Each outcome alone, in the minute of its code; then those that do not count with one that does.
            let alone = Outcome.allCases.map { row(Int64($0.rawValue), [$0]) }
            let together = row(20, [.cancelled, .denied, .unknown])
            try await commit(alone + [together, row(21, [])], to: store)
            let called = try await store.calledMinutes(ofHourFrom: dayStart)
            let counting: [Outcome] = [.success, .clientError, .serverError, .transportError, .unknown]
            let wanted = counting.map { Int64($0.rawValue) }.sorted() + [20]
            #expect(called.map(\.minute) == wanted.map { dayStart + 60 * $0 })
            #expect(called.allSatisfy { $0.edge == .sampleEdge })
        }
    }

    @Test("an hour is read without its neighbours, edge by edge, and nothing but edges", arguments: Backend.allCases)
    func hours(backend: Backend) async throws {
        try await backend.withStore { store in
            let other = SeriesKey.edge(service: "it's; DROP", dependency: "[::1]:80", environment: "test")
            try await commit(
                [
                    row(0, [.success]), row(59, [.success]), row(60, [.success]), row(30, [.unknown], of: other),
                    row(31, [.success], of: .sample()),
                ], to: store)
            func called(_ hour: Int64) async throws -> [String] {
                try await store.calledMinutes(ofHourFrom: dayStart + 3_600 * hour)
                    .map { "\($0.edge == other ? "other" : "edge") \(($0.minute - dayStart) / 60)" }
            }
            #expect(try await called(0) == ["edge 0", "other 30", "edge 59"])
            #expect(try await called(1) == ["edge 60"])
            for hour in [-1, 2] as [Int64] { #expect(try await called(hour).isEmpty) }
        }
    }
}
