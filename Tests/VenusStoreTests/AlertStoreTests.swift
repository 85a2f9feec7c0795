import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Alerts and messages in the store")
struct AlertStoreTests {
    private func withAlerts(
        _ backend: Backend, _ body: (any AlertStore, Lease) async throws -> Void
    ) async throws {
        try await backend.withStore { store in
            let lease = try #require(
                try await store.acquireLease(Lease.alerts, owner: "one", duration: .seconds(60)))
            try await body(store, lease)
        }
    }

    private func alert(
        _ id: String, _ state: AlertRecord.State = .firing, service: String = "checkout", at: Int64 = 100
    ) -> AlertRecord {
        AlertRecord(
            id: id, rule: "rule \(id)", state: state, severity: "critical", environment: "production",
            service: service, dependency: "bank:443", changedAt: at, content: "{\"id\":\"\(id)\"}")
    }

    private func transition(_ id: String, of alert: String, at: Int64 = 100) -> TransitionRecord {
        TransitionRecord(id: id, alert: alert, at: at, content: "{}")
    }

    private func webhook(_ id: String) -> Webhook {
        Webhook(id: id, name: "name \(id)", kind: "webhook", sealed: [0, 1, 255], createdAt: 50, createdBy: "user:ada")
    }

    private func commit(_ notice: String, fault: String = "f") -> AlertCommit {
        AlertCommit(
            notices: [NoticeRecord(id: notice, fault: fault, at: 100, content: "{\"notice\":\"\(notice)\"}")],
            delivery: "\"begin\"", content: "")
    }

    @Test(
        "transitions are numbered without gaps, and one that is made twice is there once", arguments: Backend.allCases)
    func numbers(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            #expect(try await store.evaluation().content.isEmpty)
            let epoch = try await store.alertPosition().epoch
            #expect(epoch > 0)
            let first = AlertCommit(
                transitions: [transition("t1", of: "a"), transition("t2", of: "a"), transition("t3", of: "b")],
                alerts: [alert("a"), alert("b", .pending)], content: "one")
            #expect(
                try await store.commit(first, under: lease) == AlertPosition(epoch: epoch, newest: 3, version: 1))
            // After an answer that was lost the same comes again, with something new.
            let again = AlertCommit(
                transitions: [transition("t3", of: "b"), transition("t4", of: "b", at: 101)],
                alerts: [alert("b", .firing, at: 101)], content: "two")
            #expect(
                try await store.commit(again, under: lease) == AlertPosition(epoch: epoch, newest: 4, version: 2))
            // What changes without a transition keeps its number.
            _ = try await store.commit(AlertCommit(alerts: [alert("a")], content: "three"), under: lease)
            let stored = try await store.evaluation()
            #expect(stored.content == "three")
            #expect(stored.position == AlertPosition(epoch: epoch, newest: 4, version: 3))
            #expect(stored.alerts.map(\.id) == ["a", "b"])
            #expect(stored.alerts.map(\.number) == [2, 4])
            #expect(stored.alerts[1].state == .firing && stored.alerts[1].changedAt == 101)
            #expect(try await store.transitions(after: 1, limit: 10).map(\.id) == ["t2", "t3", "t4"])
            // Of too many the newest.
            #expect(try await store.transitions(after: 0, limit: 2).map(\.number) == [3, 4])
        }
    }

    @Test("whoever has lost the lease writes nothing", arguments: Backend.allCases)
    func fenced(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            #expect(try await store.addWebhook(webhook("w")))
            try await store.releaseLease(lease)
            let next = try #require(
                try await store.acquireLease(Lease.alerts, owner: "two", duration: .seconds(60)))
            var change = commit("n1")
            change.transitions = [transition("t1", of: "a")]
            change.alerts = [alert("a")]
            await #expect { _ = try await store.commit(change, under: lease) } throws: {
                ($0 as? StoreError)?.code == .fenced
            }
            #expect(try await store.alertPosition().newest == 0)
            #expect(try await store.outbox(limit: 10).isEmpty)
            _ = try await store.commit(change, under: next)
            let entry = try #require(try await store.outbox(limit: 10).first)
            let delivery = DeliveryCommit(
                webhook: "w", entries: [entry], at: 1, pausedUntil: 0, deliveredAt: 0, failure: nil)
            await #expect { try await store.commit(delivery, under: lease) } throws: {
                ($0 as? StoreError)?.code == .fenced
            }
            let other = Lease(name: Lease.roller, owner: "two", epoch: 1)
            await #expect { _ = try await store.commit(change, under: other) } throws: {
                ($0 as? StoreError)?.code == .fenced
            }
        }
    }

    @Test("alerts are found by state and by what they are about, page by page", arguments: Backend.allCases)
    func queries(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            let alerts = [
                alert("a"), alert("b", .pending), alert("c", .inactive), alert("d", service: "it's; DROP"),
                alert("e", .noData),
            ]
            _ = try await store.commit(
                AlertCommit(
                    transitions: alerts.map { transition("t" + $0.id, of: $0.id) }, alerts: alerts, content: ""),
                under: lease)
            func ids(_ change: (inout AlertQuery) -> Void) async throws -> String {
                var query = AlertQuery(states: Set(AlertRecord.State.allCases), limit: 10)
                change(&query)
                return try await store.alerts(query).map(\.id).joined()
            }
            #expect(try await ids { _ in } == "edcba")
            #expect(try await ids { $0.states = [.firing, .noData] } == "eda")
            #expect(try await ids { $0.states = [] }.isEmpty)
            #expect(try await ids { $0.service = "it's; DROP" } == "d")
            #expect(try await ids { $0.severity = "warning" }.isEmpty)
            #expect(
                try await ids {
                    $0.dependency = "bank:443"; $0.environment = "production"; $0.limit = 2
                } == "ed")
            #expect(
                try await ids {
                    $0.before = 4; $0.limit = 2
                } == "cb")
            #expect(try await ids { $0.host = "web-1" }.isEmpty)
            #expect(try await store.alert(id: "b")?.state == .pending)
            #expect(try await store.alert(id: "x") == nil)
        }
    }

    @Test("a message goes to every endpoint that is enabled, once, and in order", arguments: Backend.allCases)
    func outbox(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            for id in ["w1", "w2", "w3"] { #expect(try await store.addWebhook(webhook(id))) }
            #expect(try await !store.addWebhook(webhook("w1")))
            #expect(try await store.changeWebhook(id: "w3", name: nil, sealed: nil, isEnabled: false, at: 60) != nil)
            for notice in ["n1", "n2", "n1"] { _ = try await store.commit(commit(notice), under: lease) }
            let waiting = try await store.outbox(limit: 10)
            #expect(waiting.map { $0.webhook + $0.notice } == ["w1n1", "w1n2", "w2n1", "w2n2"])
            #expect(waiting.allSatisfy { $0.state == "\"begin\"" && $0.since == 100 && $0.fault == "f" })
            #expect(try await store.outbox(limit: 1).map { $0.webhook + $0.notice } == ["w1n1", "w2n1"])
            #expect(try await store.notice(id: "n2") == "{\"notice\":\"n2\"}")
            var entry = waiting[0]
            entry.state = "\"over\""
            entry.isOver = true
            try await store.commit(
                DeliveryCommit(
                    webhook: "w1", entries: [entry], at: 110, pausedUntil: 130, deliveredAt: 110, failure: nil),
                under: lease)
            #expect(try await store.outbox(limit: 10).map { $0.webhook + $0.notice } == ["w1n2", "w2n1", "w2n2"])
            #expect(try await store.waitingMessages() == ["w1": 1, "w2": 2])
            let after = try #require(try await store.webhook(id: "w1"))
            #expect(after.pausedUntil == 130 && after.deliveredAt == 110 && after.isEnabled)
            // The same message does not come again once it is delivered.
            _ = try await store.commit(commit("n1"), under: lease)
            #expect(try await store.waitingMessages() == ["w1": 1, "w2": 2])
        }
    }

    @Test("an endpoint that is disabled gives up what waits for it, until it is enabled", arguments: Backend.allCases)
    func disabled(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            #expect(try await store.addWebhook(webhook("w1")))
            _ = try await store.commit(commit("n1"), under: lease)
            _ = try await store.commit(commit("n2"), under: lease)
            var entry = try await store.outbox(limit: 10)[0]
            entry.isOver = true
            try await store.commit(
                DeliveryCommit(
                    webhook: "w1", entries: [entry], at: 110, pausedUntil: 0, deliveredAt: 0, failure: "gone"),
                under: lease)
            let gone = try #require(try await store.webhook(id: "w1"))
            #expect(!gone.isEnabled && gone.failure == "gone" && gone.failedAt == 110)
            #expect(try await store.waitingMessages().isEmpty)
            _ = try await store.commit(commit("n3"), under: lease)
            #expect(try await store.outbox(limit: 10).isEmpty)
            let enabled = try await store.changeWebhook(
                id: "w1", name: "other", sealed: [7], isEnabled: true, at: 120)
            #expect(enabled?.failure == "" && enabled?.name == "other" && enabled?.sealed == [7])
            #expect(try await store.webhook(id: "w1") == enabled)
            _ = try await store.commit(commit("n4"), under: lease)
            #expect(try await store.outbox(limit: 10).map(\.notice) == ["n4"])
            #expect(try await store.removeWebhook(id: "w1"))
            #expect(try await !store.removeWebhook(id: "w1"))
            #expect(try await store.outbox(limit: 10).isEmpty)
            #expect(try await store.changeWebhook(id: "w1", name: "x", sealed: nil, isEnabled: nil, at: 1) == nil)
        }
    }

    @Test("endpoints are bounded", arguments: Backend.allCases)
    func bounded(backend: Backend) async throws {
        try await withAlerts(backend) { store, _ in
            for number in 0..<Webhook.maximumCount { #expect(try await store.addWebhook(webhook("w\(number)"))) }
            #expect(try await !store.addWebhook(webhook("more")))
            let all = try await store.webhooks()
            #expect(all.count == Webhook.maximumCount)
        }
    }

    @Test("what is past its time goes, and the numbers go on", arguments: Backend.allCases)
    func retention(backend: Backend) async throws {
        try await withAlerts(backend) { store, lease in
            #expect(try await store.addWebhook(webhook("w1")))
            var change = commit("n1")
            change.transitions = [transition("t1", of: "a"), transition("t2", of: "b")]
            change.alerts = [alert("a", .inactive), alert("b")]
            _ = try await store.commit(change, under: lease)
            let day: Int64 = 86_400
            try await store.prune(nowSeconds: 34 * day, retention: [:])
            #expect(try await store.transitions(after: 0, limit: 10).count == 2)
            // It still waits.
            #expect(try await store.notice(id: "n1") != nil)
            var entry = try await store.outbox(limit: 1)[0]
            entry.isOver = true
            try await store.commit(
                DeliveryCommit(
                    webhook: "w1", entries: [entry], at: 200, pausedUntil: 0, deliveredAt: 200, failure: nil),
                under: lease)
            try await store.prune(nowSeconds: 101 * day, retention: [:])
            #expect(try await store.transitions(after: 0, limit: 10).isEmpty)
            #expect(try await store.notice(id: "n1") == nil)
            #expect(try await store.evaluation().alerts.map(\.id) == ["b"])
            let next = try await store.commit(
                AlertCommit(transitions: [transition("t3", of: "b")], content: ""), under: lease)
            #expect(next.newest == 3)
        }
    }
}
