/// Text from names that others chose, made fit to be shown: one line, without what changes how the rest is read.
enum PlainText {
    /// Control characters, line and paragraph separators, and what turns the direction of writing become U+FFFD.
    static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            line.unicodeScalars.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
        }
        return line
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: false
        // Marks, embeddings, overrides and isolates of direction; separators; invisible operators; the byte order mark.
        case 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: false
        // Tags, with which text is hidden in text.
        case 0xE0000...0xE007F: false
        default: true
        }
    }

    /// At most `maximum` UTF-16 units (no receiver counts more of a text), the last being `…` where something is
    /// missing.
    static func cut(_ text: String, to maximum: Int) -> String {
        guard text.utf16.count > maximum else { return text }
        return cut(text, room: maximum - 1) { $0.value > 0xFFFF ? 2 : 1 }
    }

    /// At most `maximum` bytes of UTF-8.
    static func cut(_ text: String, toBytes maximum: Int) -> String {
        guard text.utf8.count > maximum else { return text }
        return cut(text, room: maximum - 3) { UTF8.width($0) }
    }

    /// Never splits a scalar; a letter may lose its accents.
    private static func cut(_ text: String, room: Int, _ size: (Unicode.Scalar) -> Int) -> String {
        guard room >= 0 else { return "" }
        var kept = ""
        var left = room
        for scalar in text.unicodeScalars {
            left -= size(scalar)
            guard left >= 0 else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept + "…"
    }

    /// With each of `marks` escaped by a backslash.
    static func escape(_ text: String, _ marks: Set<Character>) -> String {
        var escaped = ""
        for character in text {
            if marks.contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
        scalar.value < 0x80 ? 1 : scalar.value < 0x800 ? 2 : scalar.value < 0x10000 ? 3 : 4
    }
}
