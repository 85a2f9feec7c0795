import Foundation
import TestSupport
import Testing

/// Alerts from end to end: a dependency fails and recovers, and a receiver that was written from the rules of Standard
/// Webhooks alone (receiver.py) checks every message.
extension TheAlerts {
    @Suite("Alerts")
    struct AlertsTests {
        /// Alerts on the edge within seconds: a window of ten, two seconds of `for` (watch.py).
        private static func watch(_ venus: VenusUp, _ origin: Origin) async throws {
            let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/watch.py"
            try await ChildProcess.run(
                "/usr/bin/python3", [script, venus.directory.file("data/store.sqlite"), origin.authority])
        }

        @Test(
            "a dependency that fails and recovers is told once each way, whatever the receiver does, across restarts")
        func life() async throws {
            var scene = try await AlertScene([
                "200", "500", "200", "hang", "200", "429:2", "200", "302", "200", "410",
            ])
            defer { withExtendedLifetime(scene) {} }
            try await Self.watch(scene.venus, scene.origin)
            #expect(try await scene.api.send("POST", "/webhooks/\(scene.webhook)/test")["delivered"].bool == true)
            try await Self.fail(&scene)
            try await Self.failAgain(&scene)
            try await Self.leave(scene)

            let messages = try scene.messages
            #expect(
                messages.map(\.kind) == [
                    "alert.test", "alert.firing", "alert.firing", "alert.resolved", "alert.resolved", "alert.firing",
                    "alert.firing", "alert.resolved", "alert.resolved", "alert.firing", "alert.resolved",
                ])
            #expect(messages.allSatisfy { $0.verified == [0] && $0.signatures == 1 }, "\(messages)")
            // The redirect, like every other answer, led nowhere.
            #expect(messages.allSatisfy { $0.method == "POST" && $0.path == "/in" })
            // An attempt has the id of the one before it; each message has another.
            #expect(messages[1].id == messages[2].id && messages[3].id == messages[4].id)
            #expect(messages[5].id == messages[6].id && messages[7].id == messages[8].id)
            #expect(messages[9].id != messages[10].id && messages[9].fault == messages[10].fault)
            #expect(Set(messages.map(\.id)).count == 7)
            #expect(messages[1].fault == messages[4].fault && messages[5].fault == messages[8].fault)
            #expect(Set(messages.map(\.fault)).count == 4)
            let episode = ["pending", "firing", "resolved"]
            #expect(try await AlertBench.transitions(scene.api, of: "quick") == episode + episode + episode)
            try Self.expectEvidence(messages[1], scene)
            // What was sent again is the same, though another process sent it.
            #expect(messages[1].data == messages[2].data && messages[1].timestamp == messages[2].timestamp)
            #expect(messages[4].data["alerts"][0]["limit"].double == 0.9 && messages[4].data["sample"].isNull)
        }

        /// First it is slow, which is no failure; then it fails. It is killed between the first attempt and the second,
        /// and when the message was taken.
        private static func fail(_ scene: inout AlertScene) async throws {
            scene.caller.call("/delay/50")
            let (api, dependency) = (scene.api, scene.origin.authority)
            try await eventually(within: .seconds(30), "calls") {
                (try await api.edge("checkout", dependency, window: "10s")?["kpis"]["calls"].int ?? 0) > 20
            }
            #expect(try await api.get("/alerts")["items"].array.isEmpty)
            scene.caller.call("/status/503")
            try await scene.told(2, "the failure, which the receiver does not take")
            // Whoever comes back has nothing but what is stored: the next attempt is five seconds away.
            #expect(try await scene.waiting == 1)
            try await scene.kill()
            try await scene.told(3, "the failure, at the second attempt")
            #expect(try await scene.api.get("/alerts?state=firing")["items"].array.count == 1)
            try await scene.stored()
            try await scene.kill()
        }

        private static func failAgain(_ scene: inout AlertScene) async throws {
            scene.caller.call("/")
            try await scene.told(5, "the recovery, after an attempt without an answer")
            scene.caller.call("/reset")
            try await scene.told(7, "the second failure, after the receiver was busy")
            try await scene.stored()
            #expect(try await scene.venus.stop() == .exited(0))
            try await scene.start()
            scene.caller.call("/")
            try await scene.told(9, "the second recovery, after a redirect that is not followed")
        }

