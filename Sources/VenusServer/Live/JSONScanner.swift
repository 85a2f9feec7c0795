/// Finds its way through JSON that we wrote, which has no white space, without decoding it. Never reads past the end.
struct JSONScanner {
    private let bytes: [UInt8]
    private(set) var place: Int

    init(_ bytes: [UInt8], from place: Int = 0) {
        self.bytes = bytes
        self.place = place
    }

    var isAtEnd: Bool { place == bytes.count }
    var isAtObject: Bool { place < bytes.count && bytes[place] == UInt8(ascii: "{") }

    subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// Goes past this character, if it is there.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    /// Goes past a string: where it is, quotes included.
    mutating func string() -> Range<Int>? {
        let begin = place
        guard take("\"") else { return nil }
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                return begin..<place
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return nil
    }

    /// Goes past any value.
    mutating func skipValue() -> Bool {
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
                continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return false }
                depth -= 1
                place += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { return false }
                place += 1
                continue
            default: skipWord()
            }
            if depth == 0 { return true }
        }
        return false
    }

    /// Goes past an object: where its member `id` is, if that is a string.
    mutating func objectID() -> Range<Int>? {
        guard take("{") else { return nil }
        var id: Range<Int>?
        while true {
            guard let name = string(), take(":") else { return nil }
            let begin = place
            guard skipValue() else { return nil }
            if bytes[name].elementsEqual(Self.id), bytes[begin] == UInt8(ascii: "\"") { id = begin..<place }
            if take(",") { continue }
            return take("}") ? id : nil
        }
    }

    private static let id = Array("\"id\"".utf8)

    /// Goes past a number, `true`, `false` or `null`.
    private mutating func skipWord() {
        repeat { place += 1 } while place < bytes.count && !Self.endsWord(bytes[place])
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): true
        default: false
        }
    }
}
