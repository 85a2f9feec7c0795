import Foundation

/// The server's API, as a signed-in program uses it.
public struct VenusAPI: Sendable {
    public let port: Int
    public let token: String

    public init(port: Int, token: String) {
        self.port = port
        self.token = token
    }

    /// Signs in.
    public init(port: Int, secret: String) async throws {
        let response = try await Self.login(port: port, body: "{\"secret\":\"\(secret)\"}")
        guard response.status == 200, let token = try JSONValue(response.text)["token"].string else {
            throw TestFailure("signing in: \(response.status) \(response.text)")
        }
        self.init(port: port, token: token)
    }

    public static func login(port: Int, body: String) async throws -> HTTPResponse {
        try await HTTPClient(port: port).request(
            "POST", "/api/v1/login", [("host", "127.0.0.1:\(port)"), ("content-type", "application/json")],
            body: Array(body.utf8))
    }

    /// The answer to `GET /api/v1` + `path`.
    public func get(_ path: String) async throws -> JSONValue {
        let response = try await HTTPClient(port: port).request(
            "GET", "/api/v1" + path, [("host", "127.0.0.1:\(port)"), ("authorization", "Bearer \(token)")],
            keep: 64 << 20)
        guard response.status == 200 else { throw TestFailure("GET \(path): \(response.status) \(response.text)") }
        return try JSONValue(response.text)
    }

    /// A request that changes something; the answer's JSON.
    @discardableResult
    public func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSONValue {
        let type = body.map { _ in [("content-type", "application/json")] } ?? []
        let response = try await HTTPClient(port: port).request(
            method, "/api/v1" + path, [("host", "127.0.0.1:\(port)"), ("authorization", "Bearer \(token)")] + type,
            body: body.map { Array($0.utf8) })
        guard (200...299).contains(response.status) else {
            throw TestFailure("\(method) \(path): \(response.status) \(response.text)")
        }
        return response.text.isEmpty ? .null : try JSONValue(response.text)
    }

    public func graph(window: String = "5m") async throws -> JSONValue { try await get("/graph?window=\(window)") }

    /// The edge's object in the graph, once it is there.
    public func edge(_ service: String, _ dependency: String, window: String = "5m") async throws -> JSONValue? {
        try await graph(window: window).edge(service, dependency)
    }

    /// A live socket, signed in by its subprotocol.
    public func live(subscribingTo topics: [String] = [], window: String = "5m") async throws -> WebSocketClient {
        let socket = try await WebSocketClient(
            port: port, path: "/api/v1/live", subprotocols: ["venus.v1", "bearer.\(token)"])
        guard socket.response.status == 101 else {
            throw TestFailure("the live socket: \(socket.response.status) \(socket.response.text)")
        }
        for topic in topics {
            try socket.send("{\"type\":\"subscribe\",\"topic\":\"\(topic)\",\"filter\":{\"window\":\"\(window)\"}}")
        }
        return socket
    }
}

extension JSONValue {
    /// In a graph: the edge between these names, whatever environment stands before them in its ids.
    public func edge(_ service: String, _ dependency: String) -> JSONValue? {
        let ids = { (kind: String, name: String) in
            Set(
                self["nodes"].array.filter { $0["kind"].string == kind && $0["name"].string == name }.compactMap {
                    $0["id"].string
                })
        }
        let (sources, targets) = (ids("service", service), ids("dependency", dependency))
        return self["edges"].array.first {
            sources.contains($0["source"].string ?? "") && targets.contains($0["target"].string ?? "")
        }
    }
}
