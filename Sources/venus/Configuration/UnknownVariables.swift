/// Finds `VENUS_…` variables that mean nothing: misspelled ones would otherwise be ignored in silence.
enum UnknownVariables {
    /// Read by commands or by the build, not keys of the configuration.
    static let others: Set<String> = ["VENUS_CONFIG", "VENUS_TOKEN", "VENUS_STRICT", "VENUS_BINARY"]

    static func errors(in variables: [String: String]) -> [ConfigurationError] {
        let known = Set(ConfigurationKey.all.map(\.variable)).union(others)
        let unknown = variables.filter { name, value in
            name.hasPrefix(ConfigurationKey.variablePrefix) && !known.contains(name) && !isServiceLink(name, value)
        }
        return unknown.keys.sorted().map { name in
            let nearest = Suggestion.nearest(to: name, among: known.subtracting(["VENUS_STRICT", "VENUS_BINARY"]))
            let hint = nearest.map { "did you mean \($0)?" } ?? "`venus config check` lists all; unset it"
            return ConfigurationError(place: name.shownInError, problem: "there is no such variable; \(hint)")
        }
    }

    /// Kubernetes and Docker set `VENUS_SERVICE_HOST`, `VENUS_PORT=tcp://…` and the like for a service called `venus`.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        if value.hasPrefix("tcp://") || value.hasPrefix("udp://") { return name.contains("_PORT") }
        let parts = name.split(separator: "_")
        guard let last = parts.last, ["ADDR", "PORT", "PROTO"].contains(last) else { return false }
        return parts.contains("TCP") || parts.contains("UDP")
    }
}
