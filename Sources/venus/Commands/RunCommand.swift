import ArgumentParser
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals
import VenusCallLog
import VenusCore
import VenusProxy

/// `venus run`: a sidecar for the life of a command.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a command with a proxy of its own that records the command's calls.",
        usage: "venus run [--service <service>] [<options>] [--] <command> [<argument> ...]",
        discussion: """
            The command finds the proxy by HTTP_PROXY, HTTPS_PROXY and ALL_PROXY (both cases), NODE_USE_ENV_PROXY and \
            JAVA_TOOL_OPTIONS. Local addresses are not bypassed, except by Go programs, which do so by themselves. A \
            program that ignores these variables (some HTTP libraries must be told to use them: aiohttp by \
            trust_env=True, Node before 22.21 by an agent) goes around Venus and is not seen: give it the address \
            from HTTP_PROXY in its own configuration.

            With interception on (interception.hosts), the command is told to trust the certificate authority as well: \
            SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS and the like name a bundle of the \
            system's authorities and ours. `docker run` and `podman run` hand all of this on to the container, which \
            shares the machine's network unless it is told otherwise.

            Where these variables name another proxy already, it becomes the upstream proxy of this one, behind those of \
            proxy.upstreams, and NO_PROXY says which calls go around it.

            Exits with the command's status; 128 + the signal's number where a signal ended it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var stream: StreamOptions

    @Flag(help: "Print the calls' summary at the end, also where `venus up` counts them.")
    var summary = false

    @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
    var command: [String] = []

    func validate() throws {
        // What stands before the command is ours, though the parser leaves it to the command.
        if let first = command.first, first != "--", first.hasPrefix("-") {
            if first == "--help" || first == "-h" { throw CleanExit.helpRequest(self) }
            throw ValidationError("Unknown option '\(first)'")
        }
        guard !commandLine.isEmpty else {
            throw ValidationError(
                "Missing the command to run, such as: venus run --service checkout -- curl http://example.com/")
        }
    }

    private var commandLine: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

    func run() async throws {
        var configuration = try common.load(
            service.flags.merging(policy.flags) { $1 }.merging(stream.flags) { $1 })
        // The command speaks on standard error; of ours, only what went wrong is worth a line there.
        if common.logLevel == nil { configuration.log.level = .warning }
        let logger = configuration.startLogging("run")
        let data = try DataDirectory(configuration.data)
        try configuration.prepareAuthority(data, logger: logger)
        let tally = TallyingCallLog(try configuration.openCallLog(data, logger: logger))
        let name = configuration.service ?? Self.serviceName(of: commandLine[0])
        let inherited = InheritedProxies.routes(from: ProcessInfo.processInfo.environment)
        for line in inherited.leftOut { printError("venus: \(line)") }
        let role = try ProxyRole(
            configuration, service: name, callLog: tally, data: data,
            policy: try configuration.openPolicy(logger: logger), logger: logger
        ) { proxy in
            proxy.upstreams.rules += inherited.routes.rules
            proxy.upstreams.direct += inherited.routes.direct
            proxy.host = "127.0.0.1"
            proxy.port = 0
            proxy.loops = 1
        }
        let address = try role.start()
        // Before the command starts: none of its signals may end us instead.
        let signals = await UnixSignalsSequence(
            trapping: .sigint, .sigquit, .sigterm, .sighup, .sigusr1, .sigusr2)
        let variables = ProcessInfo.processInfo.environment
        let proxied = ProxyEnvironment.applied(to: variables, host: address.host, port: Int(address.port))
        let trust = configuration.interception.isOn ? try await Self.trust(data, variables) : nil
        let container = ContainerCommand(commandLine)
        let child: ChildProcess
        do {
            child = try ChildProcess(
                container?.arguments(before: variables, proxied: proxied, trust: trust) ?? commandLine,
                environment: trust?.applied(to: proxied) ?? proxied)
        } catch let error as ChildProcess.SpawnError {
            printError("venus: \(error)")
            throw ExitCode(error.code == ENOENT ? 127 : 126)
        }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: role)], gracefulShutdownSignals: [], logger: logger))
        let exit = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await group.run() }
            tasks.addTask { await Self.pass(signals, to: child) }
            let exit = await child.wait()
            await group.triggerGracefulShutdown()
            await tasks.next()
            tasks.cancelAll()
            return exit
        }
        let isCountedElsewhere = configuration.stream.url != nil || data.isAnalysed
        if summary || !isCountedElsewhere { for line in tally.summary(service: name) { printError(line) } }
        throw ExitCode(exit.shellStatus)
    }

    /// What the command is to trust.
    private static func trust(_ data: DataDirectory, _ variables: [String: String]) async throws -> TrustFiles {
        do {
            return try await TrustFiles(data.authority.read(), directory: data.trust, variables: variables)
        } catch let error as CertificateError {
            throw CommandFailure("cannot intercept: \(error)")
        }
    }

    /// Passes on the signals that are meant for the command. Those of the terminal reach it without us.
    private static func pass(_ signals: UnixSignalsSequence, to child: ChildProcess) async {
        for await signal in signals {
            let isFromTerminal = (signal == .sigint || signal == .sigquit) && tcgetpgrp(STDIN_FILENO) == getpgrp()
            if !isFromTerminal { child.send(signal.number) }
        }
    }

    /// `/usr/bin/python3.11` → `python3.11`
    private static func serviceName(of program: String) -> String {
        program.split(separator: "/").last.map(String.init) ?? program
    }
}

extension UnixSignal {
    fileprivate var number: Int32 {
        switch self {
        case .sigint: SIGINT
        case .sigquit: SIGQUIT
        case .sighup: SIGHUP
        case .sigusr1: SIGUSR1
        case .sigusr2: SIGUSR2
        default: SIGTERM
        }
    }
}
