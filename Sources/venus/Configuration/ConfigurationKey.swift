/// A key of the configuration: its name in YAML, from which those of its flag and its variable follow.
package struct ConfigurationKey: Sendable, Hashable, CustomStringConvertible {
    /// Sections and name joined by dots: `proxy.connect_timeout`.
    package let name: String
    /// Whether its value must never be shown.
    package let isSecret: Bool
    /// What stands between the items of a key that may have several, where its value is one text; `nil` for one value.
    package let separator: Character?

    private init(_ name: String, isSecret: Bool = false, separator: Character? = nil) {
        self.name = name
        self.isSecret = isSecret
        self.separator = separator
    }

    /// `VENUS_PROXY_CONNECT_TIMEOUT`.
    package var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// `--connect-timeout`, unless a command calls it otherwise.
    package var flag: String {
        "--" + (name.split(separator: ".").last ?? "").map { $0 == "_" ? "-" : String($0) }.joined()
    }

    package var description: String { name }

    package static let variablePrefix = "VENUS_"
}

/// Every key there is, in the order in which they are shown.
extension ConfigurationKey {
    package static let environment = ConfigurationKey("environment")
    package static let service = ConfigurationKey("service")
    package static let instance = ConfigurationKey("instance")
    package static let announce = ConfigurationKey("announce", separator: ",")
    package static let proxyListen = ConfigurationKey("proxy.listen")
    package static let proxyAuthentication = ConfigurationKey("proxy.authentication")
    package static let proxyKeysFile = ConfigurationKey("proxy.keys_file")
    package static let proxyThreads = ConfigurationKey("proxy.threads")
    package static let proxyIOUring = ConfigurationKey("proxy.io_uring")
    package static let proxyCallerPatience = ConfigurationKey("proxy.caller_patience")
    package static let proxyHeadTimeout = ConfigurationKey("proxy.head_timeout")
    package static let proxyDNSTimeout = ConfigurationKey("proxy.dns_timeout")
    package static let proxyConnectTimeout = ConfigurationKey("proxy.connect_timeout")
    package static let proxyResponseTimeout = ConfigurationKey("proxy.response_timeout")
    package static let proxyBodyTimeout = ConfigurationKey("proxy.body_timeout")
    package static let proxyClientIdleTimeout = ConfigurationKey("proxy.client_idle_timeout")
    package static let proxyUpstreamIdleTimeout = ConfigurationKey("proxy.upstream_idle_timeout")
    package static let proxyTunnelIdleTimeout = ConfigurationKey("proxy.tunnel_idle_timeout")
    package static let proxyDrainTimeout = ConfigurationKey("proxy.drain_timeout")
    package static let proxyMaximumClients = ConfigurationKey("proxy.max_clients")
    package static let proxyMaximumClientsPerAddress = ConfigurationKey("proxy.max_clients_per_address")
    package static let proxyMaximumTunnels = ConfigurationKey("proxy.max_tunnels")
    package static let proxyMaximumConnections = ConfigurationKey("proxy.max_connections_per_dependency")
    package static let proxySpoolMaximumBytes = ConfigurationKey("proxy.spool_max_bytes")
    package static let policyFile = ConfigurationKey("policy.file")
    package static let policyMode = ConfigurationKey("policy.mode")
    package static let proxyUpstreams = ConfigurationKey("proxy.upstreams", isSecret: true, separator: ";")
    package static let proxyUpstreamsFile = ConfigurationKey("proxy.upstreams_file")
    package static let proxyUpstreamsTrustFile = ConfigurationKey("proxy.upstreams_trust_file")
    package static let proxyNoProxy = ConfigurationKey("proxy.no_proxy", separator: ",")
    package static let proxyDNSServer = ConfigurationKey("proxy.dns_server")
    package static let proxyDNSOverrides = ConfigurationKey("proxy.dns_overrides", separator: ",")
    package static let streamURL = ConfigurationKey("stream.url", isSecret: true)
    package static let streamURLFile = ConfigurationKey("stream.url_file")
    package static let streamTrustFile = ConfigurationKey("stream.trust_file")
    package static let streamPrefix = ConfigurationKey("stream.prefix")
    package static let streamShards = ConfigurationKey("stream.shards")
    package static let streamMaximumEntries = ConfigurationKey("stream.max_entries")
    package static let storeURL = ConfigurationKey("store.url", isSecret: true)
    package static let storeURLFile = ConfigurationKey("store.url_file")
    package static let storeKeep1m = ConfigurationKey("store.keep_1m")
    package static let storeKeep15m = ConfigurationKey("store.keep_15m")
    package static let storeKeep2h = ConfigurationKey("store.keep_2h")
    package static let storeKeep8h = ConfigurationKey("store.keep_8h")
    package static let storeKeep1d = ConfigurationKey("store.keep_1d")
    package static let serverListen = ConfigurationKey("server.listen")
    package static let serverTLSCertificateFile = ConfigurationKey("server.tls_certificate_file")
    package static let serverTLSKeyFile = ConfigurationKey("server.tls_key_file")
    package static let serverAllowPlainHTTP = ConfigurationKey("server.allow_plain_http")
    package static let serverSecret = ConfigurationKey("server.secret", isSecret: true)
    package static let serverSecretFile = ConfigurationKey("server.secret_file")
    package static let serverPublicURL = ConfigurationKey("server.public_url")
    package static let serverDashboard = ConfigurationKey("server.dashboard")
    package static let serverAllowedHosts = ConfigurationKey("server.allowed_hosts", separator: ",")
    package static let serverTrustedProxies = ConfigurationKey("server.trusted_proxies", separator: ",")
    package static let serverCORSOrigins = ConfigurationKey("server.cors_origins", separator: ",")
    package static let serverSessionLifetime = ConfigurationKey("server.session_lifetime")
    package static let serverSessionIdleLifetime = ConfigurationKey("server.session_idle_lifetime")
    package static let gitHubClientID = ConfigurationKey("github.client_id")
    package static let gitHubClientSecret = ConfigurationKey("github.client_secret", isSecret: true)
    package static let gitHubClientSecretFile = ConfigurationKey("github.client_secret_file")
    package static let gitHubURL = ConfigurationKey("github.url")
    package static let gitHubAPIURL = ConfigurationKey("github.api_url")
    package static let gitHubTrustFile = ConfigurationKey("github.trust_file")
    package static let gitHubUsers = ConfigurationKey("github.users", separator: ",")
    package static let gitHubOrganizations = ConfigurationKey("github.organizations", separator: ",")
    package static let gitHubTeams = ConfigurationKey("github.teams", separator: ",")
    package static let gitHubSessionLifetime = ConfigurationKey("github.session_lifetime")
    package static let agentEnabled = ConfigurationKey("agent.enabled")
    package static let agentServer = ConfigurationKey("agent.server")
    package static let agentKey = ConfigurationKey("agent.key", isSecret: true)
    package static let agentKeyFile = ConfigurationKey("agent.key_file")
    package static let agentTrustFile = ConfigurationKey("agent.trust_file")
    package static let agentAllowPlainHTTP = ConfigurationKey("agent.allow_plain_http")
    package static let agentHost = ConfigurationKey("agent.host")
    package static let agentReadInterval = ConfigurationKey("agent.read_interval")
    package static let agentPublishInterval = ConfigurationKey("agent.publish_interval")
    package static let agentRoot = ConfigurationKey("agent.root")
    package static let agentIncludeInterfaces = ConfigurationKey("agent.include_interfaces", separator: ",")
    package static let agentIncludeFileSystems = ConfigurationKey("agent.include_filesystems", separator: ",")
    package static let agentPublish = ConfigurationKey("agent.publish")
    package static let hostsBucket = ConfigurationKey("hosts.bucket")
    package static let hostsBucketObjects = ConfigurationKey("hosts.bucket_objects")
    package static let hostsBucketInterval = ConfigurationKey("hosts.bucket_interval")
    package static let s3Endpoint = ConfigurationKey("s3.endpoint")
    package static let s3Region = ConfigurationKey("s3.region")
    package static let s3Style = ConfigurationKey("s3.style")
    package static let s3CredentialsFile = ConfigurationKey("s3.credentials_file")
    package static let s3TrustFile = ConfigurationKey("s3.trust_file")
    package static let s3AllowPlainHTTP = ConfigurationKey("s3.allow_plain_http")
    package static let alertsSecretKeyFile = ConfigurationKey("alerts.secret_key_file")
    package static let alertsAllowedTargets = ConfigurationKey("alerts.allowed_targets", separator: ",")
    package static let alertsGather = ConfigurationKey("alerts.gather")
    package static let alertsRepeatEvery = ConfigurationKey("alerts.repeat_every")
    package static let alertsSMTPServer = ConfigurationKey("alerts.smtp_server")
    package static let alertsSMTPSecurity = ConfigurationKey("alerts.smtp_security")
    package static let alertsSMTPFrom = ConfigurationKey("alerts.smtp_from")
    package static let alertsSMTPUser = ConfigurationKey("alerts.smtp_user")
    package static let alertsSMTPPassword = ConfigurationKey("alerts.smtp_password", isSecret: true)
    package static let alertsSMTPPasswordFile = ConfigurationKey("alerts.smtp_password_file")
    package static let alertsSMTPTrustFile = ConfigurationKey("alerts.smtp_trust_file")
    package static let interceptionHosts = ConfigurationKey("interception.hosts", separator: ",")
    package static let interceptionPass = ConfigurationKey("interception.pass", separator: ",")
    package static let interceptionTrust = ConfigurationKey("interception.trust", separator: ",")
    package static let interceptionClientCertificates = ConfigurationKey("interception.client_certificates")
    package static let interceptionPinLifetime = ConfigurationKey("interception.pin_lifetime")
    package static let data = ConfigurationKey("data")
    package static let logLevel = ConfigurationKey("log.level")
    package static let logFormat = ConfigurationKey("log.format")

