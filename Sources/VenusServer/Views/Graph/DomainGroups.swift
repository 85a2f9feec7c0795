/// Puts dependencies together by their registrable domain, so that a service that calls hundreds of hosts has a graph
/// that can be read.
///
/// The domain is guessed, without a list of public suffixes: the last two labels, or three where the last but one is
/// one of those under which countries register (`co.uk`, `com.au`). Addresses, names of one label and the names that
/// the configuration gives stay as they are.
package struct DomainGroups: Sendable {
    /// Distinct domains that are shown; of more, those with the fewest calls are put together as ``others``.
    package static let maximumDomains = 500
    package static let others = "_other"

    private let shown: Set<String>?

    /// - Parameter edges: those that are grouped; with their calls.
    package init(
        _ edges: some Sequence<(dependency: String, calls: UInt64)>, maximum: Int = DomainGroups.maximumDomains
    ) {
        var calls: [String: UInt64] = [:]
        for edge in edges { calls[Self.domain(of: edge.dependency), default: 0] += edge.calls }
        guard calls.count > maximum else {
            shown = nil
            return
        }
        shown = Set(calls.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(maximum).map(\.key))
    }

    /// The name of the group that the dependency is in.
    package func name(of dependency: String) -> String {
        let domain = Self.domain(of: dependency)
        return shown?.contains(domain) ?? true ? domain : Self.others
    }

    /// Without its port; the dependency itself where it has no domain.
    package static func domain(of dependency: String) -> String {
        guard !dependency.hasPrefix("[") else { return dependency }
        let parts = dependency.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let host = parts.first else { return dependency }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }), let top = labels.last,
            top.utf8.contains(where: { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return dependency }
        let isUnderCountry =
            top.utf8.count == 2 && labels.count >= 3
            && secondLevels.contains(String(labels[labels.count - 2]))
        return labels.suffix(isUnderCountry ? 3 : 2).joined(separator: ".")
    }

    private static let secondLevels: Set<String> = [
        "ac", "co", "com", "edu", "go", "gob", "gov", "gv", "mil", "ne", "net", "nom", "or", "org", "sch",
    ]
}
