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

    private static func withScene(_ body: (Scene) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        try await withServer(configure: {
            $0.alerting.keyFile = directory.file("alerts.key")
            $0.alerting.allowedTargets = ["127.0.0.1"]
            $0.alerting.gather = .zero
        }) { try await body(try await Scene($0)) }
    }

    @Test("the leaf fails, and it alone is told of; it recovers, and the middle, failing by itself, is told of")
    func chain() async throws {
        try await Self.withScene { scene in
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
        private let server: RunningServer
        private let token: String

        init(_ server: RunningServer) async throws {
            self.server = server
            token = try await server.signIn()
            for (rule, key) in [("above", FaultChainTests.above), ("leaf", FaultChainTests.leaf)] {
                let edge =
                    "\"level\":\"edge\",\"environment\":\"production\",\"service\":\"\(key.service)\","
                    + "\"dependency\":\"\(key.dependency)\",\"metric\":\"availability\""
                // No critical limit: the standing rules have nothing to say.
                try await send(
                    "PUT", "/thresholds", "{\(edge),\"window\":\"10s\",\"warning\":0.95,\"minimum_calls\":5}")
                try await send(
                    "PUT", "/rules/\(rule)",
                    "{\(edge),\"severity\":\"warning\",\"for_seconds\":1,\"keep_firing_for_seconds\":1}")
            }
            let url = "http://127.0.0.1:\(try freePort())/"
            try await send("POST", "/webhooks", "{\"name\":\"nobody\",\"kind\":\"webhook\",\"url\":\"\(url)\"}")
        }

        private func send(_ method: String, _ path: String, _ body: String) async throws {
            let answer = try await server.request(
                method, "/api/v1" + path, [server.bearer(token), ("content-type", "application/json")], body: body)
            guard (200...299).contains(answer.status) else { throw TestFailure("\(path): \(answer.text)") }
        }

        /// Publishes pictures in which these edges fail until a message of that number is stored; the message, the last
        /// that there is.
        func told(_ number: Int, failing: Set<SeriesKey>) async throws -> JSONValue {
            let messages = try await eventually(within: .seconds(30), poll: .milliseconds(200), "message \(number)") {
                () -> [JSONValue]? in
                publish(failing)
                let stored = try await stored()
                return stored.count < number ? nil : stored
            }
            #expect(messages.count == number, "\(messages)")
            return messages[number - 1]
        }

        private func publish(_ failing: Set<SeriesKey>) {
            let series = [FaultChainTests.above, FaultChainTests.leaf].map { key in
                (key, failing.contains(key) ? totals(success: 10, serverErrors: 40) : totals(success: 50))
            }
            var seen = frame(series, at: Int64(Date().timeIntervalSince1970 * 1_000))
            seen.announcements = [
                Announcement(environment: "production", address: "orders:8080", service: "orders", since: 1)
            ]
            server.feed.publish(seen)
        }

        private func stored() async throws -> [JSONValue] {
            var messages: [JSONValue] = []
            for entry in try await server.store.outbox(limit: 100) {
                messages.append(try JSONValue(try await server.store.notice(id: entry.notice) ?? ""))
            }
            return messages
        }

        /// The alerts that fire, by their rules.
        func firing() async throws -> [String: JSONValue] {
            let items = try await server.get("/api/v1/alerts?state=firing", token: token)["items"].array
            return Dictionary(uniqueKeysWithValues: items.map { ($0["rule"].string ?? "", $0) })
        }
    }
}
