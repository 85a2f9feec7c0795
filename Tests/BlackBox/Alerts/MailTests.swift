import Foundation
import TestSupport
import Testing

extension TheAlerts {
    @Suite("Alerts by mail")
    struct MailTests {
        /// A mail server that demands STARTTLS and a password (mailserver.py).
        private struct MailServer {
            let certificate: ServerCertificate
            let process: ChildProcess
            /// By which Venus sends through it.
            let environment: [String: String]

            init() async throws {
                certificate = try await ServerCertificate()
                let port = try freePort()
                let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/mailserver.py"
                process = try ChildProcess(
                    "/usr/bin/python3", [script, "\(port)", certificate.certificate, certificate.key])
                try await process.waitForLine("the mail server") { $0 == "ready" }
                environment = [
                    "VENUS_ALERTS_SMTP_SERVER": "localhost:\(port)", "VENUS_ALERTS_SMTP_FROM": "venus@example.com",
                    "VENUS_ALERTS_SMTP_USER": "venus", "VENUS_ALERTS_SMTP_PASSWORD": "a password",
                    "VENUS_ALERTS_SMTP_TRUST_FILE": certificate.authority,
                ]
            }

            var messages: [JSONValue] {
                get throws { try process.standardOutput.lines.filter { $0.hasPrefix("{") }.map { try JSONValue($0) } }
            }
        }

        private static let people = #"{"name":"people","kind":"email","to":["ada@example.com","bob@example.com"]}"#

        @Test("mail goes through a server that demands STARTTLS and a password, and to no server that is not believed")
        func mail() async throws {
            let server = try await MailServer()
            defer { withExtendedLifetime(server) {} }
            var environment = server.environment
            func trial() async throws -> String? {
                let venus = try await VenusUp(environment: environment)
                let api = try await venus.signIn()
                let webhook = try await api.send("POST", "/webhooks", Self.people)
                return try await api.send("POST", "/webhooks/\(webhook["id"].string ?? "")/test")["result"].string
            }
            #expect(try await trial() == "status 250")
            let message = try #require(try server.messages.first)
            #expect(message["from"].string == "venus@example.com" && message["tls"].bool == true)
            #expect(message["to"].array.map(\.string) == ["ada@example.com", "bob@example.com"])
            #expect(message["subject"].string == "Test message from Venus")
            #expect(message["text"].string?.contains("Messages about failing dependencies arrive here.") == true)
            environment["VENUS_ALERTS_SMTP_PASSWORD"] = "another one"
            #expect(try await trial() == "status 535")
            environment["VENUS_ALERTS_SMTP_TRUST_FILE"] = nil
            #expect(try await trial() == "tls_certificate_error")
            #expect(try server.messages.count == 1)
        }

        @Test("a mailbox that is gone keeps mail from nobody else, and is in the log; where all are, mail is refused")
        func gone() async throws {
            let server = try await MailServer()
            let venus = try await VenusUp(environment: server.environment)
            let api = try await venus.signIn()
            func trial(_ name: String, _ recipients: String) async throws -> String? {
                let webhook = try await api.send(
                    "POST", "/webhooks", "{\"name\":\"\(name)\",\"kind\":\"email\",\"to\":[\(recipients)]}")
                return try await api.send("POST", "/webhooks/\(webhook["id"].string ?? "")/test")["result"].string
            }
            #expect(try await trial("some", #""gone@example.com","ada@example.com","bob@example.com""#) == "status 250")
            #expect(try await trial("none", #""gone@example.com","gone-too@example.com""#) == "status 550")
            let messages = try server.messages
            #expect(messages.count == 1)
            #expect(messages.first?["to"].array.map(\.string) == ["ada@example.com", "bob@example.com"])
            try await eventually("who was refused, in the log") {
                venus.process.transcript.contains("gone@example.com")
            }
        }

        @Test("a failure and its end are two mails of one conversation, with what was measured, the limit and the link")
        func conversation() async throws {
            let server = try await MailServer()
            let origin = try Origin()
            let venus = try await VenusUp(environment: AlertBench.environment.merging(server.environment) { $1 })
            let api = try await venus.signIn()
            try await api.send("POST", "/webhooks", Self.people)
            try await AlertBench.watch(api, origin, limit: 0.9, keepFiringFor: 2)
            let caller = SteadyCalls(through: venus.proxyPort, origin)
            defer { withExtendedLifetime((server, caller)) {} }
            caller.call("/status/503")
            try await eventually(within: .seconds(60), "the first mail") { try server.messages.count == 1 }
            caller.call("/")
            try await eventually(within: .seconds(60), "the second mail") {
                let waiting = try await api.get("/webhooks")["items"].array.first?["waiting"].int
                return try server.messages.count == 2 && waiting == 0
            }
            let messages = try server.messages
            #expect(
                messages.map { $0["subject"].string } == [
                    "\(origin.authority) (production) is degraded", "\(origin.authority) (production) has recovered",
                ])
            #expect(messages.allSatisfy { $0["tls"].bool == true && $0["to"].array.count == 2 })
            let thread = try #require(messages[0]["references"].string)
            #expect(thread.hasPrefix("<") && thread.hasSuffix("@example.com>"))
            #expect(messages.allSatisfy { $0["references"].string == thread && $0["in_reply_to"].string == thread })
            let ids = Set(messages.compactMap { $0["id"].string })
            #expect(ids.count == 2 && !ids.contains(thread))
            for message in messages {
                let text = try #require(message["text"].string)
                // A percentage, and the limit that it is compared with.
                let measured = try Regex("checkout → \(origin.authority): availability [0-9.]+ % \\(limit 90 %\\)")
                #expect(try measured.firstMatch(in: text) != nil, "\(text)")
                #expect(text.contains("Since 20") && text.contains("Seen by checkout"))
                #expect(text.contains("\(venus.dashboard)?at="))
            }
            let failure = try #require(messages[0]["text"].string)
            #expect(failure.contains("; 503 × ") && failure.contains("For example GET /status/*: "), "\(failure)")
        }
    }
}
