/// Where a value of the configuration comes from.
package enum ConfigurationSource: Sendable, Hashable, CustomStringConvertible {
    /// A flag, as the person wrote it: `--listen`.
    case flag(String)
    /// A `VENUS_…` or an OpenTelemetry variable.
    case variable(String)
    /// A place in a YAML file, line and column from 1.
    case file(path: String, line: Int, column: Int)
    case `default`

    package var description: String {
        switch self {
        case .flag(let name), .variable(let name): name
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .default: "default"
        }
    }
}
