/// How the proxy listens, and its bounds and times. Every value has a default that suits a sidecar.
public struct ProxyConfiguration: Sendable, Hashable {
    /// An IPv4 or IPv6 address, or a name that stands for one of this machine.
    public var host = "127.0.0.1"
    /// 0 picks a free one.
    public var port: UInt16 = 2247
    /// Threads that forward; 0: one a processor, at most 16.
    public var loops = 0
    /// Whether threads that are busy write by io_uring, where the system has it and lets us.
    public var usesRing = true

    /// Client connections at most. Beyond, new ones are answered 503 and closed.
    public var maximumClients = 20_000
    /// Client connections of one address (of one /64, for IPv6) at most. `nil`: half of all, or all of them where the
    /// proxy listens on a loopback address, which has no other clients.
    public var maximumClientsPerAddress: Int?
    /// Tunnels at most, by CONNECT or an upgrade. Beyond, a request for one is answered 503.
    public var maximumTunnels = 15_000
    /// Connections to one dependency at most. Beyond, calls wait (phase `blocked`).
    public var maximumConnectionsPerDependency = 1_024
    /// Idle connections kept to one dependency at most, divided among the loops.
    public var maximumIdleConnectionsPerDependency = 512
    /// Dependencies that one loop knows at a time.
    public var maximumDependencies = 4_096
    /// Bytes that may wait in buffers, divided among the loops; a connection that needs more is given up.
    public var maximumBufferBytes = 512 << 20

    /// From the first byte of a request head to its last.
    public var headTimeout: Duration = .seconds(30)
    /// How long a client connection is kept open between requests.
    public var clientIdleTimeout: Duration = .seconds(75)
    /// How long a body may stand still, either way.
    public var bodyTimeout: Duration = .seconds(60)
    /// For resolving a dependency's name.
    public var dnsTimeout: Duration = .seconds(5)
    /// For all addresses of a name together, and before that for waiting for a free connection.
    public var connectTimeout: Duration = .seconds(10)
    /// From the request's last byte to the response's first.
    public var responseTimeout: Duration = .seconds(60)
    /// How long an idle connection to a dependency is kept.
    public var upstreamIdleTimeout: Duration = .seconds(55)
    /// How long a tunnel may be silent both ways.
    public var tunnelIdleTimeout: Duration = .seconds(3_600)
    /// How often the bytes that a tunnel moves are recorded while it is open.
    public var tunnelActivityInterval: Duration = .seconds(10)
    /// How long nobody has called an operation that is forgotten where a loop knows too many, at least.
    public var operationIdleTime: Duration = .seconds(600)
    /// How long a connection that ends may still send what is thrown away.
    public var lingerTimeout: Duration = .seconds(2)

    /// How long clients that keep an idle connection may still send a request on it when the proxy stops, and how long
    /// it still takes in new connections while another proxy listens beside it.
    public var stopGrace: Duration = .seconds(1)

    /// A caller that leaves a silent dependency after this long makes a `caller_timeout`; sooner, it is `cancelled`.
    public var callerPatience: Duration = .seconds(1)

    /// Which calls go through other proxies.
    public var upstreams = UpstreamRoutes()
    /// What names stand for, where the system's own resolver does not decide.
    public var names = NameResolution()
    /// How long a resolved name is used, at most.
    public var dnsLifetime: Duration = .seconds(30)
    /// How long a name stays unresolvable.
    public var dnsNegativeLifetime: Duration = .seconds(1)
    /// Threads that resolve names, at most.
    public var resolverThreads = 32
    /// Names in the cache at most.
    public var maximumResolvedNames = 4_096

    /// Where Venus itself listens beside the proxy; no call goes there.
    public var ownServers: [BoundAddress] = []

    public init() {}

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// Where the proxy listens.
public struct BoundAddress: Sendable, Hashable, CustomStringConvertible {
    /// An address, without brackets.
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `host:port`, an IPv6 address in brackets.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
