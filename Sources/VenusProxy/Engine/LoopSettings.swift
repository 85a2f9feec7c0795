/// One loop's share of the configuration, in the units of the hit path.
struct LoopSettings: Sendable {
    var timeouts: ExchangeTimeouts
    /// Microseconds.
    var upstreamIdle: UInt64
    /// Microseconds.
    var callerPatience: UInt64
    /// Microseconds.
    var stopGrace: UInt64
    /// Microseconds.
    var tunnelActivity: UInt64
    /// Microseconds.
    var operationIdle: UInt64
    /// Shared by all loops.
    var limits: ClientLimits
    /// Shared by all loops.
    var connections = DependencyConnections()
    /// How many there are.
    var loops: Int
    /// Of io_uring, where the system lets us.
    var usesRing: Bool
    var maximumConnectionsPerDependency: Int
    var maximumIdlePerDependency: Int
    var maximumDependencies: Int
    var maximumBufferBytes: Int
    var listenAddress: IPAddress
    var listenPort: UInt16
    /// Of TLS, where tunnels are intercepted.
    var contexts: InterceptionContexts?
    /// Where Venus itself listens beside the proxy; no call goes there.
    var ownServers: [BoundAddress]
    /// What goes through which of ``parents``.
    var routes: UpstreamRoutes
    /// The upstream proxies, one for each of the routes' rules.
    var parents: [UpstreamParent]
    /// Whether there are any.
    var hasParents: Bool
    /// For sessions of TLS with them, where there are any; set by the server, because it is read from files.
    var parentTLS: TLSContext?
    /// The name of this proxy in `Via`; unique to it, so that only its own loops are taken for loops.
    var pseudonym: [UInt8]

    init(_ configuration: ProxyConfiguration, loops: Int, address: IPAddress, port: UInt16, pseudonym: String) {
        timeouts = ExchangeTimeouts(
            idle: configuration.clientIdleTimeout.microseconds, head: configuration.headTimeout.microseconds,
            connect: configuration.connectTimeout.microseconds, dns: configuration.dnsTimeout.microseconds,
            response: configuration.responseTimeout.microseconds, body: configuration.bodyTimeout.microseconds,
            tunnel: configuration.tunnelIdleTimeout.microseconds, linger: configuration.lingerTimeout.microseconds)
        upstreamIdle = configuration.upstreamIdleTimeout.microseconds
        callerPatience = configuration.callerPatience.microseconds
        stopGrace = configuration.stopGrace.microseconds
        tunnelActivity = configuration.tunnelActivityInterval.microseconds
        operationIdle = configuration.operationIdleTime.microseconds
        limits = ClientLimits(
            maximumClients: configuration.maximumClients,
            maximumClientsPerAddress: configuration.maximumClientsPerAddress
                ?? (address.isLoopback ? configuration.maximumClients : configuration.maximumClients / 2),
            maximumTunnels: configuration.maximumTunnels)
        func share(_ total: Int) -> Int { max(1, (total + loops - 1) / loops) }
        self.loops = loops
        usesRing = configuration.usesRing
        maximumConnectionsPerDependency = configuration.maximumConnectionsPerDependency
        maximumIdlePerDependency = share(configuration.maximumIdleConnectionsPerDependency)
        maximumDependencies = max(1, configuration.maximumDependencies)
        maximumBufferBytes = share(configuration.maximumBufferBytes)
        listenAddress = address
        listenPort = port
        ownServers = configuration.ownServers
        self.pseudonym = Array(pseudonym.utf8)
        routes = UpstreamRoutes()
        parents = []
        hasParents = false
        // Whoever set the variables did not mean this proxy, which did not exist yet.
        let rules = configuration.upstreams.rules.filter { !($0.isInherited && isOwnListener($0.proxy)) }
        routes.rules = rules
        routes.direct = configuration.upstreams.direct
        parents = rules.map { UpstreamParent($0.proxy) }
        hasParents = !rules.isEmpty
    }

    private func isOwnListener(_ proxy: UpstreamProxy) -> Bool {
        let host = proxy.host == "localhost" ? "127.0.0.1" : proxy.host
        return IPAddress(host).map { isOwnListener($0, port: proxy.port) } ?? false
    }

    /// Whether a connection to this address would come back to us.
    func isOwnListener(_ address: IPAddress, port: UInt16) -> Bool {
        guard port == listenPort else { return false }
        return Self.leads(from: address, to: listenAddress)
    }

    /// Whether a connection to this address would go to another listener of Venus: the API is for people and programs
    /// that come by themselves.
    func isOwnServer(_ address: IPAddress, port: UInt16) -> Bool {
        ownServers.contains { $0.port == port && Self.leads(from: address, to: IPAddress($0.host)) }
    }

    /// Whether other machines can reach the proxy: then it does not lend them this machine's credentials.
    var deniesLinkLocal: Bool { !listenAddress.unmapped.isLoopback }

    /// Whether packets to the address come to a listener on `own`; on a name, `nil`: to one on this machine.
    private static func leads(from address: IPAddress, to own: IPAddress?) -> Bool {
        let own = own?.unmapped
        return AddressForms(address).contains { target in
            guard let own, !own.isUnspecified else { return target.isOfThisMachine }
            // The unspecified address as a target stands for loopback.
            if target.isUnspecified { return own.isLoopback }
            return target.bytes == own.bytes && target.isIPv6 == own.isIPv6
        }
    }
}
