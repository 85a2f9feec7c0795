import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Reading objectives by turns")
struct BurnRoundsTests {
    private func objective(_ id: String, target: Double = 0.99) throws -> Objective {
        try #require(
            Objective(id: id, subject: .series(edge("shop", "db-\(id):1")), kind: .availability, target: target))
    }

    @Test("who was never read comes first, then who was read longest ago, and nobody twice within fifteen seconds")
    func turns() throws {
        let all = try ["a", "b", "c"].map { try objective($0) }
        var rounds = BurnRounds()
        #expect(rounds.due(all, at: 100).map(\.id) == ["a", "b", "c"])
        rounds.note(ObjectiveBurn(all[0], []), at: 100)
        #expect(rounds.due(all, at: 101).map(\.id) == ["b", "c"])
        rounds.note(ObjectiveBurn(all[2], []), at: 101)
        rounds.note(ObjectiveBurn(all[1], []), at: 102)
        #expect(rounds.due(all, at: 115).isEmpty && rounds.burns.count == 3)
        #expect(rounds.due(all, at: 116).map(\.id) == ["a"])
        #expect(rounds.due(all, at: 120).map(\.id) == ["a", "c", "b"])
        // A clock that was set back makes nothing good for ever.
        #expect(rounds.due(all, at: 50).count == 3)
    }

    @Test("what is gone or was changed is forgotten")
    func changed() throws {
        let (one, other) = (try objective("a"), try objective("b"))
        var rounds = BurnRounds()
        for each in [one, other] { rounds.note(ObjectiveBurn(each, []), at: 100) }
        #expect(rounds.due([try objective("a", target: 0.9)], at: 101).map(\.id) == ["a"])
        #expect(rounds.burns.isEmpty)
    }

    @Test("five hundred objectives with six hours of minutes are read from SQLite in little time each")
    func cost() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: Logger(label: "test"))
        let now = Int64(1_767_225_600)
        guard let lease = try await store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(60)) else {
            throw TestFailure("somebody has the shard")
        }
        let keys = (0..<50).map { edge("shop-\($0)", "db:1") }
        for hour in 0..<6 {
            let rows = (0..<60).flatMap { minute in
                keys.map { key in
                    RollupRow(
                        tier: .minute, bucket: now - Int64(hour * 60 + minute + 1) * 60, shard: 0, key: key,
                        totals: totals(success: 20, serverErrors: 1))
                }
            }
            try await store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-\(hour)", openSince: now,
                    checkpoint: Checkpoint(takenAtSeconds: now, cells: []),
                    closed: rows), under: lease)
        }
        let reader = ObjectiveReader(history: HistoryReader(store: store), now: { now * 1_000 })
        let begun = ContinuousClock.now
        for number in 0..<500 {
            let objective = try #require(
                Objective(id: "\(number)", subject: .series(keys[number % 50]), kind: .availability, target: 0.99))
            let burns = try await reader.burns(of: objective)
            // The minute that has begun is one of them.
            #expect(burns[1].long == Objective.Tally(bad: 359, total: 359 * 21))
        }
        print("500 objectives: \((ContinuousClock.now - begun) / 500) each")
        await store.close()
    }
}
