package import Logging
package import VenusCore
package import VenusProxy
package import VenusServer

/// What a role is told: made once at the start, from flags, variables, a file and defaults, and never changed.
package struct VenusConfiguration: Sendable {
    /// OTel `deployment.environment.name`.
    package var environment: String
    /// OTel `service.name`; `nil` where nobody named it.
    package var service: String?
    /// OTel `service.instance.id`; the host's name unless configured.
    package var instance: String
    /// Under which addresses others call the service, as dependencies are named: `host:port`.
    package var announce: [String]
    package var proxy: Proxy
    package var policy: Policy
    package var stream: Stream
    package var store: Store
    package var server: Server
    package var agent: Agent
    package var hosts: Hosts
    package var objectStorage: ObjectStorage
    package var alerts: Alerts
    package var interception: Interception
    /// Where data lives: an existing folder, or one to be created.
    package var data: String
    package var log: Log

    /// The file that was read, if any.
    package var file: String?
    /// Every key with its effective value and its source, for `venus config check`.
    package var entries: [ConfigurationEntry]

    /// OTel's name for a service that nobody has named.
    package static let unknownService = "unknown_service"

    package struct Proxy: Sendable {
        /// Whether callers need a service's key.
        package enum Authentication: String, Sendable, CaseIterable { case keys, none }

        package var listen: ListenAddress
        package var authentication: Authentication
        /// Holds the services' keys; there where they are needed.
        package var keysFile: String?
        /// Event loops; `nil`: one a processor.
        package var threads: Int?
        package var usesIOUring: Bool
        package var callerPatience: Duration
        /// From the first byte of a request's head to its last.
        package var headTimeout: Duration
        package var dnsTimeout: Duration
        package var connectTimeout: Duration
        /// From the request's last byte to the response's first.
        package var responseTimeout: Duration
        /// How long a body may stand still, either way.
        package var bodyTimeout: Duration
        package var clientIdleTimeout: Duration
        package var upstreamIdleTimeout: Duration
        package var tunnelIdleTimeout: Duration
        /// How long calls under way may take to end once the proxy is told to stop.
        package var drainTimeout: Duration
        /// Client connections at a time.
        package var maximumClients: Int
        /// `nil`: half of all; all of them on a loopback address.
        package var maximumClientsPerAddress: Int?
        /// CONNECT tunnels at a time.
        package var maximumTunnels: Int
        package var maximumConnectionsPerDependency: Int
        /// Of blocks that wait on disk while Redis is away; 0: they wait in memory only.
        package var spoolMaximumBytes: Int
        /// Which calls go through other proxies.
        package var upstreams: UpstreamRoutes
        /// What the names of dependencies stand for.
        package var names: NameResolution
    }

    package struct Policy: Sendable {
        /// Who may call what; `nil`: everybody everything, but for what is always denied.
        package var file: String?
        /// `nil`: as the file says.
        package var mode: EgressPolicy.Mode?
    }

    package struct Stream: Sendable {
        /// Redis; `nil`: the embedded journal under `data`.
        package var url: EndpointURL?
        /// Certificates of the only authorities that Redis' may come from; `nil`: those that the system trusts.
        package var trustFile: String?
        package var prefix: String
        package var shards: Int
        package var maximumEntries: Int
    }

    package struct Store: Sendable {
        /// PostgreSQL; `nil`: SQLite under `data`.
        package var url: EndpointURL?
        package var retention: Retention
    }

    package struct Server: Sendable {
        package var listen: ListenAddress
        /// `nil`: plain HTTP.
        package var tls: CertificateFiles?
        /// Whether it may be plain HTTP where other machines reach it.
        package var allowsPlainHTTP: Bool
        /// The administrator's secret; `nil`: generated at the first start and shown once.
        package var secret: Secret?
        /// Sign-in by way of GitHub; `nil`: there is none.
        package var gitHub: GitHubConfiguration?
        /// What is missing for it.
        package var gitHubFault: ConfigurationError?
        /// Where browsers reach the server when that is not the listen address: `https://venus.example.com`.
        package var publicURL: String?
        /// Folder of the dashboard's files; `nil`: beside the binary.
        package var dashboard: String?
        /// Names, without ports, under which the server may be reached, beside those of `listen` and `publicURL`.
        package var allowedHosts: [String]
        /// Addresses and networks of proxies that tell whose requests they pass on.
        package var trustedProxies: [String]
        /// Origins of other sites whose pages may read the API.
        package var corsOrigins: [String]
        /// Of a session, however much it is used.
        package var sessionLifetime: Duration
        /// Of a session that is not used.
        package var sessionIdleLifetime: Duration
    }

    package struct Log: Sendable {
        package enum Format: String, Sendable, CaseIterable { case text, json }

        package var level: Logger.Level
        package var format: Format
    }

    /// Where the value of a key comes from.
    package func source(of key: ConfigurationKey) -> ConfigurationSource {
        entries.first { $0.key == key }?.source ?? .default
    }
}
