import Foundation
import Logging
import VenusCore

extension VenusConfiguration {
    /// The file that is read where `--config` names none and it is there.
    package static let defaultFile = "venus.yaml"

    /// Makes the configuration; first wins: flags, `VENUS_…` variables, the file, OpenTelemetry's variables (for
    /// `environment`, `service` and `instance`), defaults.
    ///
    /// - Parameters:
    ///   - flags: the flags that were given, by the names of their keys (`proxy.listen`).
    ///   - flagNames: how the command calls them, where it is not as ``ConfigurationKey/flag`` has it.
    ///   - configFile: from `--config`, or else `VENUS_CONFIG`; where neither is given, `venus.yaml` in the working
    ///     directory is read if it is there. A file that is named and missing is an error.
    ///   - environment: the process's variables.
    package static func load(
        flags: [String: String] = [:], flagNames: [String: String] = [:], configFile: String? = nil,
        environment variables: [String: String]
    ) throws(ConfigurationErrors) -> VenusConfiguration {
        let named = configFile ?? variables["VENUS_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? (FileManager.default.fileExists(atPath: defaultFile) ? defaultFile : nil)
        var reading = ConfigurationReading(
            flags: byKey(flags), flagNames: byKey(flagNames), variables: variables,
            file: path.map { ConfigurationFile(path: $0) })
        let configuration = VenusConfiguration(&reading, variables: variables, file: path)
        guard reading.errors.isEmpty else { throw ConfigurationErrors(reading.errors) }
        return configuration
    }

    private static func byKey(_ values: [String: String]) -> [ConfigurationKey: String] {
        Dictionary(
            uniqueKeysWithValues: values.map { name, value in
                guard let key = ConfigurationKey.named(name) else { preconditionFailure("no key is called \(name)") }
                return (key, value)
            })
    }

    private init(_ reading: inout ConfigurationReading, variables: [String: String], file: String?) {
        let resource = OpenTelemetryResource(variables: variables)
        environment = reading.identity(.environment, resource.environment) ?? "production"
        service = reading.identity(.service, resource.service)
        instance = reading.identity(.instance, resource.instance) ?? ProcessInfo.processInfo.hostName
        announce = reading.addresses(.announce, most: ProxyReport.maximumAnnounced)
        proxy = Proxy(&reading)
        policy = Policy(&reading)
        stream = Stream(&reading)
        store = Store(
            url: reading.url(.storeURL, .storeURLFile, absent: "SQLite under `data`", .postgres),
            retention: reading.retention())
        server = Server(&reading)
        agent = Agent(&reading)
        hosts = Hosts(&reading)
        objectStorage = ObjectStorage(&reading, variables: variables)
        alerts = Alerts(&reading)
        interception = Interception(&reading)
        data = reading.path(.data, absent: Self.stateDirectory(variables)) ?? Self.stateDirectory(variables)
        log = Log(
            level: reading.choice(.logLevel, default: .info, among: Logger.Level.allCases) { $0.rawValue },
            format: reading.choice(.logFormat, default: .text, among: Log.Format.allCases) { $0.rawValue })
        self.file = file
        entries = reading.entries
    }

    /// `$XDG_STATE_HOME/venus`, or `~/.local/state/venus`. Source: XDG Base Directory Specification 0.8; a relative
    /// path in the variable is to be ignored.
    private static func stateDirectory(_ variables: [String: String]) -> String {
        if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/venus" }
        let home = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (home ?? FileManager.default.homeDirectoryForCurrentUser.path) + "/.local/state/venus"
    }
}

extension VenusConfiguration.Proxy {
    fileprivate init(_ reading: inout ConfigurationReading) {
        listen = reading.listen(.proxyListen, default: ListenAddress(host: "127.0.0.1", port: 2247))
        keysFile = reading.path(.proxyKeysFile, absent: "(not set)")
        authentication = Self.authentication(&reading, listen: listen, keysFile: keysFile)
        threads = reading.number(.proxyThreads, absent: "one a processor", 1...256)
        usesIOUring = reading.flag(.proxyIOUring, default: true)
        let short = Duration.milliseconds(1) ... .seconds(3_600)
        // An application's own patience rules: the proxy's is far longer, so that it never is the one that gives up on
        // a slow answer, a quiet event stream or a silent tunnel.
        let long = Duration.milliseconds(1) ... .seconds(7 * 86_400)
        callerPatience = reading.duration(.proxyCallerPatience, default: .seconds(1), short)
        headTimeout = reading.duration(.proxyHeadTimeout, default: .seconds(30), short)
        dnsTimeout = reading.duration(.proxyDNSTimeout, default: .seconds(5), short)
        connectTimeout = reading.duration(.proxyConnectTimeout, default: .seconds(10), short)
        responseTimeout = reading.duration(.proxyResponseTimeout, default: .seconds(600), long)
        bodyTimeout = reading.duration(.proxyBodyTimeout, default: .seconds(600), long)
        clientIdleTimeout = reading.duration(.proxyClientIdleTimeout, default: .seconds(75), long)
        upstreamIdleTimeout = reading.duration(.proxyUpstreamIdleTimeout, default: .seconds(55), long)
        tunnelIdleTimeout = reading.duration(.proxyTunnelIdleTimeout, default: .seconds(3_600), long)
        drainTimeout = reading.duration(.proxyDrainTimeout, default: .seconds(10), short)
        maximumClients = reading.number(.proxyMaximumClients, default: 20_000, 1...1_000_000)
        maximumClientsPerAddress = reading.number(
            .proxyMaximumClientsPerAddress, absent: "half of max_clients; all on a loopback address", 1...1_000_000)
        maximumTunnels = reading.number(.proxyMaximumTunnels, default: 15_000, 1...1_000_000)
        maximumConnectionsPerDependency = reading.number(.proxyMaximumConnections, default: 1_024, 1...65_535)
        spoolMaximumBytes = reading.spoolBytes(.proxySpoolMaximumBytes)
        upstreams = reading.upstreams()
        names = reading.names()
    }
}

extension VenusConfiguration.Proxy {
    /// Keys are needed where there are some, and where other machines can reach the proxy: unless somebody says that
    /// they are not.
    private static func authentication(
        _ reading: inout ConfigurationReading, listen: ListenAddress, keysFile: String?
    ) -> Authentication {
        let fallback: Authentication = keysFile != nil || !listen.isLoopback ? .keys : .none
        let authentication = reading.choice(
            .proxyAuthentication, default: fallback, among: Authentication.allCases
        ) { $0.rawValue }
        let given = reading.text(.proxyAuthentication)
        switch authentication {
        case .keys where keysFile == nil:
            let make = "proxy.keys_file (`venus key create SERVICE --file FILE` makes one)"
            if let given {
                reading.fail(.proxyAuthentication, at: given.source, "there are no keys; name their file by \(make)")
            } else {
                reading.fail(
                    .proxyListen, at: reading.text(.proxyListen)?.source ?? .default,
                    "other machines can reach \(listen), so that callers need keys; name their file by \(make), or let "
                        + "everybody in by proxy.authentication: none")
            }
        case .none where keysFile != nil:
            reading.fail(
                .proxyAuthentication, at: given?.source ?? .default,
                "none lets everybody in, and proxy.keys_file is given as well; keep one of the two")
        case .keys, .none: break
        }
        return authentication
    }
}

extension VenusConfiguration.Policy {
    fileprivate init(_ reading: inout ConfigurationReading) {
        file = reading.path(.policyFile, absent: "(not set)")
        mode = reading.policyMode(.policyMode)
    }
}

extension VenusConfiguration.Stream {
    fileprivate init(_ reading: inout ConfigurationReading) {
        url = reading.url(.streamURL, .streamURLFile, absent: "the embedded journal under `data`", .redis)
        trustFile = reading.path(.streamTrustFile, absent: "(the system's)")
        if trustFile != nil, url?.isTLS != true {
            reading.fail(
                .streamTrustFile, at: reading.text(.streamTrustFile)?.source ?? .default,
                "it is for TLS, and stream.url asks for none; write rediss:// there, or leave the file out")
        }
        prefix = reading.text(.streamPrefix, default: "venus", maximumBytes: 100)
        // One process reads the embedded journal, so that more shards would only make more files.
        shards = reading.number(.streamShards, default: url == nil ? 1 : 4, 1...256)
        maximumEntries = reading.number(.streamMaximumEntries, default: 100_000, 100...100_000_000)
    }
}

extension VenusConfiguration.Server {
    fileprivate init(_ reading: inout ConfigurationReading) {
        listen = reading.listen(.serverListen, default: ListenAddress(host: "127.0.0.1", port: 2248))
        tls = reading.certificateFiles(.serverTLSCertificateFile, .serverTLSKeyFile)
        allowsPlainHTTP = reading.flag(.serverAllowPlainHTTP, default: false)
        secret = reading.secret(
            .serverSecret, .serverSecretFile, absent: "(not set: generated at the first start)")
        var fault: ConfigurationError?
        gitHub = Self.gitHub(&reading, fault: &fault)
        gitHubFault = fault
        publicURL = reading.publicURL(.serverPublicURL)
        dashboard = reading.path(.serverDashboard, absent: "beside the binary")
        allowedHosts = reading.names(.serverAllowedHosts)
        trustedProxies = reading.networks(.serverTrustedProxies)
        corsOrigins = reading.origins(.serverCORSOrigins)
        let lifetimes = Duration.seconds(60) ... .seconds(366 * 86_400)
        sessionLifetime = reading.duration(.serverSessionLifetime, default: .seconds(7 * 86_400), lifetimes)
        sessionIdleLifetime = reading.duration(.serverSessionIdleLifetime, default: .seconds(3 * 86_400), lifetimes)
    }
}
