import VenusCore

/// An event for PagerDuty's Events API v2. Limits: summary 1,024 characters, `dedup_key` 255, 512 KB in all.
///
/// All events of one fault have its id as their `dedup_key`, by which the resolution finds the incident.
enum PagerDutyBody {
    static let maximumSummary = 1_024

    static func json(_ message: AlertMessage, routingKey: String) -> JSON {
        let key: [(String, JSON)] = [
            ("routing_key", .text(routingKey)), ("event_action", message.kind == .resolved ? "resolve" : "trigger"),
            ("dedup_key", .text(message.fault)),
        ]
        // Of a resolution nothing else is read.
        guard message.kind != .resolved else { return .object(key) }
        let text = MessageText(message)
        var event = key
        event.append(
            (
                "payload",
                [
                    "summary": .text(PlainText.cut(text.headline, to: maximumSummary)),
                    "source": .text(MessageText.name(message.node.name.isEmpty ? "venus" : message.node.name)),
                    "severity": message.kind == .test ? "info" : .text(message.severity.rawValue),
                    "timestamp": .text(Figure.time(message.since)),
                    "component": .text(MessageText.name(message.node.name)),
                    "group": .text(MessageText.name(message.node.environment)),
                    "custom_details": ["text": .text(text.lines.joined(separator: "\n"))],
                ]
            ))
        event.append(("client", "Venus"))
        if let link = message.link.flatMap({ WebLink.checked($0) }) { event.append(("client_url", .text(link))) }
        return .object(event)
    }
}
