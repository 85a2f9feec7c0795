import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

/// frontend → orders → payments-db, from the live picture to what is stored and told.
@Suite("A chain of services whose parts fail", .timeLimit(.minutes(2)))
struct FaultChainTests {
    private static let above = edge("frontend", "orders:8080")
    private static let leaf = edge("orders", "payments-db:5432")

    @Test("the leaf fails, and it alone is told of; it recovers, and the middle, failing by itself, is told of")
    func chain() async throws {
        try await AlertingServer.with { alerting in
            let scene = try await Scene(alerting)
            let failure = try await scene.told(1, failing: [Self.above, Self.leaf])
            #expect(failure["kind"].string == "firing")
            #expect(failure["node"] == Self.node("dependency", "payments-db:5432"))
            #expect(failure["services"] == .array([.string("orders")]))
            #expect(failure["inhibited"] == .array([.string("frontend → orders:8080")]))
            var firing = try await scene.firing()
            #expect(Set(firing.keys) == ["above", "leaf"])
            #expect(firing["above"]?["inhibited"].bool == true && firing["leaf"]?["inhibited"].bool == false)
            #expect(firing.values.allSatisfy { $0["fault"] == failure["fault"] })

            let recovery = try await scene.told(2, failing: [])
            #expect(recovery["kind"].string == "resolved" && recovery["fault"] == failure["fault"])
            #expect(recovery["node"] == failure["node"])
            #expect(try await scene.firing().isEmpty)

            let middle = try await scene.told(3, failing: [Self.above])
            #expect(middle["kind"].string == "firing" && middle["fault"] != failure["fault"])
            #expect(middle["node"] == Self.node("service", "orders"))
            #expect(middle["services"] == .array([.string("frontend")]) && middle["inhibited"].array.isEmpty)
            firing = try await scene.firing()
            #expect(Set(firing.keys) == ["above"] && firing["above"]?["inhibited"].bool == false)
            #expect(firing["above"]?["fault"] == middle["fault"])

            let end = try await scene.told(4, failing: [])
            #expect(end["kind"].string == "resolved" && end["fault"] == middle["fault"])
        }
    }

    private static func node(_ kind: String, _ name: String) -> JSONValue {
        .object(["kind": .string(kind), "name": .string(name), "environment": .string("production")])
    }

    /// A server with a quick rule on each edge, and a receiver that nobody ever reaches: what it is to be told stays in
    /// the store.
    private struct Scene {
        private let alerting: AlertingServer

        init(_ alerting: AlertingServer) async throws {
            self.alerting = alerting
            try await alerting.watch(above, rule: "above")
            try await alerting.watch(leaf, rule: "leaf")
            let url = "http://127.0.0.1:\(try freePort())/"
            try await alerting.send(
                "POST", "/webhooks", "{\"name\":\"nobody\",\"kind\":\"webhook\",\"url\":\"\(url)\"}")
        }

        /// Publishes pictures in which these edges fail until a message of that number is stored; the message, the last
        /// that there is.
        func told(_ number: Int, failing: Set<SeriesKey>) async throws -> JSONValue {
            let messages = try await eventually(within: .seconds(30), poll: .milliseconds(200), "message \(number)") {
                () -> [JSONValue]? in
                alerting.publish(
                    [above, leaf], failing: failing,
                    announcements: [
                        Announcement(environment: "production", address: "orders:8080", service: "orders", since: 1)
                    ])
                let stored = try await stored()
                return stored.count < number ? nil : stored
            }
            #expect(messages.count == number, "\(messages)")
            return messages[number - 1]
        }

        private func stored() async throws -> [JSONValue] {
            var messages: [JSONValue] = []
            for entry in try await alerting.server.store.outbox(limit: 100) {
                messages.append(try JSONValue(try await alerting.server.store.notice(id: entry.notice) ?? ""))
            }
            return messages
        }

        /// The alerts that fire, by their rules.
        func firing() async throws -> [String: JSONValue] {
            let items = try await alerting.send("GET", "/alerts?state=firing")["items"].array
            return Dictionary(uniqueKeysWithValues: items.map { ($0["rule"].string ?? "", $0) })
        }
    }
}
