import Foundation
import Glibc
import TestSupport
import Testing

/// Alerts from end to end: a dependency fails and recovers, and a receiver that was written from the rules of Standard
/// Webhooks alone (receiver.py) checks every message.
extension TheBinary {
    @Suite("Alerts")
    struct AlertsTests {
        /// Alerts on the edge within seconds: a window of ten, two seconds of `for` (watch.py).
        private static func watch(_ venus: VenusUp, _ origin: Origin) async throws {
            let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/watch.py"
            try await ChildProcess.run(
                "/usr/bin/python3", [script, venus.directory.file("data/store.sqlite"), origin.authority])
        }

        @Test(
            "a dependency that fails and recovers is told once each way, whatever the receiver does, across a restart")
        func life() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: AlertBench.environment)
            var api = try await venus.signIn()
            try await Self.watch(venus, origin)
            let secrets = venus.directory.file("secrets")
            let port = try freePort()
            let receiver = try await AlertBench.receiver(
                port, secrets: secrets, ["200", "500", "200", "hang", "200", "429:2", "200", "302", "200", "410"])
            defer { withExtendedLifetime(receiver) {} }
            let webhook = try await api.send(
                "POST", "/webhooks", "{\"name\":\"ours\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:\(port)/in\"}")
            let id = try #require(webhook["id"].string)
            try #require(webhook["secret"].string).write(toFile: secrets, atomically: true, encoding: .utf8)
            #expect(try await api.send("POST", "/webhooks/\(id)/test")["delivered"].bool == true)

            let caller = SteadyCalls(through: venus.proxyPort, origin)
            defer { withExtendedLifetime(caller) {} }
            func wait(_ count: Int, _ what: String) async throws {
                try await eventually(within: .seconds(90), "\(what)") {
                    let messages = try AlertBench.messages(receiver)
                    guard messages.count >= count else {
                        throw TestFailure(
                            "\(messages)\n\(try await api.get("/alerts?state=pending"))\n\(venus.process.transcript)")
                    }
                    return true
                }
            }
            func stored(_ api: VenusAPI) async throws {
                try await eventually(within: .seconds(10), "that it is stored that the message was taken") {
                    try await api.get("/webhooks")["items"].array.first?["waiting"].int == 0
                }
            }
            // First it is slow, which is no failure; then it fails.
            caller.call("/delay/50")
            try await eventually(within: .seconds(30), "calls") {
                (try await api.edge("checkout", origin.authority, window: "10s")?["kpis"]["calls"].int ?? 0) > 20
            }
            #expect(try await api.get("/alerts")["items"].array.isEmpty)
            caller.call("/status/503")
            try await wait(3, "the failure, at the second attempt")
            #expect(try await api.get("/alerts?state=firing")["items"].array.count == 1)
            try await stored(api)
            // Killed, so that nothing is said of a goodbye.
            venus.process.signal(SIGKILL)
            try await venus.process.waitForExit()
            try await venus.start()
            api = try await venus.signIn()
            caller.call("/")
            try await wait(5, "the recovery, after an attempt without an answer")
            caller.call("/reset")
            try await wait(7, "the second failure, after the receiver was busy")
            try await stored(api)
            #expect(try await venus.stop() == .exited(0))
            try await venus.start()
            api = try await venus.signIn()
            caller.call("/")
            try await wait(9, "the second recovery, after a redirect that is not followed")
            caller.call("/status/500")
            try await wait(10, "the third failure")
            try await eventually(within: .seconds(10), "an endpoint that is gone") {
                let shown = try await api.get("/webhooks")["items"].array.first
                return shown?["enabled"].bool == false && shown?["failure"].string == "gone"
            }
            caller.call("/")
            try await eventually(within: .seconds(30), "the end of the third failure") {
                try await api.get("/alerts")["items"].array.isEmpty
            }

            let messages = try AlertBench.messages(receiver)
            #expect(
                messages.map(\.kind) == [
                    "alert.test", "alert.firing", "alert.firing", "alert.resolved", "alert.resolved", "alert.firing",
                    "alert.firing", "alert.resolved", "alert.resolved", "alert.firing",
                ])
            #expect(messages.allSatisfy { $0.verified == [0] && $0.signatures == 1 }, "\(messages)")
            // An attempt has the id of the one before it; each message has another.
            #expect(messages[1].id == messages[2].id && messages[3].id == messages[4].id)
            #expect(messages[5].id == messages[6].id && messages[7].id == messages[8].id)
            #expect(Set(messages.map(\.id)).count == 6)
            #expect(messages[1].fault == messages[4].fault && messages[5].fault == messages[8].fault)
            #expect(Set(messages.map(\.fault)).count == 4)
        }

        @Test("a receiver verifies every message while its secret is replaced, by the old and by the new one")
        func rotation() async throws {
            let venus = try await VenusUp(environment: AlertBench.environment)
            let api = try await venus.signIn()
            let secrets = venus.directory.file("secrets")
            let port = try freePort()
            let receiver = try await AlertBench.receiver(port, secrets: secrets, [])
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

        @Test("mail goes through a server that demands STARTTLS and a password, and to no server that is not believed")
        func mail() async throws {
            let certificate = try await ServerCertificate()
            let port = try freePort()
            let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/mailserver.py"
            let server = try ChildProcess(
                "/usr/bin/python3", [script, "\(port)", certificate.certificate, certificate.key])
            defer { withExtendedLifetime(server) {} }
            try await server.waitForLine("the mail server") { $0 == "ready" }
            var environment = [
                "VENUS_ALERTS_SMTP_SERVER": "localhost:\(port)", "VENUS_ALERTS_SMTP_FROM": "venus@example.com",
                "VENUS_ALERTS_SMTP_USER": "venus", "VENUS_ALERTS_SMTP_PASSWORD": "a password",
                "VENUS_ALERTS_SMTP_TRUST_FILE": certificate.authority,
            ]
            func trial() async throws -> String? {
                let venus = try await VenusUp(environment: environment)
                let api = try await venus.signIn()
                let webhook = try await api.send(
                    "POST", "/webhooks",
                    #"{"name":"people","kind":"email","to":["ada@example.com","bob@example.com"]}"#)
                return try await api.send("POST", "/webhooks/\(webhook["id"].string ?? "")/test")["result"].string
            }
            #expect(try await trial() == "status 250")
            let messages = try server.standardOutput.lines.filter { $0.hasPrefix("{") }.map { try JSONValue($0) }
            let message = try #require(messages.first)
            #expect(message["from"].string == "venus@example.com" && message["tls"].bool == true)
            #expect(message["to"].array.map(\.string) == ["ada@example.com", "bob@example.com"])
            #expect(message["subject"].string == "Test message from Venus")
            #expect(message["text"].string?.contains("Messages about failing dependencies arrive here.") == true)
            environment["VENUS_ALERTS_SMTP_PASSWORD"] = "another one"
            #expect(try await trial() == "status 535")
            environment["VENUS_ALERTS_SMTP_TRUST_FILE"] = nil
            #expect(try await trial() == "tls_certificate_error")
            #expect(server.standardOutput.lines.count { $0.hasPrefix("{") } == 1)
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
