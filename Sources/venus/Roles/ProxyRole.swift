import Foundation
import Glibc
import Logging
import ServiceLifecycle
import VenusCallLog
import VenusCore
import VenusProxy

/// A proxy and the shipper of what it records: started together, stopped in the order that loses nothing.
final class ProxyRole: Service {
    /// How long calls in flight may take to end once we are told to stop.
    static let drainLimit = Duration.seconds(10)
    /// How long the last blocks may take to reach the call log.
    static let flushLimit = Duration.seconds(5)

    private let server: ProxyServer
    private let shipper: CallShipper
    private let callLog: any CallLog
    private let logger: Logger

    init(
        _ configuration: VenusConfiguration, service: String, callLog: any CallLog, data: DataDirectory, logger: Logger,
        adjust: (inout ProxyConfiguration) -> Void = { _ in }
    ) throws {
        self.callLog = callLog
        self.logger = logger
        let producer = Producer(
            id: Self.randomID(), environment: configuration.environment, service: service,
            instance: configuration.instance, host: ProcessInfo.processInfo.hostName)
        shipper = CallShipper(
            producer: producer, callLog: callLog,
            configuration: CallShipperConfiguration(stateDirectory: data.producers, version: Version.current),
            logger: logger)
        var proxy = configuration.proxyConfiguration
        adjust(&proxy)
        server = ProxyServer(configuration: proxy, shipper: shipper, logger: logger)
    }

    /// Binds the listeners and begins to forward.
    func start() throws -> BoundAddress { try server.start() }

    /// Ships until a graceful shutdown; then finishes the calls in flight and appends the last blocks.
    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.shipper.run() }
            try? await gracefulShutdown()
            await server.shutDown(within: Self.drainLimit)
            await shipper.finish(within: Self.flushLimit)
            group.cancelAll()
        }
        await callLog.close()
    }

    /// 96 random bits: unique among all runs of all proxies.
    private static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in String(format: "%08x", UInt32.random(in: .min ... .max, using: &generator)) }.joined()
    }
}
