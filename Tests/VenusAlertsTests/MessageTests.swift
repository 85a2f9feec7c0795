import Foundation
import Testing
import VenusAlerts
import VenusCore

/// Messages to try receivers with.
enum Messages {
    static let plain = message(name: "payments-db:5432")

    static func message(
        name: String, kind: Notice.Kind = .firing, service: String = "checkout", evidence: Int = 1, others: Int = 1,
        link: String? = "https://venus.example/?dependency=payments-db%3A5432&at=1700000000"
    ) -> AlertMessage {
        let group = FaultGroup(
            node: FaultNode(.dependency, name, environment: "production"), alerts: ["r"], inhibited: [],
            services: Array(repeating: service, count: others), severity: .critical, since: 1_700_000_000,
            isSilenced: false)
        let edge = WatchSubject.series(.edge(service: service, dependency: name, environment: "production"))
        let notice = Notice(
            id: String(repeating: "a", count: 32), fault: String(repeating: "f", count: 32), kind: kind,
            node: group.node, group: group, at: 1_700_000_060)
        let all = (0..<evidence).map { _ in
            AlertMessage.Evidence(
                subject: edge, metric: "response_time_p95_ms", severity: .critical, value: 6_120.4, limit: 5_000,
                phase: PhaseGrowth(phase: "connect", before: 12, now: 4_900), baseline: .week,
                failures: [FailureShare(errorType: "503", calls: 17), FailureShare(errorType: name, calls: 2)])
        }
        return AlertMessage(
            notice, evidence: all, inhibited: Array(repeating: "web → \(service)", count: others),
            sample: .init(operation: "POST \(name)", errorType: "503", milliseconds: 12_345, trace: "abc"), link: link)
    }

    /// Names that mean to do harm, and names that are merely long.
    static let hostile = [
        "@everyone", "<!channel>", "<@U123>", "*b* _i_ ~s~ `c` ||x||", "[click](http://evil.example)",
        "<http://evil.example|here>", "a\r\nBcc: x@evil.example", "\"},{\"x\":\"", "</script><script>",
        "\u{202E}gpj.exe",
        "\u{0}\u{1B}[31m", "a\u{2028}b\u{2029}c", "\\", "=?utf-8?B?eA==?=", "{{mention}} <at>x</at>", "# h\n> q", "👩‍👩‍👧‍👦é",
        String(repeating: "x", count: 50_000), String(repeating: "*", count: 50_000),
        String(repeating: "👩‍👩‍👧‍👦", count: 5_000), String(repeating: "\"", count: 50_000),
        "e" + String(repeating: "\u{301}", count: 9_000),
    ]

    static func object(_ body: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    }

    /// Every text in a JSON document.
    static func texts(_ value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let array as [Any]: array.flatMap(texts)
        case let object as [String: Any]: object.values.flatMap(texts)
        default: []
        }
    }
}

@Suite("Messages for each receiver")
struct MessageTests {
    private static let receivers: [Receiver] = [
        .webhook, .slack, .discord, .teams, .pagerDuty(routingKey: "key"), .ntfy(topic: "alerts"),
    ]

    @Test("whatever the names are, a body is JSON within the receiver's limits", arguments: Messages.hostile)
    func hostile(name: String) throws {
        for receiver in Self.receivers {
            for kind in [Notice.Kind.firing, .resolved] {
                let message = Messages.message(name: name, kind: kind, service: name, evidence: 40, others: 40)
                let body = receiver.body(of: message)
                let object = try Messages.object(body)
                switch receiver {
                case .webhook: #expect(body.count <= 20_000)
                case .slack:
                    let blocks = try #require(object["blocks"] as? [[String: Any]])
                    let texts = blocks.compactMap { ($0["text"] as? [String: Any])?["text"] as? String }
                    #expect(texts[0].utf16.count <= 150 && texts[1].utf16.count <= 3_000)
                case .discord:
                    let embed = try #require((object["embeds"] as? [[String: Any]])?.first)
                    let title = try #require(embed["title"] as? String)
                    let description = try #require(embed["description"] as? String)
                    #expect((1...256).contains(title.utf16.count) && (1...4_096).contains(description.utf16.count))
                    #expect(title.utf16.count + description.utf16.count <= 6_000)
                case .teams: #expect(body.count <= 20_000)
                case .pagerDuty:
                    #expect(body.count <= 512_000)
                    #expect((object["dedup_key"] as? String)?.count == 32)
                    if let payload = object["payload"] as? [String: Any] {
                        #expect(try #require(payload["summary"] as? String).utf16.count <= 1_024)
                    }
                case .ntfy:
                    #expect(try #require(object["message"] as? String).utf8.count <= 4_096)
                    #expect(try #require(object["title"] as? String).utf8.count <= 250)
                }
                for text in Messages.texts(object) {
                    let isClean = text.unicodeScalars.allSatisfy {
                        $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202E && $0.value != 0x2028 && $0.value != 0x7F
                    }
                    #expect(isClean)
                }
            }
        }
    }