    package static let all: [ConfigurationKey] = [
        environment, service, instance, announce,
        proxyListen, proxyAuthentication, proxyKeysFile, proxyThreads, proxyIOUring, proxyCallerPatience,
        proxyHeadTimeout, proxyDNSTimeout, proxyConnectTimeout, proxyResponseTimeout, proxyBodyTimeout,
        proxyClientIdleTimeout, proxyUpstreamIdleTimeout, proxyTunnelIdleTimeout, proxyDrainTimeout,
        proxyMaximumClients, proxyMaximumClientsPerAddress, proxyMaximumTunnels, proxyMaximumConnections,
        proxySpoolMaximumBytes,
        policyFile, policyMode,
        proxyUpstreams, proxyUpstreamsFile, proxyUpstreamsTrustFile, proxyNoProxy,
        proxyDNSServer, proxyDNSOverrides,
        streamURL, streamURLFile, streamTrustFile, streamPrefix, streamShards, streamMaximumEntries,
        storeURL, storeURLFile, storeKeep1m, storeKeep15m, storeKeep2h, storeKeep8h, storeKeep1d,
        serverListen, serverTLSCertificateFile, serverTLSKeyFile, serverAllowPlainHTTP,
        serverSecret, serverSecretFile, serverPublicURL, serverAllowedHosts, serverTrustedProxies,
        serverCORSOrigins, serverSessionLifetime, serverSessionIdleLifetime, serverDashboard,
        gitHubClientID, gitHubClientSecret, gitHubClientSecretFile, gitHubURL, gitHubAPIURL, gitHubTrustFile,
        gitHubUsers, gitHubOrganizations, gitHubTeams, gitHubSessionLifetime,
        agentEnabled, agentServer, agentKey, agentKeyFile, agentTrustFile, agentAllowPlainHTTP, agentHost,
        agentReadInterval, agentPublishInterval, agentRoot, agentIncludeInterfaces, agentIncludeFileSystems,
        agentPublish,
        hostsBucket, hostsBucketObjects, hostsBucketInterval,
        s3Endpoint, s3Region, s3Style, s3CredentialsFile, s3TrustFile, s3AllowPlainHTTP,
        alertsSecretKeyFile, alertsAllowedTargets, alertsGather, alertsRepeatEvery, alertsSMTPServer,
        alertsSMTPSecurity, alertsSMTPFrom, alertsSMTPUser, alertsSMTPPassword, alertsSMTPPasswordFile,
        alertsSMTPTrustFile,
        interceptionHosts, interceptionPass, interceptionTrust, interceptionClientCertificates,
        interceptionPinLifetime,
        data, logLevel, logFormat,
    ]

    /// The key of this name.
    package static func named(_ name: some StringProtocol) -> ConfigurationKey? { all.first { $0.name == name } }

    /// `proxy`, `stream`, …
    static let sections: Set<String> = Set(
        all.compactMap { key in key.name.split(separator: ".").count > 1 ? key.name.split(separator: ".").first : nil }
            .map(String.init))
}
