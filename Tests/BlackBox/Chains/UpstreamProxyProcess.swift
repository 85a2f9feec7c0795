import Foundation
import TestSupport

/// A proxy of somebody else that ours calls through.
final class UpstreamProxyProcess: Sendable {
    let port: Int
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    private init(
        _ program: String, start: (_ path: String, _ port: Int, TemporaryDirectory) throws -> ChildProcess
    ) async throws {
        let path = "/usr/bin/" + program
        // A missing program is a failure, not a reason to test less.
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestFailure("\(program) is not installed: apt-get install \(program)")
        }
        port = try freePort()
        directory = try TemporaryDirectory("venus-\(program)")
        process = try start(path, port, directory)
        do {
            try await eventually(within: .seconds(15), program) {
                if !process.isRunning { throw TestFailure("it ended") }
                try TCPConnection(port: port).close()
                return true
            }
        } catch { throw TestFailure("\(error)\n\(process.transcript)") }
    }

    var authority: String { "127.0.0.1:\(port)" }

    func stop() async throws { try await process.stop(SIGKILL) }

    /// An HTTP proxy, with a user name and password if they are given.
    static func tinyproxy(user: String? = nil, password: String = "") async throws -> UpstreamProxyProcess {
        try await UpstreamProxyProcess("tinyproxy") { path, port, directory in
            let authentication = user.map { "BasicAuth \($0) \(password)\n" } ?? ""
            let configuration = """
                Port \(port)
                Listen 127.0.0.1
                Timeout 60
                MaxClients 50
                LogLevel Error
                \(authentication)
                """
            return try ChildProcess(path, ["-d", "-c", directory.write(configuration, to: "tinyproxy.conf")])
        }
    }

    /// A SOCKS5 proxy.
    static func microsocks(user: String? = nil, password: String = "") async throws -> UpstreamProxyProcess {
        try await UpstreamProxyProcess("microsocks") { path, port, _ in
            let authentication = user.map { ["-u", $0, "-P", password] } ?? []
            return try ChildProcess(path, ["-i", "127.0.0.1", "-p", "\(port)"] + authentication)
        }
    }
}
