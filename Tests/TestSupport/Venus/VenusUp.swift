import Foundation
public import Glibc
import Synchronization

/// `venus up` in an empty directory: every role on this machine, embedded; signed in.
public final class VenusUp: Sendable {
    public let directory: TemporaryDirectory
    public let secret: String
    public let proxyPort: Int
    public let serverPort: Int
    private let environment: [String: String]
    private let arguments: [String]
    private let wrapper: [String]
    private let current: Mutex<ChildProcess?>

    /// Starts it and waits until it has printed its addresses and answers.
    ///
    /// - Parameter wrapper: a command that becomes the one that follows it.
    public init(
        arguments: [String] = [], environment own: [String: String] = [:], wrapper: [String] = []
    ) async throws {
        directory = try TemporaryDirectory("venus-up")
        proxyPort = try freePort()
        serverPort = try freePort()
        secret = "secret-\(UInt64.random(in: .min ... .max))-of-this-test"
        self.arguments = arguments
        self.wrapper = wrapper
        environment = [
            "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(proxyPort)",
            "VENUS_SERVER_LISTEN": "127.0.0.1:\(serverPort)", "VENUS_SERVER_SECRET": secret,
            "VENUS_SERVER_DASHBOARD": VenusBinary.packageRoot + "/Sources/VenusServer/Dashboard/web",
        ].merging(own) { $1 }
        current = Mutex(nil)
        try await start()
    }

    deinit { OwnedProcesses.end(markedBy: "VENUS_DATA=" + directory.file("data")) }

    public var process: ChildProcess { current.withLock { $0! } }  // Set by init, or init has thrown.

    /// The processes that work on its data: the main one, the proxy, and a `venus run` beside them.
    public var ownedProcesses: [pid_t] { OwnedProcesses.ids(markedBy: "VENUS_DATA=" + directory.file("data")) }

    /// The id of its proxy's process.
    public var proxyProcess: pid_t? {
        ownedProcesses.first { $0 != process.pid && OwnedProcesses.commandLine($0).dropFirst().first == "proxy" }
    }

    /// Starts it, again, on the same ports and data.
    public func start() async throws {
        let process = try VenusBinary.start(
            ["up"] + arguments, environment: environment, directory: directory.path, wrapper: wrapper)
        current.withLock { $0 = process }
        try await process.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(proxyPort)") }
        try await process.waitForLine("the dashboard's address") {
            $0.contains("Dashboard") && $0.contains(":\(serverPort)/sign-in#")
        }
        do {
            try await eventually(within: .seconds(20), "the server of venus up") {
                if !process.isRunning { throw TestFailure("it ended") }
                return try await HTTPClient(port: serverPort).get("/readyz").status == 200
            }
        } catch { throw TestFailure("\(error)\n\(process.transcript)") }
    }

    /// Asks it to end, and waits.
    @discardableResult
    public func stop() async throws -> ExitStatus { try await process.stop(SIGTERM, within: .seconds(30)) }

    public func signIn() async throws -> VenusAPI { try await VenusAPI(port: serverPort, secret: secret) }

    /// The one-time token of the printed sign-in link.
    public var signInToken: String? {
        process.standardOutput.lines.first { $0.contains("/sign-in#") }?
            .components(separatedBy: "/sign-in#").last?.trimmingCharacters(in: .whitespaces)
    }

    /// Runs `venus run --service NAME -- COMMAND…` beside it, on its data.
    public func run(
        service: String, _ command: [String], options: [String] = [], environment own: [String: String] = [:],
        standardInput: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess.Output {
        try await VenusBinary.output(
            ["run", "--service", service] + options + ["--"] + command,
            environment: runEnvironment.merging(own) { $1 }, directory: directory.path, standardInput: standardInput,
            within: limit)
    }

    /// What points another command of ours at its data.
    public var runEnvironment: [String: String] { ["VENUS_DATA": directory.file("data")] }
}
