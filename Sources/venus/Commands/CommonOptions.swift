import ArgumentParser
import Foundation
import Logging

/// What every command takes. A flag comes before a `VENUS_…` variable, that before the file, that before the default.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The configuration, YAML; `config/venus.yaml` is the commented example.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where this machine's Venus keeps its files.", valueName: "directory"))
    var data: String?

    @Option(help: "The environment that the calls belong to, such as production.")
    var environment: String?

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Option(name: .customLong("log-format"), help: "text or json.")
    var logFormat: String?

    /// How the commands call the keys, for errors.
    private static let flagNames = [
        "log.level": "--log-level", "log.format": "--log-format", "proxy.listen": "--proxy-listen",
        "proxy.keys_file": "--proxy-keys-file", "policy.file": "--policy-file", "policy.mode": "--policy-mode",
        "server.listen": "--server-listen", "stream.url": "--stream-url", "store.url": "--store-url",
    ]

    /// The configuration from flags, variables, file and defaults. Prints every error that there is and exits with 78.
    func load(_ flags: [String: String?] = [:]) throws -> VenusConfiguration {
        var set = ["data": data, "environment": environment, "log.level": logLevel, "log.format": logFormat]
        set.merge(flags) { _, flag in flag }
        do {
            return try VenusConfiguration.load(
                flags: set.compactMapValues { $0 }, flagNames: Self.flagNames, configFile: config,
                environment: ProcessInfo.processInfo.environment)
        } catch {
            printError("\(error)")
            throw ExitCode.configuration
        }
    }
}

/// Where the stream of calls is.
struct StreamOptions: ParsableArguments {
    @Option(
        name: .customLong("stream-url"), help: "Redis, such as redis://127.0.0.1:6379. (default: the embedded journal)")
    var streamURL: String?

    var flags: [String: String?] { ["stream.url": streamURL] }
}

/// Where the rollups are.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store-url"),
        help: "PostgreSQL, such as postgres://venus@127.0.0.1/venus. (default: the embedded store)")
    var storeURL: String?

    var flags: [String: String?] { ["store.url": storeURL] }
}

struct ServiceOptions: ParsableArguments {
    @Option(help: "The service whose calls these are.")
    var service: String?

    var flags: [String: String?] { ["service": service] }
}

struct ProxyOptions: ParsableArguments {
    @Option(name: .customLong("proxy-listen"), help: "Where the proxy listens. (default: 127.0.0.1:2247)")
    var listen: String?

    @Option(
        name: .customLong("proxy-keys-file"),
        help: ArgumentHelp("The keys of the services that may use the proxy; see `venus key`.", valueName: "file"))
    var keysFile: String?

    var flags: [String: String?] { ["proxy.listen": listen, "proxy.keys_file": keysFile] }
}

/// Who may call what.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: .customLong("policy-file"),
        help: ArgumentHelp("The egress policy: who may call what; see `venus policy`.", valueName: "file"))
    var file: String?

    @Option(name: .customLong("policy-mode"), help: "enforce or report. (default: as the file says)")
    var mode: String?

    var flags: [String: String?] { ["policy.file": file, "policy.mode": mode] }
}

struct ServerOptions: ParsableArguments {
    @Option(name: .customLong("server-listen"), help: "Where the server listens. (default: 127.0.0.1:2248)")
    var listen: String?

    var flags: [String: String?] { ["server.listen": listen] }
}
