import VenusCore

/// A message for ntfy, published as JSON to the server's root. Limit: a message beyond 4,096 bytes becomes an
/// attachment.
enum NtfyBody {
    static let maximumMessageBytes = 4_096
    static let maximumTitleBytes = 250

    static func json(_ message: AlertMessage, topic: String) -> JSON {
        let text = MessageText(message)
        let body = text.lines.joined(separator: "\n")
        var json: [(String, JSON)] = [
            ("topic", .text(topic)), ("title", .text(PlainText.cut(text.headline, toBytes: maximumTitleBytes))),
            // Without one, ntfy writes "triggered".
            ("message", .text(PlainText.cut(body.isEmpty ? text.headline : body, toBytes: maximumMessageBytes))),
            ("priority", .integer(priority(message))), ("tags", [.text(tag(message))]),
        ]
        if let link = message.link.flatMap({ WebLink.checked($0) }) { json.append(("click", .text(link))) }
        return .object(json)
    }

    /// 1 … 5; 3 is the default.
    private static func priority(_ message: AlertMessage) -> Int64 {
        switch (message.kind, message.severity) {
        case (.resolved, _), (.test, _): 3
        case (_, .critical): 5
        case (_, .warning): 4
        }
    }

    private static func tag(_ message: AlertMessage) -> String {
        switch (message.kind, message.severity) {
        case (.resolved, _): "white_check_mark"
        case (.test, _): "bell"
        case (_, .critical): "rotating_light"
        case (_, .warning): "warning"
        }
    }
}
