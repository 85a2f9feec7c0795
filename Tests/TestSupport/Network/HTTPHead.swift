/// The head of a request or response: its first line and its fields.
public struct HTTPHead: Sendable {
    public var startLine: String
    public var fields: [(name: String, value: String)]

    /// - Parameter bytes: everything up to and including the empty line.
    public init?(_ bytes: [UInt8]) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true)
        guard !lines.isEmpty else { return nil }
        startLine = String(lines.removeFirst())
        fields = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields.append((String(line[..<colon]), String(value)))
        }
    }

    /// The value of the first field of that name, whatever its case.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// A response's status.
    public var status: Int? {
        let words = startLine.split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }
}
