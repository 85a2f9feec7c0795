import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import VenusAnalysis
import VenusServer
import VenusStore

/// A server of its own on a free port, with a SQLite store in a temporary directory and an in-process feed.
final class RunningServer: Sendable {
    let server: Server
    let store: SQLiteStore
    let feed: InProcessFeed
    let port: Int
    let secret: String
    let log: CapturedLog
    /// To write alerts with, where the server does not evaluate them.
    let alertsLease: Lease?
    /// `nil`: the store is another server's.
    let directory: TemporaryDirectory?
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    private static let cheapSecret = "the tests' own secret"

    /// - Parameters:
    ///   - sharing: whose store it is; `nil`: its own.
    ///   - evaluatesAlerts: otherwise the test does that: see ``alertsLease``.
    init(
        generatesSecret: Bool = false, sharing: RunningServer? = nil, evaluatesAlerts: Bool = true,
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) async throws {
        log = CapturedLog()
        let logger = log.logger
        if let sharing {
            directory = nil
            store = sharing.store
        } else {
            let directory = try TemporaryDirectory()
            self.directory = directory
            store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: logger)
        }
        if evaluatesAlerts {
            alertsLease = nil
        } else {
            // For longer than any test, and before the server asks for it.
            alertsLease = try await store.acquireLease(Lease.alerts, owner: "the test", duration: .seconds(3_600))
        }
        feed = InProcessFeed()
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.shutdownLimit = .seconds(3)
        configure(&configuration)
        server = try Server(configuration: configuration, store: store, feed: feed, logger: logger)
        if !generatesSecret, sharing == nil {
            // Hashed at a fraction of the cost: most tests only want to get in.
            let hash = try SecretHash(secret: Self.cheapSecret, costExponent: 10)
            try await store.setSetting(AdministratorSecret.settingName, to: hash.text, ifAbsent: false)
        }
        secret = try await server.prepare().generatedSecret ?? Self.cheapSecret
        group = ServiceGroup(services: [server], logger: logger)
        let group = group
        task = Task { try await group.run() }
        port = try await server.address.port
    }

    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
        if directory != nil { await store.close() }
    }

    // MARK: Asking

    var host: (String, String) { ("host", "127.0.0.1:\(port)") }
    var origin: (String, String) { ("origin", "http://127.0.0.1:\(port)") }

    func bearer(_ token: String) -> (String, String) { ("authorization", "Bearer \(token)") }

    func request(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], body: String? = nil
    ) async throws -> HTTPResponse {
        let client = try HTTPClient(port: port)
        defer { client.close() }
        let hasHost = fields.contains { $0.0 == "host" }
        let response = try await client.request(
            method, target, (hasHost ? [] : [host]) + fields, body: body.map { Array($0.utf8) }, keep: 1 << 24)
        // Every answer of every test is as it is described.
        if let fault = try Self.checker.get().fault(method, target, response) {
            throw TestFailure("\(method) \(target) is not as openapi.json has it: \(fault)")
        }
        return response
    }

    private static let checker = Result { try SchemaChecker() }
    private static let liveChecker = Result { try SchemaChecker(AsyncAPI.document) }

    func login(_ body: String, _ fields: [(String, String)] = []) async throws -> HTTPResponse {
        try await request("POST", "/api/v1/login", [("content-type", "application/json")] + fields, body: body)
    }

    /// A session's token.
    func signIn() async throws -> String {
        let response = try await login("{\"secret\":\"\(secret)\"}")
        guard let token = try JSONValue(response.text)["token"].string else {
            throw TestFailure("sign-in: \(response.status) \(response.text)")
        }
        return token
    }

    func get(_ target: String, token: String) async throws -> JSONValue {
        let response = try await request("GET", target, [bearer(token)])
        guard response.status == 200 else { throw TestFailure("\(target): \(response.status) \(response.text)") }
        return try JSONValue(response.text)
    }

    func live(token: String) async throws -> WebSocketClient {
        let client = try await WebSocketClient(
            port: port, path: "/api/v1/live", subprotocols: ["venus.v1", "bearer.\(token)"],
            // Every message of every test is as it is described.
            check: { message in
                if let fault = try Self.liveChecker.get().fault(message) {
                    throw TestFailure("a message is not as asyncapi.json has it: \(fault)")
                }
            })
        guard client.response.status == 101 else { throw TestFailure("live: \(client.response.status)") }
        return client
    }
}

/// Runs `body` with a server that is stopped afterwards.
func withServer(
    generatesSecret: Bool = false, evaluatesAlerts: Bool = true,
    configure: (inout ServerConfiguration) -> Void = { _ in }, _ body: (RunningServer) async throws -> Void
) async throws {
    let server = try await RunningServer(
        generatesSecret: generatesSecret, evaluatesAlerts: evaluatesAlerts, configure: configure)
    do { try await body(server) } catch {
        try? await server.stop()
        throw error
    }
    try await server.stop()
}
