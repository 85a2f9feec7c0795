import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("What receivers of each kind are posted", .timeLimit(.minutes(2)))
struct ReceiverBodiesTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        /// Path and query of its URL.
        var path: String
        /// What else it is added with.
        var members: [String: String] = [:]

        var testDescription: String { name }
    }

    static let kinds = [
        Kind(name: "slack", path: "/services/T0/B0/secret"),
        Kind(name: "discord", path: "/api/webhooks/1/secret"),
        Kind(name: "teams", path: "/workflows/1/invoke?sig=secret"),
        Kind(name: "pagerduty", path: "/v2/enqueue", members: ["routing_key": "R0"]),
        Kind(name: "ntfy", path: "/", members: ["topic": "alerts", "token": "tk_secret"]),
    ]

    @Test(
        "a test message comes as one POST of JSON in the kind's form, with the token where there is one",
        arguments: kinds)
    func tried(kind: Kind) async throws {
        try await AlertingServer.with { alerting in
            let scene = try Scene(alerting)
            let id = try await scene.add(kind)
            let tried = try await alerting.send("POST", "/webhooks/\(id)/test")
            #expect(tried["delivered"].bool == true && tried["result"].string == "status 200", "\(tried)")
            let posted = try scene.posted()
            #expect(posted.count == 1)
            let body = try #require(posted[kind.path])
            Self.expectForm(kind, body, headline: "Test message from Venus", link: nil)
            if kind.name == "pagerduty" {
                #expect(body.json["event_action"].string == "trigger")
                #expect(body.json["payload"]["severity"].string == "info")
            }
        }
    }

    @Test("every kind is told of a failure and of its end; PagerDuty is told both of one incident")
    func told() async throws {
        try await AlertingServer.with { alerting in
            let scene = try Scene(alerting)
            for kind in Self.kinds { _ = try await scene.add(kind) }
            try await alerting.watch(Self.bank, rule: "bank")
            let failure = try await scene.told(fails: true)
            let end = try await scene.told(fails: false)
            for kind in Self.kinds {
                let (first, last) = (try #require(failure[kind.path]), try #require(end[kind.path]))
                Self.expectForm(
                    kind, first, headline: "bank:443 (production) is degraded", link: scene.linkParts)
                if kind.name == "pagerduty" {
                    #expect(last.json.names == ["dedup_key", "event_action", "routing_key"])
                    #expect(last.json["event_action"].string == "resolve")
                    #expect(last.json["routing_key"].string == "R0")
                    #expect(last.json["dedup_key"] == first.json["dedup_key"])
                    #expect(first.json["event_action"].string == "trigger")
                    #expect(first.json["payload"]["severity"].string == "warning")
                } else {
                    Self.expectForm(
                        kind, last, headline: "bank:443 (production) has recovered", link: scene.linkParts)
                }
            }
        }
    }
}

/// The forms, as the receivers document them.
extension ReceiverBodiesTests {
    struct Body {
        var json: JSONValue
        var bytes: Int
    }

    private static func expectForm(_ kind: Kind, _ body: Body, headline: String, link: (String, String)?) {
        switch kind.name {
        case "slack": expectSlack(body.json, headline, link)
        case "discord": expectDiscord(body.json, headline, link)
        case "teams": expectTeams(body, headline, link)
        case "pagerduty": expectPagerDuty(body, headline, link)
        default: expectNtfy(body.json, headline, link)
        }
    }

