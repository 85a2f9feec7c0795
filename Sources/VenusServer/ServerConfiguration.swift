public import VenusCore

/// How the server listens, who may enter, and its limits.
public struct ServerConfiguration: Sendable {
    /// A name or an address; an IPv6 address without brackets.
    public var host = "127.0.0.1"
    /// 0 picks a free one.
    public var port = 2248
    /// With it the server speaks TLS, and nothing else; `nil`: plain HTTP.
    public var tls: CertificateFiles?
    /// The administrator's; `nil`: generated at the first start, and shown once.
    public var secret: String?
    /// Sign-in by way of GitHub; `nil`: there is none.
    public var gitHub: GitHubConfiguration?
    /// The bucket that hosts' readings come through; `nil`: there is none.
    package var hostsBucket: HostsBucketConfiguration?
    /// How alerts are told.
    public var alerting = AlertingConfiguration()
    /// The dashboard's files; `nil`, or not there: the API alone is served.
    public var dashboardDirectory: String?
    /// Where people reach the server when that is not the listen address, as behind a proxy that ends TLS:
    /// `https://venus.example.com`. Its name is allowed as Host, and https makes the cookie `Secure`.
    public var publicURL: String?
    /// Names allowed as Host, without ports, beside loopback's, the listen address and IP addresses.
    public var allowedHosts: [String] = []
    /// Tells which clients the proxies of this machine pass through for the sake of their certificates.
    public var pins: @Sendable () throws -> [ListedPin] = { [] }
    /// Addresses and networks of proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [String] = []
    /// Origins of other sites whose pages may read the API with a token: `https://grafana.example.com`.
    public var corsOrigins: [String] = []
    /// However much a session is used.
    public var sessionLifetime: Duration = .seconds(7 * 86_400)
    /// Of a session that is not used; an open live socket uses it.
    public var sessionIdleLifetime: Duration = .seconds(3 * 86_400)
    /// How long a link that signs in (``Server/makeSignInLink()``) may wait to be used, once.
    public var signInLinkLifetime: Duration = .seconds(600)

    /// Whether machines that become hosts get this process's own program from here: see ``AgentResource``.
    public var handsOutProgram = false
    /// Connections at a time, live sockets included; further ones wait to be accepted.
    public var maximumConnections = 12_000
    /// A connection without a byte in either direction for so long is closed.
    public var idleTimeout: Duration = .seconds(60)
    /// As the analyzers have it: a span of history is read from the finest tier that is kept for so long.
    public var retention = Retention()
    /// A connection's first request must have come by then.
    public var firstRequestTimeout: Duration = .seconds(10)
    /// How long requests under way may take to finish when the server stops.
    public var shutdownLimit: Duration = .seconds(10)
    /// How soon a session that was ended at another server ends here.
    public var sessionRecheckInterval: Duration = .seconds(3)
    /// How often a quiet live socket is pinged.
    public var pingInterval: Duration = .seconds(20)
    /// How often live sockets are looked after: whether one is to be pinged or has been silent for too long.
    public var socketCheckInterval: Duration = .seconds(1)
    /// How soon thresholds that were set at another server are in effect here.
    public var thresholdCheckInterval: Duration = .seconds(1)
    /// A live socket that is silent for so long is closed.
    public var silenceTimeout: Duration = .seconds(60)

    public init() {}
}

extension ServerConfiguration {
    func readingSites() throws -> [WebOrigin] {
        try corsOrigins.map { text in
            guard let site = WebOrigin(text) else {
                throw ServerError(
                    .invalidCORSOrigin,
                    "server.cors_origins holds origins such as https://grafana.example.com, and \(text) is none.")
            }
            return site
        }
    }

    func trustedProxyRanges() throws -> [AddressRange] {
        try trustedProxies.map { text in
            guard let range = AddressRange(text) else {
                throw ServerError(
                    .invalidTrustedProxy,
                    "server.trusted_proxies holds addresses and networks such as 10.0.0.0/8, and \(text) is neither.")
            }
            return range
        }
    }
}
