import Foundation
package import VenusProxy

/// A call that a person asks about.
package struct PolicyTrial: Sendable {
    package let host: String
    package let port: UInt16
    package let method: String
    package let service: String

    /// What the policy says to it, line by line.
    package struct Explanation: Sendable, Hashable {
        package var isAllowed: Bool
        package var lines: [String]
    }

    /// `nil` where the text names no host. Without a method, `CONNECT` for `https` and for `HOST:PORT`.
    package init?(url text: String, method: String?, service: String) {
        let hasScheme = text.contains("://")
        guard let url = URL(string: hasScheme ? text : "connect://" + text), let host = url.host, !host.isEmpty,
            let scheme = url.scheme?.lowercased()
        else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.host = bare.lowercased()
        let isPlain = scheme == "http" || scheme == "ws"
        let number = url.port ?? (isPlain ? 80 : 443)
        guard let port = UInt16(exactly: number), port > 0 else { return nil }
        self.port = port
        self.method = method ?? (isPlain ? "GET" : "CONNECT")
        self.service = service
    }

    package func explain(_ policy: EgressPolicy, resolving lookup: Resolver.Lookup) -> Explanation {
        var lines = ["\(Display.safe(service)) → \(method) \(BoundAddress(host: Display.safe(host), port: port))"]
        if let early = ask({ policy.verdict($0) }), policy.keepsBack(early) || !policy.deniesLinkLocal {
            lines.append(Self.sentence(early, policy) + ", whatever its address")
            return Explanation(isAllowed: early.isAllowed, lines: lines)
        }
        let addresses: [IPAddress]
        do {
            if let literal = IPAddress(anySpelling: host) {
                addresses = [literal]
            } else {
                addresses = AddressOrder.interleaved(try lookup(host) ?? [])
            }
        } catch { addresses = [] }
        guard !addresses.isEmpty else {
            lines.append("the verdict depends on the address, and the name cannot be resolved here")
            return Explanation(isAllowed: false, lines: lines)
        }
        var isAllowed = false
        for address in addresses {
            let verdict = ask { policy.verdict($0, at: address) }
            if verdict.isAllowed { isAllowed = true }
            lines.append("\(address.text) (\(address.shownClass.name)): \(Self.sentence(verdict, policy))")
        }
        if !isAllowed, policy.mode == .report { lines.append("mode is report: it is passed on, and marked") }
        return Explanation(isAllowed: isAllowed, lines: lines)
    }

    private static func sentence(_ verdict: PolicyVerdict, _ policy: EgressPolicy) -> String {
        let word = verdict.isAllowed ? "allowed" : policy.keepsBack(verdict) ? "denied" : "would be denied"
        switch verdict.reason {
        case .rule(let number):
            let line = policy.rules[number - 1].line
            return "\(word) by rule \(number)" + (line > 0 ? ", line \(line)" : "")
        case .fallback: return policy.rules.isEmpty ? "\(word): there is no rule" : "\(word): no rule matches"
        case .linkLocal: return "\(word): link-local and metadata addresses, for a proxy that other machines can reach"
        }
    }

    private func ask<Result>(_ use: (PolicySubject) -> Result) -> Result {
        var (host, service, name) = (host, service, method)
        return host.withUTF8 { host in
            service.withUTF8 { service in
                name.withUTF8 {
                    use(PolicySubject(host: host, port: port, method: RequestMethod.name($0), service: service))
                }
            }
        }
    }
}
