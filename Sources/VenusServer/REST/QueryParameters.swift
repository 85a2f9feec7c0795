/// The parameters of a request target's query, each given at most once, none of them unknown.
package struct QueryParameters: Sendable, Equatable {
    /// Path and query together.
    package static let maximumTargetBytes = 8_192
    package static let maximumParameters = 32
    /// Characters of one value.
    package static let maximumValueLength = 1_024

    private var values: [String: String] = [:]

    /// - Parameters:
    ///   - query: what follows `?`, percent-encoded, `+` as a space.
    ///   - allowed: the names that this path takes.
    package init(_ query: Substring?, allowed: [String]) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        let parts = query.split(separator: "&", omittingEmptySubsequences: true)
        guard parts.count <= Self.maximumParameters else {
            throw .invalidParameter("?", "at most \(Self.maximumParameters) parameters are read.")
        }
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(pair[0]) else {
                throw .invalidParameter(String(pair[0]), "the name is not percent-encoded UTF-8.")
            }
            guard allowed.contains(name) else { throw .unknownParameter(name, allowed: allowed) }
            guard let value = Self.decode(pair.count > 1 ? pair[1] : "") else {
                throw .invalidParameter(name, "the value is not percent-encoded UTF-8.")
            }
            guard value.unicodeScalars.count <= Self.maximumValueLength else {
                throw .invalidParameter(name, "must not be longer than \(Self.maximumValueLength) characters.")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalidParameter(name, "given more than once.")
            }
        }
    }

    /// The same from pairs that are already decoded.
    package init(_ pairs: [String: String], allowed: [String]) throws(Problem) {
        for name in pairs.keys.sorted() where !allowed.contains(name) {
            throw .unknownParameter(name, allowed: allowed)
        }
        values = pairs
    }

    /// A value that stands for itself; an empty one counts as absent.
    package subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    package func has(_ name: String) -> Bool { values[name] != nil }

    /// The value read by `parse`; one that it does not know is refused with what it knows.
    package func value<Value>(
        _ name: String, allowed: [String], parse: (String) -> Value?
    ) throws(Problem) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = parse(text) else {
            throw .invalidParameter(name, "must be one of \(allowed.joined(separator: ", ")).", allowed: allowed)
        }
        return value
    }

    /// A whole number in decimal digits; one out of bounds is refused with them.
    package func number(_ name: String, in bounds: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = values[name] else { return nil }
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isPlain, let number = Int(text), bounds.contains(number) else {
            throw .invalidParameter(
                name, "must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
        }
        return number
    }

    /// An instant in milliseconds since the epoch.
    package func instant(_ name: String) throws(Problem) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let milliseconds = Timestamp.milliseconds(text) else {
            throw .invalidParameter(name, "must be an RFC 3339 date-time such as 2026-11-21T12:00:00Z.")
        }
        return milliseconds
    }

    private static func decode(_ text: Substring) -> String? { PercentEncoding.decodeName(text, plusIsSpace: true) }
}
