import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("What is watched by")
struct WatchTests {
    private static let edge = SeriesKey.edge(service: "checkout", dependency: "api.test:443", environment: "test")

    private func threshold(_ id: String, warning: Double = 0.9, at: Int64 = 5_000) -> WatchRecord<StoredThreshold> {
        WatchRecord(
            id: id, item: StoredThreshold(.series(Self.edge), MetricThreshold(.availability, warning: warning)),
            changedAt: at, changedBy: "user:ada")
    }

    private func silence(_ id: String, ends: Int64, setAt: Int64) throws -> WatchRecord<Silence> {
        let silence = try #require(
            Silence(id: id, matchers: [.init(.service, "a*")], starts: ends - 60, ends: ends, author: "ada"))
        return WatchRecord(id: id, item: silence, changedAt: setAt * 1_000, changedBy: "user:ada")
    }

    @Test("what was set is there as it was set, and every kind by itself", arguments: Backend.allCases)
    func setAndRead(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.watchState().table.thresholds(for: Self.edge) == MetricThreshold.defaults)
            let objective = try #require(
                Objective(
                    id: "same", subject: .series(Self.edge), kind: .fasterThan(milliseconds: 250), target: 0.99))
            let rules = [
                AlertRule(
                    id: "same", subject: .series(Self.edge),
                    condition: .threshold(metric: .responseTime(.p95), direction: .above), clear: 0.5, noDataAfter: 60),
                AlertRule(id: "burn", subject: .everything, condition: .burnRate(objective: "same")),
                AlertRule(
                    id: "zero\u{0}é", subject: .host("db-1"),
                    condition: .threshold(metric: .host("system.memory.utilization"), direction: .above)),
            ]
            #expect(try await store.setWatched(threshold("same")) == .added)
            #expect(
                try await store.setWatched(
                    WatchRecord(id: "same", item: objective, changedAt: 1, changedBy: "x")) == .added)
            for rule in rules {
                #expect(
                    try await store.setWatched(WatchRecord(id: rule.id, item: rule, changedAt: 1, changedBy: "x"))
                        == .added)
            }
            #expect(try await store.setWatched(silence("same", ends: 100, setAt: 50)) == .added)
            let acknowledgement = FaultAcknowledgement(id: "same", author: "ada", comment: "mine", at: 9)
            try await store.setWatched(WatchRecord(id: "same", item: acknowledgement, changedAt: 1, changedBy: "x"))
            let forgetting = Forgetting(ForgottenSeries(.dependency("db:1"), environment: "p"), at: 9)
            try await store.setWatched(WatchRecord(id: "same", item: forgetting, changedAt: 1, changedBy: "x"))

            let state = try await store.watchState()
            #expect(state.thresholds == [threshold("same")])
            #expect(Set(state.rules.map(\.item)) == Set(rules))
            #expect(state.objectives.map(\.item) == [objective])
            #expect(try state.silences == [silence("same", ends: 100, setAt: 50)])
            #expect(state.acknowledgements.map(\.item) == [acknowledgement])
            #expect(state.forgettings.map(\.item) == [forgetting])
            #expect(state.table.threshold(for: .series(Self.edge), metric: .availability)?.warning == 0.9)
            #expect(try await store.watched(AlertRule.self, id: "burn")?.item == rules[1])
            #expect(try await store.watched(AlertRule.self, id: "zero\u{0}é")?.item == rules[2])
            #expect(try await store.watched(StoredThreshold.self, id: "burn") == nil)
        }
    }

    @Test("what is set again is replaced, and what is removed is gone", arguments: Backend.allCases)
    func replaceAndRemove(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.setWatched(threshold("a")) == .added)
            #expect(try await store.setWatched(threshold("a", warning: 0.5, at: 6_000)) == .replaced)
            #expect(try await store.watched(StoredThreshold.self) == [threshold("a", warning: 0.5, at: 6_000)])
            let removed = try await store.removeWatched(StoredThreshold.self, id: "a")
            #expect(removed == threshold("a", warning: 0.5, at: 6_000))
            #expect(try await store.removeWatched(StoredThreshold.self, id: "a") == nil)
            #expect(try await store.watched(StoredThreshold.self).isEmpty)
        }
    }

    @Test("each change has a version of its own, and nothing is read where none came", arguments: Backend.allCases)
    func versions(backend: Backend) async throws {
        try await backend.withStore { store in
            var versions = [try await store.watchState().version]
            #expect(try await store.watchState(unless: versions[0]) == nil)
            try await store.setWatched(threshold("a"))
            versions.append(try #require(try await store.watchState(unless: versions[0])).version)
            try await store.setWatched(threshold("a"))
            versions.append(try #require(try await store.watchState(unless: versions[1])).version)
            _ = try await store.removeWatched(StoredThreshold.self, id: "a")
            versions.append(try #require(try await store.watchState(unless: versions[2])).version)
            #expect(Set(versions).count == versions.count)
            // Of many at once, none is lost.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask { _ = try await store.setWatched(threshold("\(number)")) }
                }
                try await group.waitForAll()
            }
            let state = try await store.watchState()
            #expect(state.thresholds.count == 16)
            #expect(state.version == versions[3] + 16)
        }
    }

    @Test("there is a most of each kind, beyond which only what is there is changed", arguments: Backend.allCases)
    func bounded(backend: Backend) async throws {
        try await backend.withStore { store in
            let count = WatchKind.objective.maximumCount
            let record = { (id: String, target: Double) throws in
                WatchRecord(
                    id: id,
                    item: try #require(
                        Objective(id: id, subject: .series(Self.edge), kind: .availability, target: target)),
                    changedAt: 1, changedBy: "x")
            }
            for number in 0..<count { try await store.setWatched(record("\(number)", 0.9)) }
            #expect(try await store.setWatched(record("more", 0.9)) == .full)
            #expect(try await store.setWatched(record("7", 0.8)) == .replaced)
            #expect(try await store.watched(Objective.self).count == count)
            #expect(try await store.watched(Objective.self, id: "more") == nil)
        }
    }

    @Test("a silence that ended is listed for a week, and then forgotten", arguments: Backend.allCases)
    func ended(backend: Backend) async throws {
        try await backend.withStore { store in
            let ends: Int64 = 2_000_000_000
            try await store.setWatched(silence("old", ends: ends, setAt: ends - 9))
            try await store.setWatched(silence("new", ends: ends + 900_000, setAt: ends + WatchKind.keptAfterEnd))
            #expect(try await store.watched(Silence.self).map(\.id) == ["new", "old"])
            try await store.setWatched(threshold("any", at: (ends + WatchKind.keptAfterEnd + 1) * 1_000))
            #expect(try await store.watched(Silence.self).map(\.id) == ["new"])
        }
    }
}
