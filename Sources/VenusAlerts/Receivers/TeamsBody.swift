import VenusCore

/// An adaptive card for a workflow of Teams. Limit: 28 KB in all, of which senders have seen 21 KB to be taken; 20,000
/// bytes are used.
///
/// Text stands in text runs, which know no Markdown.
enum TeamsBody {
    static let maximumBytes = 20_000

    static func bytes(_ message: AlertMessage) -> [UInt8] {
        var text = MessageText(message)
        while true {
            let bytes = json(message, text).bytes
            guard bytes.count > maximumBytes, !text.lines.isEmpty else { return bytes }
            // Half the lines go, the last first; the headline is bounded by its names.
            text.lines.removeLast((text.lines.count + 1) / 2)
            if !text.lines.isEmpty { text.lines[text.lines.count - 1] = "…" }
        }
    }

    private static func json(_ message: AlertMessage, _ text: MessageText) -> JSON {
        var body: [JSON] = [paragraph(text.headline, color: color(message), isTitle: true)]
        body += text.lines.map { paragraph($0, color: "Default", isTitle: false) }
        var card: [(String, JSON)] = [
            ("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), ("type", "AdaptiveCard"),
            ("version", "1.4"), ("body", .array(body)),
        ]
        if let link = message.link.flatMap({ WebLink.checked($0) }) {
            card.append(("actions", [["type": "Action.OpenUrl", "title": "Open in Venus", "url": .text(link)]]))
        }
        return [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null,
                    "content": .object(card),
                ]
            ],
        ]
    }

    private static func paragraph(_ text: String, color: String, isTitle: Bool) -> JSON {
        [
            "type": "RichTextBlock",
            "inlines": [
                [
                    "type": "TextRun", "text": .text(text), "color": .text(color),
                    "weight": isTitle ? "Bolder" : "Default", "size": isTitle ? "Large" : "Default",
                ]
            ],
        ]
    }

    private static func color(_ message: AlertMessage) -> String {
        switch (message.kind, message.severity) {
        case (.resolved, _): "Good"
        case (.test, _): "Default"
        case (_, .critical): "Attention"
        case (_, .warning): "Warning"
        }
    }
}
