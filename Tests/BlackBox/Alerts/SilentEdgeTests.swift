import Foundation
import TestSupport
import Testing
import VenusCore

extension TheAlerts {
    @Suite("A dependency that was called all day and then not any more")
    struct SilentEdgeTests {
        /// A call in each minute of the day before this one, as if that had been analysed.
        private static let script = """
            import sqlite3, sys, time
            path, dependency, histogram = sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3])
            now = int(time.time()) // 60 * 60
            with sqlite3.connect(path, timeout=10) as database:
                columns = [row[1:3] for row in database.execute("PRAGMA table_info(rollups_1m)")]
                row = {name: b"" if kind == "BLOB" else 0 for name, kind in columns}
                row.update(level="edge", environment="production", service="checkout", dependency=dependency,
                    operation="", success=1, duration_histogram=histogram, ttfb_histogram=histogram, phases=bytes([1, 0]))
                names, places = ", ".join(row), ", ".join("?" for _ in row)
                for minute in range(1, 1441):
                    row["bucket"] = now - minute * 60
                    database.execute(f"INSERT INTO rollups_1m ({names}) VALUES ({places})", list(row.values()))
            """

        @Test("is told once, over a restart, and its end at the first call", .timeLimit(.minutes(2)))
        func life() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: AlertBench.environment)
            var api = try await venus.signIn()
            let receiver = try await AlertBench.receiver(of: api, in: venus.directory).process
            try await api.send(
                "PUT", "/rules/missed",
                "{\"level\":\"edge\",\"environment\":\"production\",\"service\":\"checkout\","
                    + "\"dependency\":\"\(origin.authority)\",\"metric\":\"availability\","
                    + "\"no_data_after_seconds\":10}")
            try await venus.stop()
            let histogram = LatencyHistogram().encoded.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try await ChildProcess.run(
                "/usr/bin/python3",
                ["-c", Self.script, venus.directory.file("data/store.sqlite"), origin.authority, histogram])

            // An hour of the day before is read in each second.
            try await venus.start()
            try await eventually(within: .seconds(60), "the message") {
                guard try AlertBench.messages(receiver).count == 1 else {
                    throw TestFailure("\(receiver.standardOutput.lines)\n\(venus.process.transcript)")
                }
                return true
            }
            api = try await venus.signIn()
            try await eventually(within: .seconds(10), "that it is stored that the message was taken") {
                try await api.get("/webhooks")["items"].array.first?["waiting"].int == 0
            }
            try await venus.stop()
            try await venus.start()
            api = try await venus.signIn()
            let missed = try await api.get("/alerts?state=no_data")["items"].array
            #expect(missed.map { $0["rule"].string } == ["missed"])

            try await venus.curl(origin.url("/"))
            // Long before the day is read again.
            try await eventually(within: .seconds(15), "the second message") {
                guard try AlertBench.messages(receiver).count == 2 else {
                    throw TestFailure("\(receiver.standardOutput.lines)\n\(venus.process.transcript)")
                }
                return true
            }
            let messages = try AlertBench.messages(receiver)
            #expect(messages.map(\.kind) == ["alert.firing", "alert.resolved"])
            #expect(messages[0].fault == messages[1].fault)
            #expect(messages[0].data["alerts"].array.map { $0["metric"].string } == ["no_data"])
            #expect(messages[0].data["kind"].string == "service" && messages[0].data["name"].string == "checkout")
            #expect(try await AlertBench.transitions(api, of: "missed") == ["no_data", "resolved"])
        }
    }
}
