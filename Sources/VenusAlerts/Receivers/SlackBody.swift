/// An incoming webhook of Slack. Limits: header 150 characters, text of a section 3,000, url of a button 3,000.
///
/// What comes from names stands in `plain_text`, where Slack reads no markup; only the fallback of notifications is
/// markup, and there `&`, `<` and `>` are escaped, so that nobody is mentioned and nothing is linked.
enum SlackBody {
    static let maximumHeader = 150
    static let maximumSection = 3_000

    static func json(_ message: AlertMessage) -> JSON {
        let text = MessageText(message)
        var blocks: [JSON] = [
            ["type": "header", "text": plain(PlainText.cut(text.headline, to: maximumHeader))]
        ]
        if !text.lines.isEmpty {
            let body = PlainText.cut(text.lines.joined(separator: "\n"), to: maximumSection)
            blocks.append(["type": "section", "text": plain(body)])
        }
        if let link = message.link.flatMap({ WebLink.checked($0) }) {
            blocks.append([
                "type": "actions",
                "elements": [["type": "button", "text": plain("Open in Venus"), "url": .text(link)]],
            ])
        }
        return ["text": .text(escape(text.headline)), "blocks": .array(blocks)]
    }

    private static func plain(_ text: String) -> JSON {
        ["type": "plain_text", "text": .text(text), "emoji": false]
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            // A word joiner's place: markup of emphasis, code and emoji cannot be escaped, so its marks are replaced by
            // ones that look alike.
            case "*": escaped += "∗"
            case "_": escaped += "＿"
            case "~": escaped += "∼"
            case "`": escaped += "ˋ"
            case ":": escaped += "∶"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
