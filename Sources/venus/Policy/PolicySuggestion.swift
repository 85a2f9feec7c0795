import Foundation
package import VenusProxy

/// An allow-list of what was called, as the text of a policy's file.
package struct PolicySuggestion {
    /// How far back the calls were looked at.
    private let window: String
    private var ports: [String: [UInt16: Set<String>]] = [:]
    private var leftOut: [String] = []

    package init(window: String) { self.window = window }

    package var isEmpty: Bool { ports.isEmpty }

    /// `dependency`: `HOST:PORT`, an IPv6 address in brackets.
    package mutating func add(service: String, dependency: String) {
        guard let colon = dependency.lastIndex(of: ":"),
            let port = UInt16(dependency[dependency.index(after: colon)...])
        else {
            leftOut.append(dependency)
            return
        }
        var host = dependency[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        ports[service, default: [:]][port, default: []].insert(String(host))
    }

    /// Names get the classes of the addresses that they have now; `lookup` gives them, `nil` or none where there are
    /// none.
    package func text(resolving lookup: (String) -> [IPAddress]?) -> String {
        var lines = [
            "# What was called in the last \(window), by `venus policy suggest`. Look it through; once nothing would be",
            "# denied that should not be, change the mode to enforce.",
            "mode: report",
            "default: deny",
            "rules:",
        ]
        for service in ports.keys.sorted() {
            let ofService = ports[service] ?? [:]
            for port in ofService.keys.sorted() {
                for (addresses, hosts) in grouped(ofService[port] ?? [], lookup) {
                    lines.append("  - allow:")
                    lines.append("      services: [\(Self.quoted(service))]")
                    lines.append("      ports: [\(port)]")
                    if !hosts.isEmpty {
                        lines.append("      hosts: [\(hosts.map(Self.quoted).joined(separator: ", "))]")
                    }
                    if !addresses.isEmpty {
                        lines.append("      addresses: [\(addresses.map(Self.quoted).joined(separator: ", "))]")
                    }
                }
            }
        }
        for name in leftOut.sorted() { lines.append("# left out: \(Self.quoted(name))") }
        return lines.joined(separator: "\n")
    }

    /// Hosts of the same kinds of addresses stand together; those that are addresses stand for themselves.
    private func grouped(
        _ hosts: Set<String>, _ lookup: (String) -> [IPAddress]?
    ) -> [(addresses: [String], hosts: [String])] {
        var literals: [String] = []
        var byClasses: [[String]: [String]] = [:]
        for host in hosts.sorted() {
            if let address = IPAddress(anySpelling: host) {
                literals.append(address.text)
            } else if (try? HostPattern(host)) != nil {
                let classes = AddressClasses((lookup(host) ?? []).map { AddressClasses($0.shownClass) })
                byClasses[classes.all.map(\.name), default: []].append(host)
            }
        }
        var groups = byClasses.sorted { $0.value[0] < $1.value[0] }.map { (addresses: $0.key, hosts: $0.value) }
        if !literals.isEmpty { groups.append((addresses: literals, hosts: [])) }
        return groups
    }

    /// In double quotes, as JSON and YAML have them.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