    private static func expectLink(_ found: JSONValue, _ parts: (String, String)?) {
        guard let parts else { return #expect(found.isNull) }
        #expect(found.string?.hasPrefix(parts.0) == true && found.string?.hasSuffix(parts.1) == true, "\(found)")
    }

    private static func expectSlack(_ json: JSONValue, _ headline: String, _ link: (String, String)?) {
        #expect(json.names == ["blocks", "text"])
        let blocks = json["blocks"].array
        #expect(blocks.map { $0["type"].string } == ["header", "section"] + (link == nil ? [] : ["actions"]))
        #expect(json["blocks"][0]["text"]["text"].string == headline)
        for (block, limit) in zip(blocks, [150, 3_000]) {
            #expect(block["text"]["type"].string == "plain_text")
            #expect((1...limit).contains(block["text"]["text"].string?.utf16.count ?? 0))
        }
        let button = json["blocks"][2]["elements"][0]
        if link != nil { #expect(button["type"].string == "button" && button["text"]["type"].string == "plain_text") }
        expectLink(button["url"], link)
    }

    private static func expectDiscord(_ json: JSONValue, _ headline: String, _ link: (String, String)?) {
        #expect(json.names == ["allowed_mentions", "embeds"] && json["embeds"].array.count == 1)
        #expect(json["allowed_mentions"] == .object(["parse": .array([])]))
        let embed = json["embeds"][0]
        // Marks of Markdown have a backslash.
        #expect(embed["title"].string?.replacing("\\", with: "") == headline)
        #expect((1...256).contains(embed["title"].string?.utf16.count ?? 0))
        #expect((1...4_096).contains(embed["description"].string?.utf16.count ?? 0))
        #expect((0...0xFF_FF_FF).contains(embed["color"].int ?? -1))
        #expect(embed["timestamp"].string.flatMap { try? Date($0, strategy: .iso8601) } != nil)
        expectLink(embed["url"], link)
    }

    private static func expectTeams(_ body: Body, _ headline: String, _ link: (String, String)?) {
        #expect(body.bytes <= 20_000)
        #expect(body.json["type"].string == "message" && body.json["attachments"].array.count == 1)
        let attachment = body.json["attachments"][0]
        #expect(attachment["contentType"].string == "application/vnd.microsoft.card.adaptive")
        let card = attachment["content"]
        #expect(card["type"].string == "AdaptiveCard" && card["version"].string == "1.4")
        #expect(card["body"].array.count > 1)
        #expect(card["body"].array.allSatisfy { $0["type"].string == "RichTextBlock" })
        #expect(card["body"][0]["inlines"][0]["text"].string == headline)
        if link != nil { #expect(card["actions"][0]["type"].string == "Action.OpenUrl") }
        expectLink(card["actions"][0]["url"], link)
    }

    private static func expectPagerDuty(_ body: Body, _ headline: String, _ link: (String, String)?) {
        #expect(body.bytes <= 512_000 && body.json["routing_key"].string == "R0")
        #expect((1...255).contains(body.json["dedup_key"].string?.utf16.count ?? 0))
        let payload = body.json["payload"]
        #expect(payload["summary"].string == headline && payload["source"].string?.isEmpty == false)
        #expect(["critical", "error", "warning", "info"].contains(payload["severity"].string))
        #expect(payload["custom_details"]["text"].string?.isEmpty == false)
        #expect(body.json["client"].string == "Venus")
        expectLink(body.json["client_url"], link)
    }

    private static func expectNtfy(_ json: JSONValue, _ headline: String, _ link: (String, String)?) {
        #expect(json["topic"].string == "alerts" && json["title"].string == headline)
        #expect((1...250).contains(json["title"].string?.utf8.count ?? 0))
        #expect((1...4_096).contains(json["message"].string?.utf8.count ?? 0))
        #expect((1...5).contains(json["priority"].int ?? 0) && json["tags"].array.count == 1)
        expectLink(json["click"], link)
    }
}

extension ReceiverBodiesTests {
    private static let bank = edge("checkout", "bank:443")

    /// A server, and one place that stands for all receivers.
    private struct Scene {
        private let alerting: AlertingServer
        private let origin: LoggingOrigin

        init(_ alerting: AlertingServer) throws {
            self.alerting = alerting
            origin = try LoggingOrigin()
        }

        /// Its id.
        func add(_ kind: Kind) async throws -> String {
            let url = "http://\(origin.authority)\(kind.path)"
            let members = kind.members.merging(["name": kind.name, "kind": kind.name, "url": url]) { $1 }
            let webhook = try await alerting.send(
                "POST", "/webhooks", JSONValue.object(members.mapValues { .string($0) }).description)
            guard let id = webhook["id"].string else { throw TestFailure("no id: \(webhook)") }
            return id
        }

        /// Publishes pictures in which the edge fails, or does not, until every receiver was told once more.
        func told(fails: Bool) async throws -> [String: Body] {
            try await eventually(within: .seconds(30), poll: .milliseconds(200), "a message to each") {
                alerting.publish([bank], failing: fails ? [bank] : [])
                guard kinds.allSatisfy({ origin.hasSeen($0.path) }) else { return false }
                let shown = try await alerting.send("GET", "/webhooks")["items"].array
                return shown.allSatisfy { $0["waiting"].int == 0 }
            }
            let posted = try posted()
            #expect(posted.count == kinds.count)
            return posted
        }

        /// What was posted since the last time, by path; each kind at most once, and all that is the same of all is
        /// as it should be.
        func posted() throws -> [String: Body] {
            let (requests, strays) = origin.take()
            #expect(strays.isEmpty)
            var bodies: [String: Body] = [:]
            for request in requests {
                let kind = try #require(kinds.first { $0.path == request.path }, "\(request.line)")
                #expect(request.method == "POST" && request.isComplete && bodies[kind.path] == nil)
                #expect(field("content-type", request) == ["application/json"])
                #expect(field("host", request) == [origin.authority])
                #expect(field("authorization", request) == (kind.members["token"].map { ["Bearer \($0)"] } ?? []))
                #expect(field("webhook-signature", request).isEmpty)
                let bytes = [UInt8](oneByteAScalar: request.body)
                bodies[kind.path] = Body(
                    json: try JSONValue(String(decoding: bytes, as: UTF8.self)), bytes: bytes.count)
            }
            return bodies
        }

        private func field(_ name: String, _ request: LoggingOrigin.Request) -> [String] {
            request.fields.filter { $0.lowercased().hasPrefix(name + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }

        /// What stands before the time in a link to the dashboard, and the end of it.
        var linkParts: (String, String) {
            ("http://127.0.0.1:\(alerting.server.port)/?at=20", "&environment=production&dependency=bank%3A443")
        }
    }
}
