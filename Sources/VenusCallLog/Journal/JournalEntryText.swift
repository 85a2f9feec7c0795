/// The fields of an entry as one text, so that `sqlite3` shows them: `NAME LENGTH`, newline, value, newline, for each.
package enum JournalEntryText {
    package static func encode(_ fields: [EntryField]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 12 })
        for field in fields {
            text += Array("\(field.name) \(field.value.count)\n".utf8)
            text += field.value
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// The fields; throws where the text is damaged.
    package static func decode(_ text: [UInt8]) throws(CallLogError) -> [EntryField] {
        var fields: [EntryField] = []
        var position = 0
        while position < text.count {
            guard let lineEnd = text[position...].firstIndex(of: UInt8(ascii: "\n")),
                let space = text[position..<lineEnd].firstIndex(of: UInt8(ascii: " ")),
                let length = BlockFields.number(text[(space + 1)..<lineEnd]),
                length < UInt64(text.count - lineEnd)
            else { throw damaged }
            let start = lineEnd + 1
            let end = start + Int(length)
            guard end < text.count, text[end] == UInt8(ascii: "\n") else { throw damaged }
            let name = String(decoding: text[position..<space], as: UTF8.self)
            fields.append(EntryField(name, Array(text[start..<end])))
            position = end + 1
        }
        return fields
    }

    private static let damaged = CallLogError(.protocolViolation, "an entry of the journal is damaged")
}
