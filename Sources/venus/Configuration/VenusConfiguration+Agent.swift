package import VenusHost
package import VenusServer
import VenusStore

extension VenusConfiguration {
    /// How this machine is read, and where its readings go.
    package struct Agent: Sendable {
        /// Whether `venus up` reads its own machine.
        package var isEnabled: Bool
        /// `nil`: nobody named it, and only `venus up` reads.
        package var server: WebAddress?
        /// The bucket that readings are put into, instead of being sent to a server.
        package var publish: BucketAddress?
        package var key: Secret?
        /// Certificates of the only authorities that the server's may come from; `nil`: those that the system trusts.
        package var trustFile: String?
        /// What this machine is called; `nil`: its own name.
        package var host: String?
        package var timing: AgentTiming
        /// Of the machine that `venus up` reads: what is at hand is told with each reading, unless it is configured
        /// otherwise.
        package var ownTiming: AgentTiming
        /// What is read besides what is read anyway.
        package var inclusions: HostInclusions
        /// Where the machine's root is seen.
        package var root: String
    }
}

extension VenusConfiguration.Agent {
    init(_ reading: inout ConfigurationReading) {
        isEnabled = reading.flag(.agentEnabled, default: true)
        let allowsPlainHTTP = reading.flag(.agentAllowPlainHTTP, default: false)
        server = reading.value(
            .agentServer, absent: "(not set)",
            expected: "http:// or https:// with a host, for example https://venus.example.com",
            show: \.description, parse: { WebAddress($0) })
        if let server, !server.isSecure, !server.isLoopback, !allowsPlainHTTP {
            reading.fail(
                .agentServer, at: reading.text(.agentServer)?.source ?? .default,
                "the key would cross the network in the clear; use https://, or say that it may by "
                    + "agent.allow_plain_http: true")
        }
        publish = reading.bucket(.agentPublish)
        key = reading.secret(.agentKey, .agentKeyFile, absent: "(not set)")
        trustFile = reading.path(.agentTrustFile, absent: "(the system's)")
        host = reading.value(
            .agentHost, absent: "(this machine's name)",
            expected: "1 to 255 printable ASCII characters without blanks and slashes", show: { $0 },
            parse: { KnownHost.isName($0) ? $0 : nil })
        let interval = reading.duration(
            .agentReadInterval, default: .seconds(10), .seconds(1) ... .seconds(60))
        let publish = reading.duration(
            .agentPublishInterval, default: .seconds(60), .seconds(1) ... .seconds(3_600))
        timing = AgentTiming(read: interval.wholeMilliseconds, publish: publish.wholeMilliseconds)
        let isPublishConfigured = reading.text(.agentPublishInterval) != nil
        ownTiming = isPublishConfigured ? timing : AgentTiming(read: timing.read, publish: timing.read)
        inclusions = HostInclusions(
            interfaces: reading.hostNames(
                .agentIncludeInterfaces, expected: "names of interfaces, also with a * at the end, as in [docker0, wg*]"
            ) { name in
                // As the kernel bounds them.
                name.utf8.count <= 15 && !name.contains("/") && !name.dropLast().contains("*")
            },
            fileSystemTypes: Set(
                reading.hostNames(
                    .agentIncludeFileSystems, expected: "types as in /proc/filesystems, for example [tmpfs, nfs4]"
                ) { name in
                    name.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
                }))
        root = reading.path(.agentRoot, absent: "/") ?? "/"
    }
}

extension ConfigurationReading {
    private static let maximumInclusions = 100

    fileprivate mutating func hostNames(
        _ key: ConfigurationKey, expected: String, _ isName: (String) -> Bool
    ) -> [String] {
        value(
            key, default: [], expected: "at most \(Self.maximumInclusions) \(expected)",
            show: { $0.isEmpty ? "none" : $0.joined(separator: ", ") },
            parse: { text in
                let names = text.split(separator: ",").map { String($0).trimmed }
                let areNames = names.allSatisfy { name in
                    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && isName(name)
                }
                return names.count <= Self.maximumInclusions && areNames ? names : nil
            })
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
