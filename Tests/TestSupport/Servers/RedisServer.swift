import Foundation
import Synchronization

/// A real `redis-server` on a free port of loopback, in a temporary directory, on an append-only file, so that what it
/// acknowledged survives a kill.
public final class RedisServer: Sendable {
    public let port: Int
    public let password: String?
    /// Where it speaks TLS, and nothing else.
    public let tls: ServerCertificate?
    private let options: [String]
    private let directory: TemporaryDirectory
    private let fsync: String
    private let process = Mutex<ChildProcess?>(nil)

    /// - Parameters:
    ///   - tls: its certificate, where it speaks TLS, and nothing else.
    ///   - fsync: Redis' `appendfsync`.
    ///   - options: what else `redis-server` is told.
    public init(
        password: String? = nil, tls: ServerCertificate? = nil, fsync: String = "everysec", options: [String] = []
    ) async throws {
        directory = try TemporaryDirectory("venus-redis")
        port = try freePort()
        self.password = password
        self.tls = tls
        self.fsync = fsync
        self.options = options
        try await start()
    }

    public var url: String { "redis\(tls == nil ? "" : "s")://\(password.map { ":\($0)@" } ?? "")\(address)" }
    public var address: String { "127.0.0.1:\(port)" }

    /// Starts it on the same port and the same data.
    public func start() async throws {
        var arguments = [
            "--bind", "127.0.0.1", "--dir", directory.path, "--save", "",
            "--appendonly", "yes", "--appendfsync", fsync, "--daemonize", "no",
        ]
        if let tls {
            arguments += [
                "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", tls.certificate, "--tls-key-file", tls.key,
                "--tls-ca-cert-file", tls.authority, "--tls-auth-clients", "no",
            ]
        } else {
            arguments += ["--port", "\(port)"]
        }
        arguments += options
        if let password { arguments += ["--requirepass", password] }
        let started = try ChildProcess("redis-server", arguments, directory: directory.path, endSignal: SIGKILL)
        process.withLock { $0 = started }
        do {
            try await eventually(within: .seconds(15), "redis-server") {
                if !started.isRunning { throw TestFailure(started.transcript) }
                return try await cli("PING").hasPrefix("PONG")
            }
        } catch { throw TestFailure("\(error)\n\(started.transcript)") }
    }

    /// Ends it as an operator would.
    public func stop() async throws { try await current?.stop(SIGTERM) }

    /// SIGKILL.
    public func kill() async throws {
        current?.signal(SIGKILL)
        try await current?.waitForExit()
    }

    /// Kills it, and starts it again on the same data.
    public func restart() async throws {
        try await kill()
        try await start()
    }

    /// SIGSTOP: connections stay, nothing is answered.
    public func pause() { current?.signal(SIGSTOP) }
    public func resume() { current?.signal(SIGCONT) }

    /// What `redis-cli` prints for the command.
    @discardableResult
    public func cli(_ arguments: String...) async throws -> String { try await cli(arguments) }

    @discardableResult
    public func cli(_ arguments: [String]) async throws -> String {
        let environment = password.map { ["REDISCLI_AUTH": $0] } ?? [:]
        return try await ChildProcess.run(
            "redis-cli",
            ["-h", "127.0.0.1", "-p", "\(port)"] + (tls == nil ? [] : ["--tls", "--insecure"]) + arguments,
            environment: environment, within: .seconds(15))
    }

    private var current: ChildProcess? { process.withLock { $0 } }
}
