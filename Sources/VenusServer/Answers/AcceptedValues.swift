package import HTTPTypes

/// A field of values with weights, such as `Accept` and `Accept-Encoding` (RFC 9110, 12.5), in lower case.
package struct AcceptedValues: Sendable, Equatable {
    /// Further values are not read.
    private static let maximumValues = 32

    private var weights: [(name: String, weight: Double)] = []

    package init(_ fields: HTTPFields, _ name: HTTPField.Name) {
        for value in fields[values: name].joined(separator: ",").split(separator: ",").prefix(Self.maximumValues) {
            let parts = value.split(separator: ";").map(Self.trimmed)
            guard let name = parts.first?.lowercased(), !name.isEmpty else { continue }
            var weight = 1.0
            for parameter in parts.dropFirst() where parameter.lowercased().hasPrefix("q=") {
                weight = Double(parameter.dropFirst(2)).flatMap { (0...1).contains($0) ? $0 : nil } ?? 0
            }
            weights.append((name, weight))
        }
    }

    /// The weight that the value itself, or one of the wildcards, has; `nil` where none is named.
    package func weight(_ value: String, wildcards: [String]) -> Double? {
        for name in [value] + wildcards {
            if let known = weights.first(where: { $0.name == name }) { return known.weight }
        }
        return nil
    }

    package static func == (left: AcceptedValues, right: AcceptedValues) -> Bool {
        left.weights.elementsEqual(right.weights, by: ==)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }
}

extension HTTPFields {
    /// Whether a body may be sent with the content coding `gzip`.
    var acceptsGZip: Bool {
        guard let accepted = self[.acceptEncoding], accepted.utf8.count > 0 else { return false }
        return (AcceptedValues(self, .acceptEncoding).weight("gzip", wildcards: ["*"]) ?? 0) > 0
    }

    /// Whether comma-separated values are wanted rather than JSON.
    var prefersCSV: Bool {
        let accepted = AcceptedValues(self, .accept)
        guard let csv = accepted.weight("text/csv", wildcards: []), csv > 0 else { return false }
        return csv > accepted.weight("application/json", wildcards: ["application/*"]) ?? 0
    }

    /// Whether the client has what the tag stands for (RFC 9110, 13.1.2: tags are compared weakly).
    func hasMatching(_ entityTag: String) -> Bool {
        guard let given = self[.ifNoneMatch] else { return false }
        // Nearly every client sends the one tag that it has.
        if given == entityTag { return true }
        let opaque = Self.opaque(entityTag[...])
        return self[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { given in
            let given = given.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return given == "*" || Self.opaque(given) == opaque
        }
    }

    private static func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
}
