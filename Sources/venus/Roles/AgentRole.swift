import Foundation
import Logging
import ServiceLifecycle
import VenusCore
import VenusHost

/// Reads this machine until it is told to stop, and sends then what there is.
struct AgentRole: Service {
    private let agent: HostAgent
    private let lock: FileLock

    /// - Parameter rest: as ``HostAgent`` has it.
    init(
        _ configuration: VenusConfiguration, timing: AgentTiming, data: DataDirectory,
        destination: any ReadingsDestination, logger: Logger, rest: @escaping @Sendable () -> Void = {}
    ) throws {
        let settings = configuration.agent
        guard let lock = try FileLock(path: data.agentLockFile) else {
            throw CommandFailure("another agent keeps its readings in \(data.path); choose another directory by --data")
        }
        self.lock = lock
        var open: HostReading?
        let spool = try ReadingSpool(folder: data.readings, newProducer: Self.newProducer, open: &open)
        agent = HostAgent(
            identity: HostAgent.Identity(environment: configuration.environment, version: Version.current),
            timing: timing, reader: HostReader(root: settings.root, including: settings.inclusions), spool: spool,
            open: open, destination: destination, now: { Int64(Date().timeIntervalSince1970 * 1_000) },
            rest: rest, tell: { Self.log($0, logger) })
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await agent.run()
        } onGracefulShutdown: {
            agent.stop()
        }
        withExtendedLifetime(lock) {}
    }

    private static var newProducer: String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(UInt32.random(in: 0 ... .max, using: &generator), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func log(_ event: HostAgent.Event, _ logger: Logger) {
        switch event {
        case .reaches: logger.info("Readings of this host are taken")
        case .failed(let why):
            logger.warning("Readings of this host are not taken, and wait", metadata: ["error": "\(why)"])
        case .dropped(let why): logger.error("A minute of this host is left out", metadata: ["error": "\(why)"])
        case .cannotKeep: logger.error("Readings of this host cannot be kept on disk, and wait in memory")
        }
    }
}

extension VenusConfiguration.Agent {
    /// What this machine is called in the store: as configured, or else its own name, as the proxies call it.
    var hostName: String { host ?? Self.name(ProcessInfo.processInfo.hostName) }

    /// What no host may have in its name becomes `-`.
    private static func name(_ text: String) -> String {
        let name = String(
            text.unicodeScalars.prefix(255).map { scalar in
                scalar.value > 0x20 && scalar.value < 0x7F && scalar != "/" ? Character(scalar) : "-"
            })
        return name.isEmpty || name == "." || name == ".." ? "localhost" : name
    }
}