    @Test("a name is no line of its own, and cannot forge one")
    func lines() throws {
        let message = Messages.message(name: "a\nSince 1970\n", service: "b\r\nc")
        let object = try Messages.object(Receiver.ntfy(topic: "t").body(of: message))
        let text = try #require(object["message"] as? String)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("Since") } == 1)
    }

    @Test("Slack reads no markup and no mention")
    func slack() throws {
        for name in Messages.hostile {
            let object = try Messages.object(Receiver.slack.body(of: Messages.message(name: name)))
            let fallback = try #require(object["text"] as? String)
            #expect(!fallback.contains("<") && !fallback.contains(">"))
            #expect(!fallback.contains(where: { "*_~`".contains($0) }))
            for block in try #require(object["blocks"] as? [[String: Any]]) {
                if let text = block["text"] as? [String: Any] { #expect(text["type"] as? String == "plain_text") }
            }
        }
        let plain = try Messages.object(Receiver.slack.body(of: Messages.message(name: "a&b<c>")))
        #expect((plain["text"] as? String)?.hasPrefix("a&amp;b&lt;c&gt;") == true)
    }

    @Test("Discord mentions nobody, and every mark has its backslash")
    func discord() throws {
        for name in Messages.hostile {
            let object = try Messages.object(Receiver.discord.body(of: Messages.message(name: name, service: name)))
            #expect((object["allowed_mentions"] as? [String: [String]]) == ["parse": []])
            let embed = try #require((object["embeds"] as? [[String: Any]])?.first)
            for text in [embed["title"], embed["description"]].compactMap({ $0 as? String }) {
                // Read from the left: a backslash takes what follows it along.
                var rest = text[...]
                while let character = rest.popFirst() {
                    if character == "\\" {
                        let escaped = rest.popFirst()
                        #expect(escaped != nil)
                    } else {
                        #expect(!"*_~`|>[]<@#".contains(character))
                    }
                }
            }
        }
    }

    @Test("Teams gets text runs, which know no Markdown")
    func teams() throws {
        let object = try Messages.object(Receiver.teams.body(of: Messages.message(name: "[x](y) **z**")))
        let attachment = try #require((object["attachments"] as? [[String: Any]])?.first)
        #expect(attachment["contentType"] as? String == "application/vnd.microsoft.card.adaptive")
        let card = try #require(attachment["content"] as? [String: Any])
        let body = try #require(card["body"] as? [[String: Any]])
        #expect(body.allSatisfy { $0["type"] as? String == "RichTextBlock" })
        #expect(Messages.texts(body).contains { $0.contains("[x](y) **z**") })
    }

    @Test("PagerDuty resolves by the key that it was triggered with")
    func pagerDuty() throws {
        let receiver = Receiver.pagerDuty(routingKey: "key")
        let trigger = try Messages.object(receiver.body(of: Messages.plain))
        let resolve = try Messages.object(
            receiver.body(of: Messages.message(name: "payments-db:5432", kind: .resolved)))
        #expect(trigger["event_action"] as? String == "trigger" && resolve["event_action"] as? String == "resolve")
        #expect(trigger["dedup_key"] as? String == resolve["dedup_key"] as? String)
        #expect(resolve["payload"] == nil && resolve["routing_key"] as? String == "key")
        let payload = try #require(trigger["payload"] as? [String: Any])
        #expect(payload["severity"] as? String == "critical" && payload["source"] as? String == "payments-db:5432")
    }

