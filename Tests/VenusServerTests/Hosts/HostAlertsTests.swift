import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Alerts on hosts, on two servers")
struct HostAlertsTests {
    private static func batch(_ sequence: UInt64, memory: Double) throws -> String {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        var reading = HostReading(start: now - 1_000, end: now)
        reading.add(HostSeries(.memoryUtilization, state: "used"), memory, seconds: 1)
        let batch = ReadingsBatch(
            producer: "p1", agentVersion: "1.0", environment: "test",
            readings: [ReadingsBatch.Item(sequence: sequence, reading: reading)], latest: reading)
        return String(decoding: try JSONEncoder().encode(batch), as: UTF8.self)
    }

    private func send(
        _ server: RunningServer, _ method: String, _ path: String, _ token: String, _ body: String
    ) async throws -> JSONValue {
        let response = try await server.request(
            method, "/api/v1" + path, [server.bearer(token), ("content-type", "application/json")], body: body)
        guard (200..<300).contains(response.status) else { throw TestFailure("\(path): \(response.text)") }
        return try JSONValue(response.text)
    }

    @Test(
        "a host that crosses a limit fires once, and is resolved once, whichever server its agent reports to",
        arguments: [true, false])
    func acrossServers(reportsToFirst: Bool) async throws {
        try await withServer { first in
            let second = try await RunningServer(sharing: first)
            let agent = reportsToFirst ? first : second
            let key = try await first.key([.writeHosts]).text
            let token = try await first.session(.admin)
            _ = try await send(
                first, "PUT", "/thresholds", token,
                #"{"level":"host","host":"web-1","metric":"host:system.memory.utilization","window":"10s","critical":0.9}"#
            )
            _ = try await send(
                first, "PUT", "/rules/full", token,
                #"""
                {"level":"host","host":"web-1","metric":"host:system.memory.utilization","for_seconds":0,
                "keep_firing_for_seconds":0}
                """#)
            var sequence: UInt64 = 0
            func report(_ memory: Double, until state: String?) async throws {
                try await eventually(within: .seconds(40), "\(state ?? "no alert") at \(memory)") {
                    sequence += 1
                    _ = try await send(
                        agent, "POST", "/hosts/web-1/readings", key, try Self.batch(sequence, memory: memory))
                    let alerts = try await second.get("/api/v1/alerts?host=web-1", token: token)["items"].array
                    return alerts.first { $0["rule"].string == "full" }?["state"].string == state
                }
            }
            try await report(0.95, until: "firing")
            let shown = try await second.get("/api/v1/alerts?host=web-1&state=firing", token: token)["items"][0]
            #expect(shown["value"].double == 0.95 && shown["limit"].double == 0.9)
            #expect(
                shown["subject"]["host"].string == "web-1" && shown["metric"].string == "host:system.memory.utilization"
            )
            try await report(0.5, until: nil)
            let stored = try await first.store.transitions(after: 0, limit: 100)
            let kinds = try stored.filter { $0.content.contains("\"full\"") }
                .map { try JSONValue($0.content)["kind"].string }
            #expect(kinds == ["pending", "firing", "resolved"])
            try await second.stop()
        }
    }

    @Test("a metric that no host has is refused")
    func unknown() async throws {
        try await withServer { server in
            let token = try await server.session(.admin)
            let response = try await server.request(
                "PUT", "/api/v1/thresholds", [server.bearer(token), ("content-type", "application/json")],
                body: #"{"level":"host","host":"web-1","metric":"host:system.memory.used","critical":0.9}"#)
            #expect(response.status == 400 && response.text.contains("host:system.memory.utilization"))
        }
    }
}
