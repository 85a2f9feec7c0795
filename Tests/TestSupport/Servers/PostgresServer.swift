import Foundation
import Glibc
import Synchronization

/// A real PostgreSQL cluster on a free port of loopback, in a temporary directory; everyone on loopback is trusted.
///
/// Making one takes a second or two: tests share ``shared()`` and take a fresh database each; a test that stops its
/// server makes its own.
public final class PostgresServer: Sendable {
    public static let user = "venus"
    public let port: Int
    private let directory: TemporaryDirectory
    private let process = Mutex<ChildProcess?>(nil)
    private let databases = Atomic<Int>(0)
    private let binaries: String
    private let settings: [String]

    private static let sharedServer = Mutex<Task<PostgresServer, any Error>?>(nil)

    /// The cluster of this test process, started when first asked for, stopped when the process ends.
    public static func shared() async throws -> PostgresServer {
        try await sharedServer.withLock { server in
            let task = server ?? Task { try await PostgresServer() }
            server = task
            return task
        }.value
    }

    /// - Parameters:
    ///   - settings: of `postgresql.conf`, such as `ssl=on`; beside those that every server here has.
    ///   - files: PEM files that are copied into its data directory, by their names there.
    public init(settings: [String] = [], files: [String: String] = [:]) async throws {
        self.settings = settings
        directory = try TemporaryDirectory("venus-postgres")
        port = try freePort()
        binaries = try Self.findBinaries()
        let data = directory.file("data")
        if getuid() == 0 {
            // PostgreSQL refuses to run as root.
            guard let entry = getpwnam("postgres") else { throw TestFailure("there is no user postgres to run as") }
            chown(directory.path, entry.pointee.pw_uid, entry.pointee.pw_gid)
        }
        let command = unprivileged([
            binaries + "/initdb", "-D", data, "-U", Self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N",
        ])
        try await ChildProcess.run(command[0], Array(command.dropFirst()), directory: directory.path)
        for (name, path) in files {
            // Those who are not its owner's must not read its key.
            var command = unprivileged(["sh", "-c", "umask 077; cat > \"$0\"", data + "/" + name])
            let content = try String(contentsOfFile: path, encoding: .utf8)
            try await ChildProcess.run(command.removeFirst(), command, standardInput: content)
        }
        try await start()
    }

    /// Starts it on the same port and the same data.
    public func start() async throws {
        var command = unprivileged([binaries + "/postgres", "-D", directory.file("data"), "-p", "\(port)"])
        for setting in [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off",
            "max_connections=200", "shared_buffers=64MB", "autovacuum=off",
        ] + settings {
            command += ["-c", setting]
        }
        let started = try ChildProcess(
            command[0], Array(command.dropFirst()), directory: directory.path, endSignal: SIGQUIT)
        process.withLock { $0 = started }
        do {
            try await eventually(within: .seconds(30), poll: .milliseconds(50), "PostgreSQL") {
                if !started.isRunning { throw TestFailure("it ended") }
                return try await query("SELECT 1", database: "postgres") == [["1"]]
            }
        } catch { throw TestFailure("\(error)\n\(started.transcript)") }
    }

    /// Ends it, and every connection to it, in order.
    public func stop() async throws { try await current?.stop(SIGINT) }

    /// Ends it without a word to anyone (an "immediate" shutdown, as in a crash).
    public func crash() async throws { try await current?.stop(SIGQUIT) }

    /// SIGKILL, to the server alone: its other processes notice that it is gone.
    public func kill() async throws {
        // So that it makes no more of them.
        current?.signal(SIGSTOP)
        let others = children
        current?.signal(SIGKILL)
        try await current?.waitForExit()
        // As long as one of them lives, the server cannot start again.
        try await eventually(within: .seconds(20), "the end of the server's processes") {
            others.allSatisfy { Glibc.kill($0, 0) != 0 }
        }
    }

    /// SIGSTOP to all of its processes: connections stay, nothing is answered.
    public func pause() {
        // First the one that makes the others.
        current?.signal(SIGSTOP)
        for child in children { Glibc.kill(child, SIGSTOP) }
    }

    public func resume() {
        for child in children { Glibc.kill(child, SIGCONT) }
        current?.signal(SIGCONT)
    }

    public func restart() async throws {
        try await crash()
        try await start()
    }

    /// The URL of a new, empty database.
    public func makeDatabase() async throws -> String {
        let number = databases.add(1, ordering: .relaxed).newValue
        let name = "test_\(getpid())_\(number)"
        _ = try await query("CREATE DATABASE \(name)", database: "postgres")
        return url(database: name)
    }

    public func url(database: String) -> String { "postgres://\(Self.user)@127.0.0.1:\(port)/\(database)" }

    /// The rows of a statement's result, as text.
    @discardableResult
    public func query(_ statement: String, database: String) async throws -> [[String]] {
        try await Self.query(statement, url: url(database: database))
    }

    /// The rows of a statement's result, as text.
    @discardableResult
    public static func query(_ statement: String, url: String) async throws -> [[String]] {
        let output = try await ChildProcess.run(
            try findBinaries() + "/psql",
            ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
            within: .seconds(30))
        return output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private var current: ChildProcess? { process.withLock { $0 } }

    /// The processes that it has made: one a connection, and some for its own work.
    private var children: [pid_t] {
        guard let parent = current?.pid else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            // PID (NAME) STATE PARENT …
            let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == parent
        }
    }

    private func unprivileged(_ command: [String]) -> [String] {
        guard getuid() == 0 else { return command }
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + command
    }

    private static func findBinaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for version in versions.sorted(by: { (Int($0) ?? 0) > (Int($1) ?? 0) }) {
            let directory = "\(root)/\(version)/bin"
            if access(directory + "/postgres", X_OK) == 0 { return directory }
        }
        throw TestFailure("there is no PostgreSQL under \(root): install the package postgresql")
    }
}
