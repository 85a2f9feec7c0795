/// Routes as people write them: in a variable, a file, or the flattened list of a YAML file.
extension UpstreamRoutes {
    /// Rules at most; each is looked through when a dependency is called for the first time.
    package static let maximumRules = 64
    /// Patterns of one rule, and of what goes straight to its dependency, at most.
    package static let maximumPatterns = 1_000

    /// Reads `URL [for PATTERN PATTERN …]`, several behind semicolons or on lines of their own.
    package static func rules(_ text: String) throws(UpstreamFault) -> [Rule] {
        var rules: [Rule] = []
        for item in text.split(whereSeparator: { $0 == ";" || $0.isNewline }) {
            let words = item.split(whereSeparator: \.isWhitespace)
            guard let url = words.first else { continue }
            guard words.count == 1 || (words.count > 2 && words[1] == "for") else {
                throw UpstreamFault("has something behind it that is not `for` with the destinations that go there")
            }
            let proxy = try UpstreamProxy(url: String(url))
            rules.append(Rule(proxy, destinations: try patterns(words.dropFirst(2).joined(separator: " "))))
        }
        guard rules.count <= maximumRules else { throw UpstreamFault("is one of more than \(maximumRules)") }
        return rules
    }

    /// Reads patterns behind commas or blanks.
    package static func patterns(_ text: String) throws(UpstreamFault) -> [DestinationPattern] {
        var patterns: [DestinationPattern] = []
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            patterns.append(try DestinationPattern(String(word)))
        }
        guard patterns.count <= maximumPatterns else {
            throw UpstreamFault("has more than \(maximumPatterns) destinations")
        }
        return patterns
    }
}

extension UpstreamRoutes.Rule: CustomStringConvertible {
    /// Without user name and password.
    public var description: String {
        guard !destinations.isEmpty else { return proxy.description }
        return "\(proxy) for \(destinations.map(\.description).joined(separator: " "))"
    }
}
