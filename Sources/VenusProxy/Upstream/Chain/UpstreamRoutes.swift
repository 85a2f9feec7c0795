/// Which calls go through which upstream proxy: decided once for each dependency, by its name as it is called.
public struct UpstreamRoutes: Sendable, Hashable {
    /// Which calls to a destination are meant.
    package enum Calls: Sendable, Hashable {
        case all
        /// Those in plain HTTP.
        case plain
        /// CONNECT.
        case tunnels
    }

    /// One proxy and what goes through it.
    public struct Rule: Sendable, Hashable {
        public var proxy: UpstreamProxy
        /// Empty: everything.
        public var destinations: [DestinationPattern]
        package var calls = Calls.all
        /// Whether it comes from the environment, where nobody may have thought of us: where it is this proxy itself it
        /// is left out.
        package var isInherited = false

        package init(
            _ proxy: UpstreamProxy, destinations: [DestinationPattern] = [], calls: Calls = .all,
            isInherited: Bool = false
        ) {
            self.proxy = proxy
            self.destinations = destinations
            self.calls = calls
            self.isInherited = isInherited
        }
    }

    /// The first that fits holds; without one a call goes straight to its dependency.
    public var rules: [Rule] = []
    /// What goes straight to its dependency, whatever the rules say.
    public var direct: [DestinationPattern] = []

    /// A file of certificates in PEM that are trusted beside the system's, as those of `https://` proxies.
    public var trustFile: String?

    public init() {}

    /// The number of the rule for a destination; `nil`: straight there. `host`: in lower case, without brackets.
    package func rule(for host: [UInt8], port: UInt16, isTunnel: Bool) -> Int? {
        guard !rules.isEmpty else { return nil }
        let address = IPAddress(String(decoding: host, as: UTF8.self))
        if direct.contains(where: { $0.matches(host, address, port: port) }) { return nil }
        return rules.firstIndex { rule in
            switch rule.calls {
            case .all: break
            case .plain: if isTunnel { return false }
            case .tunnels: if !isTunnel { return false }
            }
            return rule.destinations.isEmpty
                || rule.destinations.contains { $0.matches(host, address, port: port) }
        }
    }
}
