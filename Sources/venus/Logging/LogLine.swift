package import Logging

/// One event as one line, without its newline: nothing in an event can begin a second line or steer a terminal.
package struct LogLine: Sendable {
    /// Longest text of a message or a value; longer ones are cut.
    package static let maximumScalars = 4_096

    /// Since the epoch.
    package var milliseconds: Int64
    package var level: Logger.Level
    /// Which part speaks: `proxy`.
    package var label: String
    package var message: String
    package var metadata: Logger.Metadata

    package init(
        milliseconds: Int64, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata
    ) {
        self.milliseconds = milliseconds
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
    }

    package func rendered(as format: VenusConfiguration.Log.Format) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    /// `2026-11-21T03:00:00.000Z INFO proxy: listening address=127.0.0.1:2247`.
    private var text: String {
        var line = "\(Timestamp.text(milliseconds: milliseconds)) \(level.rawValue.uppercased()) "
        line += "\(Self.escaped(label)): \(Self.escaped(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(Self.escaped(key))=\(Self.quotedIfNeeded("\(value)"))"
        }
        return line
    }

    /// `{"time":…,"level":"info","logger":"proxy","message":…}` and the metadata as further members; one whose name
    /// is taken gets an underscore before it.
    private var json: String {
        var members = [
            "\"time\":\"\(Timestamp.text(milliseconds: milliseconds))\"",
            "\"level\":\"\(level.rawValue)\"",
            "\"logger\":\(Self.jsonString(label))",
            "\"message\":\(Self.jsonString(message))",
        ]
        let taken: Set<String> = ["time", "level", "logger", "message"]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            members.append("\(Self.jsonString(taken.contains(key) ? "_" + key : key)):\(Self.json(value))")
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let string): return jsonString(string)
        case .stringConvertible(let value): return jsonString("\(value)")
        case .array(let values): return "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            let members = values.sorted { $0.key < $1.key }.map { "\(jsonString($0.key)):\(json($0.value))" }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    private static func jsonString(_ text: String) -> String {
        var output = "\""
        for scalar in shortened(text) {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case _ where isControl(scalar): output += "\\u" + hexadecimal(scalar, width: 4)
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }

    /// Control characters written out: `\n`, `\u{1b}`.
    private static func escaped(_ text: String) -> String {
        var output = ""
        for scalar in shortened(text) {
            switch scalar {
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case _ where isControl(scalar): output += "\\u{\(String(scalar.value, radix: 16))}"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let needs = text.isEmpty || text.unicodeScalars.contains { " \"=\\".unicodeScalars.contains($0) }
        guard needs else { return escaped(text) }
        let inner = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped(inner))\""
    }

    private static func shortened(_ text: String) -> [Unicode.Scalar] {
        let scalars = Array(text.unicodeScalars.prefix(maximumScalars + 1))
        return scalars.count > maximumScalars ? scalars.prefix(maximumScalars) + ["…"] : scalars
    }

    /// C0, DEL, C1, the Unicode line and paragraph separators, and the marks that turn the direction of text.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar, width: Int) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
