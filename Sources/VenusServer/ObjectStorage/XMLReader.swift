/// Reads the XML of object stores, whoever wrote it: elements and text, one after the other. Pure.
///
/// Declarations, comments and sections of other kinds are refused, and with them every entity but the five that there
/// always are and those by number: nothing that is read is ever longer than what was written. Attributes are passed
/// over, and prefixes of names left out. Source: XML 1.0 (fifth edition), sections 2 to 4.6.
package struct XMLReader {
    package enum Event: Sendable, Equatable {
        case start(String)
        /// Never empty; an element's may come in several.
        case text(String)
        /// Of the innermost element.
        case end(String)
    }

    package struct Fault: Error, Sendable, Equatable {
        /// Of the byte at which it was seen.
        package let place: Int
    }

    static let maximumDepth = 16
    static let maximumNameBytes = 128

    private let bytes: [UInt8]
    private var place = 0
    private var open: [String] = []
    private var hasRoot = false
    /// Of an element that ends where it starts.
    private var endsAtOnce = false

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// `nil` at the end of a whole document.
    package mutating func next() throws(Fault) -> Event? {
        if endsAtOnce {
            endsAtOnce = false
            return .end(open.removeLast())
        }
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<") else {
                let text = try text()
                // Between elements there is white space.
                if !open.isEmpty { return .text(text) }
                guard text.utf8.allSatisfy(Self.isBlank) else { throw fault }
                continue
            }
            place += 1
            switch peek {
            case UInt8(ascii: "?"):
                guard !hasRoot else { throw fault }
                try skip(past: "?>")
            case UInt8(ascii: "/"):
                place += 1
                let name = try name()
                skipBlanks()
                guard take(UInt8(ascii: ">")), open.last == name else { throw fault }
                open.removeLast()
                return .end(name)
            default: return .start(try start())
            }
        }
        guard hasRoot, open.isEmpty else { throw fault }
        return nil
    }

    private mutating func start() throws(Fault) -> String {
        let name = try name()
        guard open.count < Self.maximumDepth, !hasRoot || !open.isEmpty else { throw fault }
        while true {
            guard let byte = peek else { throw fault }
            place += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                while let other = peek, other != byte { place += other == UInt8(ascii: "<") ? bytes.count : 1 }
                guard take(byte) else { throw fault }
            case UInt8(ascii: "/"):
                guard take(UInt8(ascii: ">")) else { throw fault }
                endsAtOnce = true
                hasRoot = true
                open.append(name)
                return name
            case UInt8(ascii: ">"):
                hasRoot = true
                open.append(name)
                return name
            case UInt8(ascii: "<"), UInt8(ascii: "&"): throw fault
            default: break
            }
        }
    }

    /// Without its prefix.
    private mutating func name() throws(Fault) -> String {
        let begin = place
        while let byte = peek, Self.isName(byte) { place += 1 }
        guard (1...Self.maximumNameBytes).contains(place - begin) else { throw fault }
        let local = bytes[begin..<place].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last
        guard let local, !local.isEmpty else { throw fault }
        return String(decoding: local, as: UTF8.self)
    }

    private mutating func text() throws(Fault) -> String {
        var found: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "<") {
            if byte == UInt8(ascii: "&") {
                found += try reference()
            } else {
                found.append(byte)
                place += 1
            }
        }
        guard let text = String(validating: found, as: UTF8.self) else { throw fault }
        return text
    }

    /// `&lt;` and its like, `&#60;`, `&#x3C;`.
    private mutating func reference() throws(Fault) -> [UInt8] {
        let rest = bytes[(place + 1)...].prefix(10)
        guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { throw fault }
        let name = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
        defer { place = end + 1 }
        switch name {
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "amp": return [UInt8(ascii: "&")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default:
            let number =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16)
                : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            guard let number, number > 0, let scalar = Unicode.Scalar(number) else { throw fault }
            return Array(String(scalar).utf8)
        }
    }

    private mutating func skip(past text: StaticString) throws(Fault) {
        let wanted = text.withUTF8Buffer { Array($0) }
        guard let found = bytes[place...].firstRange(of: wanted) else { throw fault }
        place = found.upperBound
    }

    private mutating func skipBlanks() {
        while let byte = peek, Self.isBlank(byte) { place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        place += 1
        return true
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }
    private var fault: Fault { Fault(place: min(place, bytes.count)) }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
