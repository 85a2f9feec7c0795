import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

/// A server that tells receivers on this machine of alerts, at once, and an admin's session on it.
struct AlertingServer {
    let server: RunningServer
    let token: String

    /// Runs `body` with one that is stopped afterwards.
    static func with(_ body: (AlertingServer) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        try await withServer(configure: {
            $0.alerting.keyFile = directory.file("alerts.key")
            $0.alerting.allowedTargets = ["127.0.0.1"]
            $0.alerting.gather = .zero
        }) { try await body(AlertingServer(server: $0, token: try await $0.signIn())) }
    }

    /// A request that has to succeed: its answer.
    @discardableResult
    func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSONValue {
        let type = body.map { _ in [("content-type", "application/json")] } ?? []
        let answer = try await server.request(method, "/api/v1" + path, [server.bearer(token)] + type, body: body)
        guard (200...299).contains(answer.status) else { throw TestFailure("\(path): \(answer.text)") }
        return try JSONValue(answer.text)
    }

    /// Sets a rule that warns of the edge within seconds. No critical limit: the standing rules have nothing to say.
    func watch(_ key: SeriesKey, rule: String) async throws {
        let edge =
            "\"level\":\"edge\",\"environment\":\"production\",\"service\":\"\(key.service)\","
            + "\"dependency\":\"\(key.dependency)\",\"metric\":\"availability\""
        try await send("PUT", "/thresholds", "{\(edge),\"window\":\"10s\",\"warning\":0.95,\"minimum_calls\":5}")
        try await send(
            "PUT", "/rules/\(rule)",
            "{\(edge),\"severity\":\"warning\",\"for_seconds\":1,\"keep_firing_for_seconds\":1}")
    }

    /// Shows the evaluator a picture of now, in which these of the edges fail.
    func publish(_ edges: [SeriesKey], failing: Set<SeriesKey>, announcements: [Announcement] = []) {
        let series = edges.map { key in
            (key, failing.contains(key) ? totals(success: 10, serverErrors: 40) : totals(success: 50))
        }
        var seen = frame(series, at: Int64(Date().timeIntervalSince1970 * 1_000))
        seen.announcements = announcements
        server.feed.publish(seen)
    }
}
