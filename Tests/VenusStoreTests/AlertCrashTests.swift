import Testing
import VenusCore
import VenusStore

@Suite("Evaluations of alerts that die while they are stored")
struct AlertCrashTests {
    private static let webhooks = ["w1", "w2"]

    /// An alert that begins to fire, and the message of that.
    private func change(_ number: Int) -> AlertCommit {
        let alert = AlertRecord(
            id: "a\(number)", rule: "errors", state: .firing, severity: "critical", environment: "production",
            service: "checkout", dependency: "bank:443", changedAt: 100, content: "{}")
        return AlertCommit(
            transitions: [TransitionRecord(id: "t\(number)", alert: alert.id, at: 100, content: "{}")], alerts: [alert],
            notices: [NoticeRecord(id: "n\(number)", fault: "f\(number)", at: 100, content: "{}")],
            delivery: "\"begin\"", content: "after \(number)")
    }

    /// All that such a commit changes.
    private struct Kept: Equatable {
        var evaluation: StoredEvaluation
        var transitions: [TransitionRecord]
        var outbox: [OutboxEntry]
        /// Of the message that comes next.
        var notice: String?
    }

    private func kept(_ store: any AlertStore, next: Int) async throws -> Kept {
        Kept(
            evaluation: try await store.evaluation(), transitions: try await store.transitions(after: 0, limit: 1_000),
            outbox: try await store.outbox(limit: 1_000), notice: try await store.notice(id: "n\(next)"))
    }

    /// Whether so many changes are there, each with its transition and its messages, and each once.
    private func expect(_ count: Int, in store: any AlertStore) async throws {
        let kept = try await kept(store, next: count)
        let numbers = Array(0..<count)
        #expect(kept.transitions.map(\.id) == numbers.map { "t\($0)" })
        #expect(kept.transitions.map(\.number) == numbers.map { Int64($0 + 1) })
        #expect(Set(kept.evaluation.alerts.map(\.id)) == Set(numbers.map { "a\($0)" }))
        #expect(kept.evaluation.position.newest == Int64(count) && kept.evaluation.position.version == Int64(count))
        #expect(kept.evaluation.content == "after \(count - 1)")
        for webhook in Self.webhooks {
            #expect(kept.outbox.filter { $0.webhook == webhook }.map(\.notice) == numbers.map { "n\($0)" })
        }
        #expect(kept.outbox.count == Self.webhooks.count * count && kept.notice == nil)
    }

    @Test(
        "one that dies anywhere leaves neither transition nor message; made again, both are there, and once",
        arguments: Backend.allCases)
    func deaths(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let point = CrashPoint()
            let store = try await database.open(gate: point.gate)
            let lease = try #require(
                try await store.acquireLease(Lease.alerts, owner: "one", duration: .seconds(60)))
            for id in Self.webhooks {
                let webhook = Webhook(
                    id: id, name: id, kind: "webhook", sealed: [0], createdAt: 50, createdBy: "user:ada")
                #expect(try await store.addWebhook(webhook))
            }
            var statements = 0
            while true {
                let before = try await kept(store, next: statements)
                point.arm(statements)
                let position = try? await store.commit(change(statements), under: lease)
                #expect((position == nil) == point.hasStruck)
                point.arm(nil)
                if position == nil {
                    #expect(try await kept(store, next: statements) == before)
                    _ = try await store.commit(change(statements), under: lease)
                }
                statements += 1
                try await expect(statements, in: store)
                if position != nil { break }
            }
            // The lease, the position, transition, alert, notice, who gets it, and one for each of those.
            #expect(statements > 8)
        }
    }
}
