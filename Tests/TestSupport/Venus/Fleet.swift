import Foundation
import Synchronization

/// Venus as a fleet runs it: `venus proxy`, `venus analyze` and `venus serve` as processes of their own on a real Redis
/// and a real PostgreSQL.
public final class Fleet: Sendable {
    public enum Role: String, Sendable, CaseIterable { case proxy, analyze, serve }

    public let redis: RedisServer
    public let databaseURL: String
    public let directory: TemporaryDirectory
    public let secret: String
    public let proxyPort: Int
    public let serverPort: Int
    public let service: String
    private let own: [String: String]
    private let processes = Mutex<[Role: ChildProcess]>([:])

    public init(
        service: String = "checkout", roles: [Role] = Role.allCases, redis: RedisServer? = nil, database: String? = nil,
        environment: [String: String] = [:]
    ) async throws {
        if let redis { self.redis = redis } else { self.redis = try await RedisServer() }
        if let database {
            databaseURL = database
        } else {
            databaseURL = try await PostgresServer.shared().makeDatabase()
        }
        directory = try TemporaryDirectory("venus-fleet")
        proxyPort = try freePort()
        serverPort = try freePort()
        secret = "secret-\(UInt64.random(in: .min ... .max))-of-this-test"
        self.service = service
        own = environment
        for role in roles { try await start(role) }
    }

    deinit { OwnedProcesses.end(markedBy: "VENUS_DATA=" + directory.path) }

    /// What a role, or a tool of ours, has to know.
    public func environment(of role: String) -> [String: String] {
        [
            "VENUS_STREAM_URL": redis.url, "VENUS_STORE_URL": databaseURL, "VENUS_DATA": directory.file(role),
            "VENUS_SERVICE": service, "VENUS_PROXY_LISTEN": "127.0.0.1:\(proxyPort)",
            "VENUS_SERVER_LISTEN": "127.0.0.1:\(serverPort)", "VENUS_SERVER_SECRET": secret,
        ].merging(own) { $1 }
    }

    /// Starts the role, again, and waits until it works.
    public func start(_ role: Role) async throws {
        let process = try VenusBinary.start(
            [role.rawValue], environment: environment(of: role.rawValue), directory: directory.path)
        processes.withLock { $0[role] = process }
        switch role {
        case .proxy:
            try await process.waitForLine("the proxy's address") {
                $0.contains("Proxy") && $0.contains(":\(proxyPort)")
            }
        case .analyze: try await process.waitForLine("the analyzer's line") { $0.contains("Analyzer  ") }
        case .serve:
            try await process.waitForLine("the server's address") {
                $0.contains("Server") && $0.contains(":\(serverPort)")
            }
        }
    }

    public func process(_ role: Role) -> ChildProcess { processes.withLock { $0[role]! } }  // init starts each.

    /// SIGKILL.
    public func kill(_ role: Role) async throws {
        process(role).signal(SIGKILL)
        try await process(role).waitForExit()
    }

    public func stop(_ role: Role) async throws -> ExitStatus {
        try await process(role).stop(SIGTERM, within: .seconds(30))
    }

    public func signIn() async throws -> VenusAPI {
        try await eventually(within: .seconds(20), "signing in") {
            try await VenusAPI(port: serverPort, secret: secret)
        }
    }

    /// The outputs of all roles, for messages.
    public var transcript: String { processes.withLock { $0.values.map(\.transcript).joined(separator: "\n") } }
}
