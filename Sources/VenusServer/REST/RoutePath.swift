/// A path as a route declares it; `{name}` stands for any one segment.
struct RoutePath: Sendable, Hashable {
    /// Of a segment that a parameter takes, in bytes as they came.
    static let maximumParameterBytes = 1_024

    private enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    private let segments: [Segment]
    let parameterCount: Int

    init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.first == "{" && part.last == "}"
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
        parameterCount = segments.reduce(0) { count, segment in
            if case .parameter = segment { count + 1 } else { count }
        }
    }

    /// The values of the parameters, percent-decoded; `nil` where the path is another.
    func match(_ path: Substring) -> [String: String]? {
        guard parameterCount > 0 else { return path == text ? [:] : nil }
        let parts = path.split(separator: "/", maxSplits: segments.count, omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): guard part == text else { return nil }
            case .parameter(let name):
                guard !part.isEmpty, part.utf8.count <= Self.maximumParameterBytes,
                    let value = PercentEncoding.decode(part, plusIsSpace: false)
                else { return nil }
                values[name] = value
            }
        }
        return values
    }
}
