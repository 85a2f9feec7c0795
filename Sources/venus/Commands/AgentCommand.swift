import ArgumentParser
import Foundation
import VenusHost
import VenusProxy
import VenusServer

/// `venus agent`: reads this machine for a server elsewhere.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Reads this machine's metrics, and sends them to a server.",
        discussion: """
            It reads every 10 s and sends every minute; while the server is away, minutes wait in the data directory, for \
            a day. Its key has the scope hosts:write and nothing else: `venus host add` makes one, and prints the line that \
            starts the agent. Where the server cannot be reached, --publish names a bucket that it reads (hosts.bucket). \
            `venus up` reads its own machine by itself.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "The server, such as https://venus.example.com.")
    var server: String?

    @Option(
        help: ArgumentHelp(
            "A bucket instead of a server, such as s3://metrics/venus, that the server reads.", valueName: "bucket"))
    var publish: String?

    @Option(
        name: .customLong("key-file"),
        help: ArgumentHelp("The file that holds the key. (default: VENUS_AGENT_KEY)", valueName: "file"))
    var keyFile: String?

    @Option(
        name: .customLong("trust-file"),
        help: ArgumentHelp(
            "Certificates of the only authorities that the server's may come from, in PEM. (default: the system's)",
            valueName: "file"))
    var trustFile: String?

    @Option(help: "What this host is called. (default: its name)")
    var host: String?

    @Option(
        help: ArgumentHelp("Where the machine's root is seen, such as /host in a container.", valueName: "directory"))
    var root: String?

    func run() async throws {
        let configuration = try common.load([
            "agent.server": server, "agent.publish": publish, "agent.key_file": keyFile, "agent.trust_file": trustFile,
            "agent.host": host,
            "agent.root": root,
        ])
        let settings = configuration.agent
        let (destination, place) = try Self.destination(configuration)
        let logger = configuration.startLogging("agent")
        let data = try DataDirectory(configuration.data)
        // An agent does little, on a machine that is there for something else: it keeps nothing that it does not need.
        let role = try AgentRole(
            configuration, timing: settings.timing, data: data, destination: destination, logger: logger,
            rest: { ProcessMemory.releaseAll() })
        ProcessMemory.releaseAll()
        try await runServices(
            [role, ReadyLine(text: "Agent  \(settings.hostName) to \(place)")], within: .seconds(35), logger: logger)
    }

    /// Where readings go, and how that is called.
    private static func destination(
        _ configuration: VenusConfiguration
    ) throws -> (any ReadingsDestination, place: String) {
        let settings = configuration.agent
        if let bucket = settings.publish {
            if let server = settings.server {
                throw CommandFailure(
                    "readings go one way only, and both \(bucket) (agent.publish) and \(server) (agent.server) are named; "
                        + "keep one of the two")
            }
            let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }
            let objects = S3Client(bucket, configuration: try configuration.storage(of: bucket), now: now)
            return (BucketDestination(bucket, objects: objects, host: settings.hostName, now: now), "\(bucket)")
        }
        guard let server = settings.server else {
            throw CommandFailure(
                "where to? Name the server by --server or agent.server (VENUS_AGENT_SERVER), or a bucket by agent.publish"
            )
        }
        guard let key = settings.key else {
            throw CommandFailure(
                "the agent needs a key: `venus host add` at the server makes one; name its file by --key-file or "
                    + "agent.key_file, or set VENUS_AGENT_KEY")
        }
        let trust: WebTrust = settings.trustFile.map { .authorities(file: $0) } ?? .system
        do { try trust.check() } catch {
            throw CommandFailure("\(error); agent.trust_file names a file with authorities in PEM")
        }
        let destination = ServerDestination(server, trust: trust, host: settings.hostName, key: key)
        return (destination, "\(server)")
    }
}
