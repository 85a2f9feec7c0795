import ArgumentParser
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals
import VenusCallLog

/// `venus proxy`: the sidecar on its own.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Runs the forward proxy that records every call.",
        discussion: """
            A second proxy with the same address takes over from the first, which finishes its calls once it is told to \
            stop: so a new version comes in without an interruption.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var proxy: ProxyOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var stream: StreamOptions

    /// Set by `venus up`: take over from the proxy that an earlier `venus up` left behind in this data directory.
    @Flag(name: .customLong("take-over"), help: .hidden)
    var takesOver = false

    func run() async throws {
        let configuration = try common.load(
            service.flags.merging(proxy.flags) { $1 }.merging(policy.flags) { $1 }.merging(stream.flags) { $1 })
        let logger = configuration.startLogging("proxy")
        let data = try DataDirectory(configuration.data)
        let role = try ProxyRole(
            configuration, service: configuration.serviceName,
            callLog: try configuration.openCallLog(data, logger: logger),
            data: data, keys: try configuration.openKeys(logger: logger),
            policy: try configuration.openPolicy(logger: logger), logger: logger)
        let address = try role.start()
        // Its result is the lock, which is ours until the process ends.
        let limit = ProxyRole.stopLimit(configuration)
        let lock =
            takesOver
            ? Task { try await TakeOver.proxy(lockFile: data.proxyLockFile, patience: limit, logger: logger) } : nil
        try await runServices([role, ReadyLine(text: "Proxy  http://\(address)")], within: limit, logger: logger)
        _ = try await lock?.value
    }
}

/// Runs services until SIGINT or SIGTERM, or until one of them ends; they stop in reverse order. Throws what one failed
/// with. `limit`: how long they may take to stop.
func runServices(_ services: [any Service], within limit: Duration = .seconds(25), logger: Logger) async throws {
    var configuration = ServiceGroupConfiguration(
        services: services.map {
            .init(
                service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
    configuration.maximumGracefulShutdownDuration = limit
    try await ServiceGroup(configuration: configuration).run()
}
