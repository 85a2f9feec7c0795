import Foundation
import Glibc
import Logging
import ServiceLifecycle
import VenusCallLog
import VenusCore
import VenusProxy

/// A proxy and the shippers of what it records: started together, stopped in the order that loses nothing.
final class ProxyRole: Service {
    /// How long the last blocks may take to reach the call log.
    static let flushLimit = Duration.seconds(5)

    /// Bytes of blocks that may wait for the call log, of all services together.
    static let maximumQueuedBytes = 64 << 20

    /// How long a stop takes at most: calls in flight end, the last blocks reach the call log, and a little more.
    static func stopLimit(_ configuration: VenusConfiguration) -> Duration {
        configuration.proxy.drainTimeout + flushLimit + .seconds(5)
    }

    private let server: ProxyServer
    private let shippers: CallShippers
    private let callLog: any CallLog
    private let spool: Spool?
    private let keys: KeysFileWatch?
    private let interception: VenusProxy.Interception?
    private let policy: PolicyFileWatch?
    private let logger: Logger
    /// How long calls in flight may take to end once we are told to stop.
    private let drainLimit: Duration

    /// - Parameters:
    ///   - keys: those of the services that may use the proxy; `nil`: everybody may, as `service`.
    ///   - policy: who may call what; `nil`: everybody everything, but for what is always denied.
    init(
        _ configuration: VenusConfiguration, service: String, callLog: any CallLog, data: DataDirectory,
        keys: KeysFileWatch? = nil, policy: PolicyFileWatch? = nil, logger: Logger,
        adjust: (inout ProxyConfiguration) -> Void = { _ in }
    ) throws {
        self.callLog = callLog
        self.keys = keys
        interception = try configuration.openInterception(data, logger: logger)
        self.policy = policy
        self.logger = logger
        drainLimit = configuration.proxy.drainTimeout
        let spool = configuration.makeSpool(data, logger: logger)
        self.spool = spool
        let room = QueueRoom(bytes: Self.maximumQueuedBytes)
        let (standing, pins) = (policy?.standing ?? PolicyStanding(), interception?.pins)
        let makeShipper = { @Sendable [configuration] (service: String, isOwn: Bool) in
            var shipping = CallShipperConfiguration(stateDirectory: data.producers, version: Version.current)
            shipping.maximumQueuedBytes = Self.maximumQueuedBytes
            shipping.closesLeftProducers = isOwn
            let producer = Producer(
                id: Self.randomID(), environment: configuration.environment, service: service,
                instance: configuration.instance, host: ProcessInfo.processInfo.hostName)
            let startedAt = Int64(Date().timeIntervalSince1970 * 1_000)
            return CallShipper(
                producer: producer, callLog: callLog, configuration: shipping, spool: spool, room: room,
                logger: logger
            ) {
                // The pins are the process's, and told once.
                let told = isOwn ? pins?.reported : nil
                return ProxyReport(
                    startedAt: startedAt, policy: standing.report, pins: told?.pins ?? [], pinCount: told?.count ?? 0,
                    announced: isOwn ? configuration.announce : [])
            }
        }
        shippers = CallShippers(own: makeShipper(service, true)) { makeShipper($0, false) }
        var proxy = configuration.proxyConfiguration
        adjust(&proxy)
        server = ProxyServer(
            configuration: proxy, shippers: shippers, keys: keys?.keys,
            policy: policy?.policy ?? EgressPolicy(), interception: interception, logger: logger)
    }

    /// Binds the listeners and begins to forward.
    func start() throws -> BoundAddress { try server.start() }

    /// Ships until a graceful shutdown; then finishes the calls in flight and appends the last blocks.
    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.shippers.run() }
            ProcessMemory.releaseStartUpPages()
            if let interception { group.addTask { await interception.pins.run() } }
            if let keys { group.addTask { await keys.run { self.server.replaceKeys($0) } } }
            if let policy { group.addTask { await policy.run { self.server.replacePolicy($0) } } }
            try? await gracefulShutdown()
            await server.shutDown(within: drainLimit)
            await shippers.finish(within: Self.flushLimit)
            group.cancelAll()
        }
        await callLog.close()
        await spool?.close()
    }

    /// 96 random bits: unique among all runs of all proxies.
    private static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in String(format: "%08x", UInt32.random(in: .min ... .max, using: &generator)) }.joined()
    }
}
