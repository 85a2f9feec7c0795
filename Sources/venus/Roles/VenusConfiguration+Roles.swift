import ArgumentParser
import Foundation
import Logging
import VenusAnalysis
import VenusProxy
import VenusServer

/// What each role is told.
extension VenusConfiguration {
    /// OTel's name for a service that nobody named.
    var serviceName: String { service ?? Self.unknownService }

    var proxyConfiguration: ProxyConfiguration {
        var result = ProxyConfiguration()
        result.host = proxy.listen.host
        result.port = proxy.listen.port
        result.ownServers = [BoundAddress(host: server.listen.host, port: server.listen.port)]
        if let threads = proxy.threads { result.loops = threads }
        result.usesRing = proxy.usesIOUring
        result.callerPatience = proxy.callerPatience
        result.headTimeout = proxy.headTimeout
        result.dnsTimeout = proxy.dnsTimeout
        result.connectTimeout = proxy.connectTimeout
        result.responseTimeout = proxy.responseTimeout
        result.bodyTimeout = proxy.bodyTimeout
        result.clientIdleTimeout = proxy.clientIdleTimeout
        result.upstreamIdleTimeout = proxy.upstreamIdleTimeout
        result.tunnelIdleTimeout = proxy.tunnelIdleTimeout
        result.maximumClients = proxy.maximumClients
        result.maximumClientsPerAddress = proxy.maximumClientsPerAddress
        result.maximumTunnels = proxy.maximumTunnels
        result.maximumConnectionsPerDependency = proxy.maximumConnectionsPerDependency
        result.upstreams = proxy.upstreams
        result.names = proxy.names
        return result
    }

    var analyzerConfiguration: AnalyzerConfiguration {
        var result = AnalyzerConfiguration()
        result.retention = store.retention
        return result
    }

    var serverConfiguration: ServerConfiguration {
        var result = ServerConfiguration()
        result.retention = store.retention
        result.host = server.listen.host
        result.port = Int(server.listen.port)
        result.tls = server.tls
        result.gitHub = server.gitHub
        result.gitHub?.proxy = InheritedProxies.webProxy(from: ProcessInfo.processInfo.environment)
        result.alerting = alertingConfiguration
        result.handsOutProgram = true
        result.secret = server.secret?.text
        result.dashboardDirectory = server.dashboard ?? Self.installedDashboard
        result.publicURL = server.publicURL
        result.allowedHosts = server.allowedHosts
        result.trustedProxies = server.trustedProxies
        result.corsOrigins = server.corsOrigins
        result.sessionLifetime = server.sessionLifetime
        result.sessionIdleLifetime = server.sessionIdleLifetime
        result.pins = { [path = data + "/pins"] in
            let now = Int64(Date().timeIntervalSince1970)
            return try PinsFile(path: path).read().filter { now < $0.value.expires }.map { host, pin in
                ListedPin(host: host.host, client: host.client, learned: pin.learned, expires: pin.expires)
            }
        }
        return result
    }

    /// `share/venus/dashboard` beside the folder that the program is in; `nil` where there is none.
    private static var installedDashboard: String? {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let directory = program.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("share/venus/dashboard").path
        return FileManager.default.fileExists(atPath: directory + "/index.html") ? directory : nil
    }
}

extension VenusConfiguration {
    /// Ends a command that would serve, or says how that would go, where the server must not be started so.
    func checkServing() throws {
        if let refusal = refusalToServe { try refuse(refusal) }
    }

    /// Ends a command for which the configuration will not do.
    func refuse(_ error: ConfigurationError) throws -> Never {
        printError("\(ConfigurationErrors([error]))")
        throw ExitCode.configuration
    }

    /// Sets up logging as configured; once in the life of the process. Returns the logger of a role.
    func startLogging(_ label: String) -> Logger {
        _ = VenusLogHandler.bootstrap(log)
        return Logger(label: label)
    }
}
