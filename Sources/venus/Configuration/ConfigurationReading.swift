import Configuration
import Foundation
import Synchronization

/// Reads keys through swift-configuration, first wins: flags, variables, the file. Collects every error and, for each
/// key, its effective value with its source.
struct ConfigurationReading {
    private let reader: ConfigReader
    private let lastAnswer = LastAnswer()
    private let flagNames: [ConfigurationKey: String]
    private let file: ConfigurationFile?

    private(set) var errors: [ConfigurationError] = []
    private(set) var entries: [ConfigurationEntry] = []

    /// - Parameter flags: by the names of their keys; unknown ones are an error of the caller and trap.
    init(
        flags: [ConfigurationKey: String], flagNames: [ConfigurationKey: String], variables: [String: String],
        file: ConfigurationFile?
    ) {
        self.flagNames = flagNames
        self.file = file
        let secretVariables = Set(ConfigurationKey.all.filter(\.isSecret).map(\.variable))
        reader = ConfigReader(
            providers: [
                Self.provider(name: "flags", flags),
                EnvironmentVariablesProvider(
                    environmentVariables: variables.filter { !$0.value.isEmpty },
                    secretsSpecifier: .specific(secretVariables)
                ).prefixKeys(with: "venus"),
                Self.provider(name: "file", file?.values.mapValues(\.text) ?? [:]),
            ],
            accessReporter: lastAnswer)
        errors += file?.errors ?? []
        errors += UnknownVariables.errors(in: variables)
    }

    private static func provider(name: String, _ values: [ConfigurationKey: String]) -> InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map { key, text in
                    (AbsoluteConfigKey(ConfigKey(key.name)), ConfigValue(.string(text), isSecret: key.isSecret))
                }))
    }

    /// The text of a key and where it comes from; `nil` where nobody gave it.
    func text(_ key: ConfigurationKey) -> (text: String, source: ConfigurationSource)? {
        guard let text = reader.string(forKey: ConfigKey(key.name), isSecret: key.isSecret) else { return nil }
        switch lastAnswer.layer {
        case 0: return (text, .flag(flagNames[key] ?? key.flag))
        case 1: return (text, .variable(key.variable))
        default:
            guard let file, let value = file.values[key] else { return (text, .default) }
            return (text, .file(path: file.path, line: value.line, column: value.column))
        }
    }

    /// Which of the layers may have set a key: 0 flags, 1 variables, 2 file, 3 nobody.
    func layer(of key: ConfigurationKey) -> Int {
        switch text(key)?.source {
        case .flag: 0
        case .variable: 1
        case .file: 2
        case .default, nil: 3
        }
    }

    /// Reads a key; a value that does not parse is an error, and the default stands in for it.
    ///
    /// - Parameters:
    ///   - expected: what would be right, with an example.
    ///   - show: the value as `config check` prints it.
    mutating func value<Value>(
        _ key: ConfigurationKey, default fallback: Value, expected: String,
        show: (Value) -> String, parse: (String) -> Value?
    ) -> Value {
        value(key, absent: show(fallback), expected: expected, show: show, parse: parse) ?? fallback
    }

    /// Reads a key without a default; `nil` where it is absent or wrong.
    ///
    /// - Parameter absent: what `config check` prints where nobody gave it.
    mutating func value<Value>(
        _ key: ConfigurationKey, absent: String, expected: String, show: (Value) -> String, parse: (String) -> Value?
    ) -> Value? {
        guard let (text, source) = text(key) else {
            note(key, absent, .default)
            return nil
        }
        guard let value = parse(text) else {
            fail(key, at: source, "\(quoted(text, of: key)) is not valid; expected \(expected)")
            return nil
        }
        note(key, key.isSecret ? "(set)" : show(value), source)
        return value
    }

    mutating func note(_ key: ConfigurationKey, _ shown: String, _ source: ConfigurationSource) {
        entries.append(ConfigurationEntry(key: key, shown: shown, source: source))
    }

    mutating func fail(_ key: ConfigurationKey, at source: ConfigurationSource, _ problem: String) {
        errors.append(ConfigurationError(place: source.description, key: key.name, problem: problem))
    }

    private func quoted(_ text: String, of key: ConfigurationKey) -> String {
        key.isSecret ? "the value (not shown)" : "\"\(text.shownInError)\""
    }
}

/// Which provider answered last: swift-configuration reports it, but does not return it.
private final class LastAnswer: AccessReporter {
    private let state = Mutex<Int>(Int.max)

    /// Place of the provider among the reader's; `Int.max` where none had the key.
    var layer: Int { state.withLock { $0 } }

    func report(_ event: AccessEvent) {
        let found = event.providerResults.firstIndex { result in
            switch result.result {
            case .success(let lookup): lookup.value != nil
            case .failure: true
            }
        }
        state.withLock { $0 = found ?? .max }
    }
}