    @Test("the evidence is in the message")
    func evidence() throws {
        let object = try Messages.object(Receiver.ntfy(topic: "alerts").body(of: Messages.plain))
        #expect(object["title"] as? String == "payments-db:5432 (production) is failing")
        let text = try #require(object["message"] as? String)
        let wanted = [
            "checkout → payments-db:5432: response_time_p95_ms 6120 ms (limit 5000 ms); connect grew from 12 ms to 4900 ms "
                + "against the same hour a week before"
                + "; 503 × 17, payments-db:5432 × 2", "Since 2023-11-14T22:13:20Z", "Seen by checkout",
            "Also failing: web → checkout", "For example POST payments-db:5432: 12.3 s, 503, trace abc",
        ]
        #expect(text == wanted.joined(separator: "\n"))
        #expect((object["click"] as? String)?.hasPrefix("https://venus.example/") == true)
    }

    @Test("Standard Webhooks' form: type, timestamp, data")
    func webhook() throws {
        let object = try Messages.object(Receiver.webhook.body(of: Messages.plain))
        #expect(object["type"] as? String == "alert.firing")
        #expect(object["timestamp"] as? String == "2023-11-14T22:14:20Z")
        let data = try #require(object["data"] as? [String: Any])
        let alert = try #require((data["alerts"] as? [[String: Any]])?.first)
        #expect(alert["value"] as? Double == 6_120.4 && alert["limit"] as? Double == 5_000)
        #expect(alert["level"] as? String == "edge" && alert["host"] is NSNull)
    }

    @Test(
        "only links of the web are links",
        arguments: [
            "javascript:alert(1)", "https://a b", "https://a\"b", "https://a\nb", "https://ä", "//x", "",
            "https://" + String(repeating: "a", count: 3_000),
        ])
    func links(link: String) throws {
        for receiver in Self.receivers {
            let text = String(decoding: receiver.body(of: Messages.message(name: "n", link: link)), as: UTF8.self)
            #expect(link.isEmpty || !text.contains(link))
            #expect(!text.contains("Open in Venus") && !text.contains("click"))
        }
    }

    @Test("a test message says what it is everywhere")
    func test() throws {
        let message = AlertMessage.test(id: "t", at: 0)
        for receiver in Self.receivers {
            let text = String(decoding: receiver.body(of: message), as: UTF8.self)
            #expect(text.contains("Test message from Venus"), "\(receiver)")
        }
    }
}

@Suite("Mail")
struct MailMessageTests {
    private func mail(_ message: AlertMessage = Messages.plain, from: String = "venus@a.example") -> String? {
        MailMessage.bytes(message, from: from, to: ["x@b.example", "y@c.example"], host: "a.example")
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("headers, once each, whatever the names are", arguments: Messages.hostile)
    func headers(name: String) throws {
        let text = try #require(mail(Messages.message(name: name, service: name, evidence: 40, others: 40)))
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
        let end = try #require(lines.firstIndex(of: ""))
        let names = lines[..<end].filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Date", "From", "To", "Subject", "Message-ID", "References", "In-Reply-To", "Auto-Submitted",
                "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
            ])
        #expect(!lines[..<end].joined().contains("evil"))
    }

    @Test("Python's mail parser reads what was written")
    func parsed() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("mail").path
        let name = "zahlung-ä👩‍👩‍👧‍👦-" + String(repeating: "long-", count: 30)
        try Data(try #require(mail(Messages.message(name: name))).utf8).write(to: URL(fileURLWithPath: file))
        let script = """
            import email, email.policy, sys
            m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
            assert not m.defects, m.defects
            sys.stdout.buffer.write((m['Subject'] + '\\n' + m['Date'].datetime.isoformat() + '\\n'
                + ' '.join(a.addr_spec for a in m['To'].addresses) + '\\n' + m.get_content()).encode())
            """
        let python = try Python.run(script, [file])
        let lines = python.components(separatedBy: .newlines)
        // The joiners in the family are invisible, and shown as what they are not.
        #expect(
            lines[0] == "zahlung-ä👩\u{FFFD}👩\u{FFFD}👧\u{FFFD}👦-" + String(repeating: "long-", count: 30)
                + " (production) is failing")
        #expect(lines[1] == "2023-11-14T22:14:20+00:00")
        #expect(lines[2] == "x@b.example y@c.example")
        #expect(python.contains("For example POST") && python.contains("https://venus.example/"))
    }

    @Test(
        "addresses that would say more than an address are refused",
        arguments: ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b>\r\nBcc: x@y", "\"a\"@b", "a,b@c", "ä@b", "<a@b>"])
    func addresses(address: String) {
        #expect(mail(from: address) == nil)
        #expect(MailMessage.bytes(Messages.plain, from: "a@b", to: [address], host: "b") == nil)
    }
}
