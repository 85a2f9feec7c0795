import Foundation
import VenusCallLog
import VenusProxy

/// The kinds of values that keys have, each with its rule and what it tells a person who broke it.
extension ConfigurationReading {
    static let minimumSecretBytes = 8
    static let maximumSecretBytes = 1_024
    /// Longest name of an environment, a service or an instance.
    static let maximumNameBytes = 255

    mutating func listen(_ key: ConfigurationKey, default fallback: ListenAddress) -> ListenAddress {
        value(
            key, default: fallback,
            expected: "HOST:PORT, for example \(fallback); an IPv6 address in brackets: [::1]:\(fallback.port)",
            show: \.description, parse: { ListenAddress($0) })
    }

    mutating func duration(
        _ key: ConfigurationKey, default fallback: Duration, _ range: ClosedRange<Duration>
    ) -> Duration {
        value(
            key, default: fallback,
            expected: "a time with its unit (us, ms, s, m, h, d) from \(range.lowerBound.text) to "
                + "\(range.upperBound.text), for example \(fallback.text)",
            show: \.text, parse: { Duration(text: $0).flatMap { range.contains($0) ? $0 : nil } })
    }

    mutating func number(_ key: ConfigurationKey, default fallback: Int, _ range: ClosedRange<Int>) -> Int {
        number(key, absent: String(fallback), range) ?? fallback
    }

    mutating func number(_ key: ConfigurationKey, absent: String, _ range: ClosedRange<Int>) -> Int? {
        value(
            key, absent: absent, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            show: { String($0) },
            parse: { text in
                let digits = text.filter { $0 != "_" }
                guard digits.allSatisfy(\.isASCIIDigit) else { return nil }
                return Int(digits).flatMap { range.contains($0) ? $0 : nil }
            })
    }

    mutating func spoolBytes(_ key: ConfigurationKey) -> Int {
        let range = Spool.minimumMaximumBytes...(1 << 44)
        return value(
            key, default: Spool.defaultMaximumBytes,
            expected: "a number of bytes from \(range.lowerBound) to \(range.upperBound), or 0 for no spool",
            show: { String($0) },
            parse: { text in
                let number = Int(text.filter { $0 != "_" })
                return number.flatMap { $0 == 0 || range.contains($0) ? $0 : nil }
            })
    }

    mutating func text(_ key: ConfigurationKey, default fallback: String, maximumBytes: Int) -> String {
        text(key, absent: fallback, maximumBytes: maximumBytes) ?? fallback
    }

    mutating func text(_ key: ConfigurationKey, absent: String, maximumBytes: Int) -> String? {
        value(
            key, absent: absent, expected: "a name of at most \(maximumBytes) letters, digits, `-`, `_`, `.`, `:`",
            show: { $0 },
            parse: { text in
                let isName = text.utf8.allSatisfy { byte in
                    Character(UnicodeScalar(byte)).isASCII
                        && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
                            || "-_.:".utf8.contains(byte))
                }
                return isName && !text.isEmpty && text.utf8.count <= maximumBytes ? text : nil
            })
    }

    mutating func choice<Value>(
        _ key: ConfigurationKey, default fallback: Value, among choices: [Value], name: @escaping (Value) -> String
    ) -> Value {
        value(
            key, default: fallback, expected: "one of " + choices.map(name).joined(separator: ", "), show: name,
            parse: { text in choices.first { name($0) == text.lowercased() } })
    }

    mutating func flag(_ key: ConfigurationKey, default fallback: Bool) -> Bool {
        choice(key, default: fallback, among: [true, false]) { String($0) }
    }

    mutating func policyMode(_ key: ConfigurationKey) -> EgressPolicy.Mode? {
        value(
            key, absent: "as the file says",
            expected: "one of " + EgressPolicy.Mode.allCases.map(\.rawValue).joined(separator: ", "),
            show: \.rawValue, parse: { EgressPolicy.Mode(rawValue: $0.lowercased()) })
    }

    mutating func path(_ key: ConfigurationKey, absent: String) -> String? {
        value(
            key, absent: absent, expected: "a path", show: { $0 },
            parse: { text in
                guard !text.isEmpty, text.utf8.count < 4_096, !text.unicodeScalars.contains("\0") else { return nil }
                return NSString(string: text).expandingTildeInPath
            })
    }

    mutating func names(_ key: ConfigurationKey) -> [String] {
        value(
            key, default: [], expected: "host names without ports, for example [venus.example.com]",
            show: { $0.isEmpty ? "none" : $0.joined(separator: ", ") },
            parse: { text in
                let names = text.split(separator: ",").map { String($0).trimmed.lowercased() }
                let areHosts = names.allSatisfy { ListenAddress("\($0):1") != nil }
                return names.count <= 100 && areHosts ? names : nil
            })
    }

    /// Addresses as dependencies are named.
    mutating func addresses(_ key: ConfigurationKey, most: Int) -> [String] {
        value(
            key, default: [], expected: "at most \(most) times HOST:PORT, for example [checkout.internal:8080]",
            show: { $0.isEmpty ? "none" : $0.joined(separator: ", ") },
            parse: { text in
                let items = text.split(separator: ",").map { String($0).trimmed.lowercased() }
                let addresses = items.compactMap { ListenAddress($0) }.filter { $0.port > 0 }
                guard addresses.count == items.count, items.count <= most else { return nil }
                return addresses.map(\.description)
            })
    }

    mutating func publicURL(_ key: ConfigurationKey) -> String? {
        value(
            key, absent: "(the listen address)",
            expected: "http:// or https:// with a host, and a path where there is one, for example "
                + "https://venus.example.com or https://example.com/venus",
            show: { $0 },
            parse: { text in
                let text = text.hasSuffix("/") ? String(text.dropLast()) : text
                guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
                let rest = text.dropFirst(scheme.count)
                let host = String(rest.prefix { $0 != "/" })
                let isAddress = ListenAddress(host) != nil || ListenAddress(host + ":443") != nil
                let isPath = rest.dropFirst(host.count).allSatisfy {
                    $0.isASCII && ($0.isLetter || $0.isNumber || "/-._~".contains($0))
                }
                return isAddress && isPath && !rest.contains("//") && !rest.contains("/.") ? text : nil
            })
    }

    /// `environment`, `service` and `instance`: from the layers, or else from OpenTelemetry's variables.
    mutating func identity(_ key: ConfigurationKey, _ otel: (text: String, variable: String)?) -> String? {
        let given = text(key) ?? otel.map { ($0.text, .variable($0.variable)) }
        guard let (text, source) = given else {
            note(key, Self.absent(key), .default)
            return nil
        }
        let mayHoldSlash = key != .environment
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard
            !text.trimmed.isEmpty, text.trimmed == text, isPrintable, text.utf8.count <= Self.maximumNameBytes,
            mayHoldSlash || !text.contains("/")
        else {
            let slash = mayHoldSlash ? "" : ", without a slash"
            fail(
                key, at: source,
                "\"\(text.shownInError)\" is not valid; expected a name of 1 to \(Self.maximumNameBytes) bytes\(slash)")
            return nil
        }
        note(key, text, source)
        return text
    }

    private static func absent(_ key: ConfigurationKey) -> String {
        switch key {
        case .environment: "production"
        case .instance: ProcessInfo.processInfo.hostName
        default: "(not named)"
        }
    }
}
