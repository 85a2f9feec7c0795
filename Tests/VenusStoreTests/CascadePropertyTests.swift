import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("The cascade, whatever happens")
struct CascadePropertyTests {
    private func check(_ backend: Backend, seed: UInt64, steps: Int, diesEverywhere: Bool) async throws {
        try await backend.withDatabase { database in
            let crash = CrashPoint()
            let store = try await database.open(gate: crash.gate)
            var model = CascadeModel(store: store, crash: crash, seed: seed, diesEverywhere: diesEverywhere)
            var reader = ReturningReader(store: store)
            for step in 1...steps {
                try await model.step()
                if step % 4 == 0 {
                    let tier = Tier.allCases[step / 4 % Tier.allCases.count]
                    try await reader.check(tier, step % 8 == 0 ? .edge : .operation)
                }
                guard step % 25 == 0 else { continue }
                for tier in Tier.allCases {
                    let history = try await model.compareHistory(tier)
                    #expect(history.stored == history.wanted, "history by \(tier.name), seed \(seed), step \(step)")
                }
            }
            try await model.finish()
            for tier in Tier.allCases {
                let rows = try await model.compare(tier)
                #expect(rows.stored == rows.wanted, "tier \(tier.name), seed \(seed)")
            }
            let days = try await model.compare(.day)
            #expect(days.stored.count > 8)
            #expect(model.deaths > 10)
            #expect(reader.unchanged == (backend == .postgres ? steps / 4 : 0))
        }
    }

    @Test(
        "days of closed, late and very late minutes, retention and deaths at any statement: every tier is the sum of its calls",
        arguments: Backend.allCases, [11, 12, 13] as [UInt64])
    func longRun(backend: Backend, seed: UInt64) async throws {
        try await check(backend, seed: seed, steps: 250, diesEverywhere: false)
    }

    @Test("a death at each statement of each step, one by one", arguments: Backend.allCases, [21, 22] as [UInt64])
    func everyStatement(backend: Backend, seed: UInt64) async throws {
        try await check(backend, seed: seed, steps: 25, diesEverywhere: true)
    }
}
