/// One thing that is wrong in the configuration: the place, the key, what is wrong, and what would be right.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `venus.yaml:12:3`, `VENUS_PROXY_LISTEN`, `--listen`, the path of a file, or the command that lacks something.
    package var place: String
    /// The key, where one is meant: `proxy.listen`.
    package var key: String?
    /// What is wrong and what would be right; never a secret.
    package var problem: String

    package init(place: String, key: String? = nil, problem: String) {
        self.place = place
        self.key = key
        self.problem = problem
    }

    package var description: String { key.map { "\(place): \($0): \(problem)" } ?? "\(place): \(problem)" }
}

/// Everything that is wrong in the configuration, at once: nothing starts half-configured.
package struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// `EX_CONFIG` of sysexits.h.
    package static let exitCode: Int32 = 78

    /// At least one.
    package var errors: [ConfigurationError]

    package init(_ errors: [ConfigurationError]) { self.errors = errors }

    package var description: String {
        let heading =
            errors.count == 1 ? "the configuration has an error" : "the configuration has \(errors.count) errors"
        return ([heading + ":"] + errors.map { "  \($0)" }).joined(separator: "\n")
    }
}
