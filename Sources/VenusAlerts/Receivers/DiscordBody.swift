import VenusCore

/// A webhook of Discord: one embed. Limits: title 256 characters, description 4,096, 6,000 together.
///
/// Nobody is mentioned, whatever a name says (`allowed_mentions`); marks of Markdown are escaped.
enum DiscordBody {
    static let maximumTitle = 256
    static let maximumDescription = 4_096
    private static let marks: Set<Character> = [
        "\\", "*", "_", "~", "`", "|", ">", "#", "-", "[", "]", "(", ")", "<", "@", ":", "+",
    ]

    static func json(_ message: AlertMessage) -> JSON {
        let text = MessageText(message)
        // Cut before it is escaped, and each line by itself: a cut between a backslash and its mark would let the mark
        // go.
        let title = fit([text.headline], maximumTitle)
        var embed: [(String, JSON)] = [
            ("title", .text(title)), ("description", .text(fit(text.lines, maximumDescription))),
            ("color", .integer(color(message))), ("timestamp", .text(Figure.time(message.at))),
        ]
        if let link = message.link.flatMap({ WebLink.checked($0) }) { embed.append(("url", .text(link))) }
        return [
            "embeds": [.object(embed)], "allowed_mentions": ["parse": []],
        ]
    }

    private static func color(_ message: AlertMessage) -> Int64 {
        switch (message.kind, message.severity) {
        case (.resolved, _): 0x2E_A0_43
        case (.test, _): 0x80_80_80
        case (_, .critical): 0xD1_24_2F
        case (_, .warning): 0xD2_99_22
        }
    }

    /// As many whole lines, escaped, as there is room for; of the first at least its beginning.
    private static func fit(_ lines: [String], _ maximum: Int) -> String {
        var fitted = ""
        for (place, line) in lines.enumerated() {
            let next = (place == 0 ? "" : "\n") + PlainText.escape(line, marks)
            guard fitted.utf16.count + next.utf16.count <= maximum - 2 else {
                // Escaped, half of the room is enough for anything.
                guard fitted.isEmpty else { return fitted + "\n…" }
                return PlainText.escape(PlainText.cut(line, to: maximum / 2), marks)
            }
            fitted += next
        }
        return fitted
    }
}
