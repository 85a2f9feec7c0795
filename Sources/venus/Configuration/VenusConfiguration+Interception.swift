import Foundation
package import VenusProxy
import Yams

extension VenusConfiguration {
    package struct Interception: Sendable {
        package var rules: InterceptionRules
        /// How long a client that does not take our certificate for a host is passed through there.
        package var pinLifetime: Duration

        /// Off until a host is named.
        package var isOn: Bool { !rules.hosts.isEmpty }
    }
}

extension VenusConfiguration.Interception {
    init(_ reading: inout ConfigurationReading) {
        rules = InterceptionRules(
            hosts: reading.patterns(.interceptionHosts, absent: "none: interception is off"),
            pass: reading.patterns(.interceptionPass, absent: "none"),
            trust: reading.certificateFiles(.interceptionTrust),
            clientCertificates: reading.clientCertificates(.interceptionClientCertificates))
        pinLifetime = reading.duration(
            .interceptionPinLifetime, default: .seconds(7 * 86_400), .seconds(60) ... .seconds(365 * 86_400))
    }
}

extension ConfigurationReading {
    /// Most patterns of one key, and most certificates.
    private static let maximumPatterns = 1_000
    private static let maximumFiles = 100

    /// Hosts by name or by address, with commas between.
    mutating func patterns(_ key: ConfigurationKey, absent: String) -> [InterceptionPattern] {
        guard let (text, source) = text(key) else {
            note(key, absent, .default)
            return []
        }
        let patterns = patterns(text.split(separator: ",").map(String.init), key, source)
        note(key, patterns.map(\.text).joined(separator: ", "), source)
        return patterns
    }

    private mutating func patterns(
        _ texts: [String], _ key: ConfigurationKey, _ source: ConfigurationSource
    ) -> [InterceptionPattern] {
        guard texts.count <= Self.maximumPatterns else {
            fail(key, at: source, "\(texts.count) patterns are too many; expected at most \(Self.maximumPatterns)")
            return []
        }
        var result: [InterceptionPattern] = []
        for text in texts {
            do { result.append(try InterceptionPattern(text.trimmed)) } catch {
                fail(key, at: source, "\"\(text.trimmed.shownInError)\" \(error.reason)")
            }
        }
        return result
    }

    /// Files with certificates in PEM, which are looked into when they are needed.
    mutating func certificateFiles(_ key: ConfigurationKey) -> [String] {
        guard let (text, source) = text(key) else {
            note(key, "none: the system's authorities alone", .default)
            return []
        }
        let paths = text.split(separator: ",").map { NSString(string: String($0).trimmed).expandingTildeInPath }
        if paths.count > Self.maximumFiles { fail(key, at: source, "expected at most \(Self.maximumFiles) files") }
        note(key, paths.joined(separator: ", "), source)
        return paths
    }

    /// A list of `{hosts: […], certificate: FILE, key: FILE}`, as YAML.
    mutating func clientCertificates(_ key: ConfigurationKey) -> [InterceptionRules.ClientCertificate] {
        guard let (text, source) = text(key) else {
            note(key, "none", .default)
            return []
        }
        let example = "[{hosts: [api.example.com], certificate: /etc/venus/client.pem, key: /etc/venus/client.key}]"
        guard let node = try? Yams.compose(yaml: text), let list = node.sequence, list.count <= Self.maximumFiles else {
            fail(key, at: source, "expected a list of at most \(Self.maximumFiles), such as \(example)")
            return []
        }
        var result: [InterceptionRules.ClientCertificate] = []
        for item in list {
            guard let mapping = item.mapping, mapping.count == 3,
                let hosts = mapping["hosts"]?.sequence?.compactMap({ $0.scalar?.string }), !hosts.isEmpty,
                let certificate = mapping["certificate"]?.scalar?.string, let file = mapping["key"]?.scalar?.string
            else {
                fail(key, at: source, "expected hosts, certificate and key in each item, as in \(example)")
                continue
            }
            let paths = [certificate, file].map { NSString(string: $0).expandingTildeInPath }
            result.append(.init(hosts: patterns(hosts, key, source), certificate: paths[0], key: paths[1]))
        }
        let shown = result.map { "\($0.hosts.map(\.text).joined(separator: ", ")): \($0.certificate)" }
        note(key, shown.joined(separator: "; "), source)
        return result
    }
}
