import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import VenusAnalysis
import VenusCallLog
import VenusHost
import VenusServer
import VenusStore

/// `venus up`: every role on this machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Runs every role on this machine.",
        discussion: """
            With nothing configured, the stream is a journal and the store is SQLite, both in the data directory. The \
            proxy is a process of its own: it goes on when the rest is stopped hard, and the next `venus up` takes over \
            from it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var proxy: ProxyOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var stream: StreamOptions
    @OptionGroup var store: StoreOptions

    @Flag(name: .customLong("no-host"), help: "Do not read this machine's own metrics.")
    var readsNoHost = false

    func run() async throws {
        let configuration = try common.load(
            [service.flags, proxy.flags, policy.flags, server.flags, stream.flags, store.flags, hostFlags].reduce(
                into: [:]) {
                    $0.merge($1) { $1 }
                })
        try configuration.checkServing()
        var settings = configuration.serverConfiguration
        settings.hostsBucket = try configuration.hostsBucket()
        let logger = configuration.startLogging("up")
        let data = try DataDirectory(configuration.data)
        let lock = try data.lock()
        // Before the proxy starts, which needs it.
        try configuration.prepareAuthority(data, logger: logger)
        let opened = try await configuration.openStore(data, logger: logger)
        let callLog = try configuration.openCallLog(data, logger: logger)
        let feed = InProcessFeed()
        let analyzer = Analyzer(
            callLog: callLog, store: opened, feed: feed, configuration: configuration.analyzerConfiguration,
            logger: logger)
        let server = try Server(
            configuration: settings, store: opened, feed: feed, logger: logger)
        let start = try await server.prepare()
        let agent = configuration.agent.isEnabled ? try Self.agent(configuration, data, opened, logger) : nil
        let supervisor = ProxySupervisor(
            arguments: proxyArguments(configuration), environment: Self.proxyEnvironment(configuration), logger: logger)
        let proxyAddress = try await supervisor.start()
        let announcement = Announcement(
            server: server, access: data.access, certificateFile: configuration.server.tls?.certificate
        ) { server in
            Banner(
                data: data.path, proxy: proxyAddress, signInLink: try await server.makeSignInLink(),
                secret: start.generatedSecret, program: CommandLine.arguments[0]
            ).text
        }
        // They stop in reverse order: first the proxy flushes, then the analyzer counts what it flushed.
        var services: [any Service] = [server, announcement, analyzer, supervisor]
        if let agent { services.append(agent) }
        try await runServices(
            services, within: ProxyRole.stopLimit(configuration) + .seconds(5),
            logger: logger)
        try? FileManager.default.removeItem(atPath: data.access)
        await callLog.close()
        await opened.close()
        withExtendedLifetime(lock) {}
    }

    /// Reads this machine.
    private static func agent(
        _ configuration: VenusConfiguration, _ data: DataDirectory, _ store: any ServerStore, _ logger: Logger
    ) throws -> AgentRole {
        try AgentRole(
            configuration, timing: configuration.agent.ownTiming, data: data,
            destination: StoreDestination(store: store, host: configuration.agent.hostName), logger: logger)
    }

    private var hostFlags: [String: String?] { readsNoHost ? ["agent.enabled": "false"] : [:] }

    /// The proxy's own command line: the flags that concern it, as we were given them.
    private func proxyArguments(_ configuration: VenusConfiguration) -> [String] {
        var arguments = [Self.executable, "proxy", "--take-over", "--data", configuration.data]
        let flags = [
            ("--config", common.config), ("--environment", common.environment), ("--log-level", common.logLevel),
            ("--log-format", common.logFormat), ("--service", service.service), ("--proxy-listen", proxy.listen),
            ("--proxy-keys-file", proxy.keysFile), ("--stream-url", stream.streamURL),
            ("--policy-file", policy.file), ("--policy-mode", policy.mode),
        ]
        for (name, value) in flags {
            if let value { arguments += [name, value] }
        }
        return arguments
    }

    /// Of variables that are none of the proxy's business. Families go as a whole: half of one may be a mistake.
    private static let othersPrefixes = [
        "VENUS_SERVER_SECRET", "VENUS_ALERTS_", "VENUS_GITHUB_", "VENUS_AGENT_", "VENUS_HOSTS_", "VENUS_S3_", "AWS_",
    ]

    /// Our variables without secrets of others. The proxy knows where the server listens, so that no call leads there.
    private static func proxyEnvironment(_ configuration: VenusConfiguration) -> [String: String] {
        ProcessInfo.processInfo.environment
            .filter { variable, _ in !Self.othersPrefixes.contains { variable.hasPrefix($0) } }
            .merging([ConfigurationKey.serverListen.variable: "\(configuration.server.listen)"]) { $1 }
    }

    private static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
