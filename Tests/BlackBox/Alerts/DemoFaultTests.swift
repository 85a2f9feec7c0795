import Foundation
import TestSupport
import Testing

extension TheAlerts {
    @Suite("An origin that turns slow, then fails, then recovers")
    struct DemoFaultTests {
        private static let slowMilliseconds = 400.0

        /// Copies the edge's first minute to the same hour a week before, and to the next should that begin meanwhile;
        /// prints how many rows that made.
        private static let script = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1], timeout=10) as database:
                columns = [row[1] for row in database.execute("PRAGMA table_info(rollups_1m)") if row[1] != "bucket"]
                names = ", ".join(columns)
                print(sum(database.execute(
                    f"INSERT INTO rollups_15m (bucket, {names}) SELECT bucket / 900 * 900 - 604800 + ?, {names} "
                    "FROM rollups_1m WHERE level = 'edge' AND dependency = ? "
                    "AND bucket = (SELECT min(bucket) FROM rollups_1m)",
                    (later, sys.argv[2])).rowcount for later in (0, 3600)))
            """

        /// Makes what the origin does now what was usual a week ago.
        private static func remember(_ scene: AlertScene) async throws {
            let store = scene.venus.directory.file("data/store.sqlite")
            try await eventually(within: .seconds(300), poll: .seconds(1), "a minute of history") {
                let made = try await ChildProcess.run(
                    "/usr/bin/python3", ["-c", script, store, scene.origin.authority])
                return (Int(made.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 0
            }
        }

        /// A warning of slow calls, which lasts a little so that the failure finds it, and an alert of failed ones.
        private static func watch(_ scene: AlertScene) async throws {
            let edge =
                "\"level\":\"edge\",\"environment\":\"production\",\"service\":\"checkout\","
                + "\"dependency\":\"\(scene.origin.authority)\",\"metric\":"
            let slow = edge + "\"response_time_p95_ms\""
            let broken = edge + "\"availability\""
            let usual = "\"window\":\"10s\",\"minimum_calls\":5"
            try await scene.api.send("PUT", "/thresholds", "{\(slow),\(usual),\"warning\":\(slowMilliseconds)}")
            try await scene.api.send("PUT", "/thresholds", "{\(broken),\(usual),\"critical\":0.9}")
            try await scene.api.send(
                "PUT", "/rules/slow",
                "{\(slow),\"severity\":\"warning\",\"for_seconds\":2,\"keep_firing_for_seconds\":10}")
            try await scene.api.send(
                "PUT", "/rules/broken",
                "{\(broken),\"severity\":\"critical\",\"for_seconds\":2,\"keep_firing_for_seconds\":2}")
        }

        @Test("is one fault, told when it is slow, with the phase that grew, when it fails, and at its end, once each")
        func life() async throws {
            let scene = try await AlertScene()
            defer { withExtendedLifetime(scene) {} }
            try await Self.remember(scene)
            try await Self.watch(scene)
            #expect(try await scene.api.get("/alerts")["items"].array.isEmpty)
            scene.caller.call("/delay/800")
            try await scene.told(1, "that it is slow")
            let firing = try await scene.api.get("/alerts?state=firing")["items"].array
            #expect(firing.map { $0["rule"].string } == ["slow"])
            scene.caller.call("/status/503")
            try await scene.told(2, "that it fails")
            scene.caller.call("/")
            try await scene.told(3, "that it is over")
            try await scene.isOver("the end of both alerts")
            try await scene.stored()

            let messages = try scene.messages
            #expect(messages.map(\.kind) == ["alert.firing", "alert.escalated", "alert.resolved"], "\(messages)")
            #expect(Set(messages.map(\.fault)).count == 1 && Set(messages.map(\.id)).count == messages.count)
            #expect(messages.allSatisfy { $0.verified == [0] && $0.method == "POST" })
            for rule in ["slow", "broken"] {
                let transitions = try await AlertBench.transitions(scene.api, of: rule)
                #expect(transitions == ["pending", "firing", "resolved"], "\(rule)")
            }
            try Self.expectSlow(try #require(messages.first), scene)
            Self.expectFailing(messages[1].data)
            #expect(messages[2].data["summary"].string == "\(scene.origin.authority) (production) has recovered")
            #expect(messages[2].data["sample"].isNull)
        }

        private static func expectSlow(_ message: AlertBench.Message, _ scene: AlertScene) throws {
            let data = message.data
            #expect(data["severity"].string == "warning" && data["alerts_total"].int == 1, "\(data)")
            #expect(data["summary"].string == "\(scene.origin.authority) (production) is degraded")
            let alert = data["alerts"][0]
            #expect(alert["metric"].string == "response_time_p95_ms" && alert["limit"].double == slowMilliseconds)
            #expect(try #require(alert["value"].double) > slowMilliseconds)
            let phase = alert["phase"]
            #expect(phase["name"].string == "ttfb" && phase["baseline"].string == "week", "\(data)")
            let before = try #require(phase["before_ms"].double)
            #expect(before < slowMilliseconds && before < phase["now_ms"].double ?? 0)
            #expect(alert["failures"].array.isEmpty)
            #expect(data["sample"]["operation"].string == "GET /delay/*" && data["sample"]["error_type"].isNull)
            #expect(try #require(data["sample"]["duration_ms"].double) > slowMilliseconds)
            #expect(data["link"].string == AlertBench.link(scene.venus, scene.origin, at: message.timestamp))
        }

        private static func expectFailing(_ data: JSONValue) {
            #expect(data["severity"].string == "critical", "\(data)")
            #expect(data["alerts"].array.map { $0["metric"].string } == ["availability", "response_time_p95_ms"])
            #expect(data["alerts"][0]["failures"][0]["error_type"].string == "503")
            #expect(data["sample"]["operation"].string == "GET /status/*")
            #expect(data["sample"]["error_type"].string == "503")
        }
    }
}