        /// The receiver wants no more; somebody sees that at once, and thinks otherwise.
        private static func leave(_ scene: AlertScene) async throws {
            scene.caller.call("/status/500")
            try await scene.told(10, "the third failure")
            try await eventually(within: .seconds(10), poll: .milliseconds(20), "an endpoint that is gone") {
                let shown = try await scene.api.get("/webhooks")["items"].array.first
                return shown?["enabled"].bool == false && shown?["failure"].string == "gone"
            }
            try await scene.api.send("PATCH", "/webhooks/\(scene.webhook)", #"{"enabled":true}"#)
            scene.caller.call("/")
            try await scene.told(11, "the third recovery")
            try await scene.isOver("the end of the third failure")
        }

        /// What the first message says of the failure.
        private static func expectEvidence(_ message: AlertBench.Message, _ scene: AlertScene) throws {
            let data = message.data
            #expect(data["name"].string == scene.origin.authority && data["services"][0].string == "checkout")
            #expect(data["severity"].string == "critical" && data["alerts_total"].int == 1, "\(data)")
            let alert = data["alerts"][0]
            #expect(alert["metric"].string == "availability" && alert["limit"].double == 0.9)
            #expect((0..<0.9).contains(try #require(alert["value"].double)))
            #expect(alert["failures"].array.count == 1 && alert["failures"][0]["error_type"].string == "503")
            #expect(try #require(alert["failures"][0]["calls"].int) > 0)
            #expect(data["sample"]["operation"].string == "GET /status/*")
            #expect(data["sample"]["error_type"].string == "503")
            #expect(data["link"].string == AlertBench.link(scene.venus, scene.origin, at: message.timestamp))
        }

        @Test("a receiver verifies every message while its secret is replaced, by the old and by the new one")
        func rotation() async throws {
            let venus = try await VenusUp(environment: AlertBench.environment)
            let api = try await venus.signIn()
            let secrets = venus.directory.file("secrets")
            let port = try freePort()
            let receiver = try await AlertBench.receiver(port, secrets: secrets)
            defer { withExtendedLifetime(receiver) {} }
            let webhook = try await api.send(
                "POST", "/webhooks", "{\"name\":\"ours\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:\(port)/in\"}")
            let id = try #require(webhook["id"].string)
            var known = [try #require(webhook["secret"].string)]
            for _ in 0..<3 {
                try known.joined(separator: "\n").write(toFile: secrets, atomically: true, encoding: .utf8)
                #expect(try await api.send("POST", "/webhooks/\(id)/test")["delivered"].bool == true)
                let rotated = try await api.send("POST", "/webhooks/\(id)/secret")
                known.append(try #require(rotated["secret"].string))
                #expect(try await api.send("POST", "/webhooks/\(id)/test")["result"].string == "status 200")
            }
            let messages = try await eventually("six messages") { () -> [AlertBench.Message]? in
                let told = try AlertBench.messages(receiver)
                return told.count < 6 ? nil : told
            }
            #expect(messages.map(\.verified) == [[0], [0], [0, 1], [0, 1], [0, 1, 2], [1, 2]], "\(messages)")
            #expect(messages.map(\.signatures) == [1, 2, 2, 3, 3, 3])
            // Nobody is shown a secret again, and what is stored is sealed.
            #expect(try await api.get("/webhooks")["items"].array.first?["secret"].isNull == true)
            for file in ["data/store.sqlite", "data/store.sqlite-wal"] {
                let bytes = FileManager.default.contents(atPath: venus.directory.file(file)) ?? Data()
                for secret in known { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
            }
            let key = try FileManager.default.attributesOfItem(atPath: venus.directory.file("data/alerts.key"))
            #expect(key[.posixPermissions] as? Int == 0o600)
        }

        @Test("messages go to no address of this machine unless that is allowed, whatever name or form it has")
        func forbidden() async throws {
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let origin = try Origin()
            for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"] {
                let webhook = try await api.send(
                    "POST", "/webhooks",
                    "{\"name\":\"\(host)\",\"kind\":\"webhook\",\"url\":\"http://\(host):\(origin.port)/\"}")
                let trial = try await api.send("POST", "/webhooks/\(webhook["id"].string ?? "")/test")
                #expect(trial["result"].string == "destination_ip_prohibited", "\(host)")
                #expect(trial["delivered"].bool == false)
            }
            #expect(origin.connectionsAccepted == 0)
        }
    }
}
