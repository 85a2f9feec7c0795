import Foundation

/// A minimal HTTP/1.1 client on a raw socket, for talking to a proxy or a server exactly as a test wants to. One
/// connection, kept alive; for one task at a time.
public final class HTTPClient: Sendable {
    public let connection: TCPConnection

    /// How a request's body is framed.
    public enum Framing: Sendable { case contentLength, chunked }

    /// Connects, from `source` if it is given; blocks for as long as that takes, which on loopback is nothing.
    public init(
        host: String = "127.0.0.1", port: Int, from source: String? = nil, timeout: Duration = .seconds(30)
    ) throws {
        connection = try TCPConnection(host: host, port: port, from: source, timeout: timeout)
    }

    public func close() { connection.close() }

    public func get(_ target: String, _ fields: [(String, String)] = []) async throws -> HTTPResponse {
        try await request("GET", target, fields)
    }

    /// Sends a request and reads its response.
    ///
    /// - Parameters:
    ///   - target: the request target as it is to stand there: absolute (`http://…`) through a proxy, or a path.
    ///   - bodySize: so many bytes of ``BodyPattern`` as its body.
    ///   - body: or these bytes.
    ///   - keep: how much of the response's body is kept.
    public func request(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], bodySize: Int? = nil,
        body: [UInt8]? = nil, framing: Framing = .contentLength, keep: Int = 65_536
    ) async throws -> HTTPResponse {
        try await blocking { [self] in
            try send(method, target, fields, bodySize: bodySize, body: body, framing: framing)
            return try receive(method: method, keep: keep)
        }
    }

    /// Opens a tunnel; the connection is the tunnel afterwards when the status is 200.
    public func connect(_ authority: String) async throws -> HTTPResponse {
        try await request("CONNECT", authority)
    }

    /// Writes bytes as they are, and reads one response.
    public func raw(_ bytes: [UInt8]) async throws -> HTTPResponse {
        try await blocking { [self] in
            try connection.write(bytes)
            return try receive(method: "GET", keep: 65_536)
        }
    }

    /// Reads until the other side closes; everything that came.
    public func readToEnd() async throws -> [UInt8] {
        try await blocking { [self] in
            var all: [UInt8] = []
            while true {
                let bytes = try connection.read()
                if bytes.isEmpty { return all }
                all += bytes
            }
        }
    }

    /// Like ``request(_:_:_:bodySize:body:framing:keep:)``, on the calling thread.
    func send(
        _ method: String, _ target: String, _ fields: [(String, String)], bodySize: Int?, body: [UInt8]?,
        framing: Framing
    ) throws {
        var head = "\(method) \(target) HTTP/1.1\r\n"
        if !fields.contains(where: { $0.0.lowercased() == "host" }) {
            head += "host: \(Self.authority(of: target))\r\n"
        }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let size = body?.count ?? bodySize
        if let size { head += framing == .chunked ? "transfer-encoding: chunked\r\n" : "content-length: \(size)\r\n" }
        try connection.write(head + "\r\n")
        guard let size else { return }
        let write = { (piece: UnsafeRawBufferPointer) in
            if framing == .chunked { try self.connection.write(String(piece.count, radix: 16) + "\r\n") }
            try self.connection.write(piece)
            if framing == .chunked { try self.connection.write("\r\n") }
        }
        if let body {
            if !body.isEmpty { try body.withUnsafeBytes(write) }
        } else {
            try BodyPattern.forEachPiece(of: size, piece: framing == .chunked ? 30_011 : 65_536, write)
        }
        if framing == .chunked { try connection.write("0\r\n\r\n") }
    }

    func receive(method: String, keep: Int) throws -> HTTPResponse {
        while true {
            guard let bytes = try connection.read(upTo: "\r\n\r\n") else {
                throw TestFailure("the connection was closed before a response")
            }
            guard let head = HTTPHead(bytes), let status = head.status else {
                throw TestFailure("no response head: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
            }
            if (100..<200).contains(status) && status != 101 { continue }
            var checksum = Checksum()
            var body: [UInt8] = []
            let bodiless =
                method == "HEAD" || status == 101 || status == 204 || status == 304
                || (method == "CONNECT" && status == 200)
            if !bodiless {
                try BodyReader(connection).read(head, isResponse: true) { piece in
                    checksum.update(piece)
                    if body.count < keep { body.append(contentsOf: piece.prefix(keep - body.count)) }
                }
            }
            return HTTPResponse(
                head: head, status: status, body: body, bodyLength: checksum.length, bodyChecksum: checksum.value)
        }
    }

    private static func authority(of target: String) -> String {
        guard let scheme = target.range(of: "://") else { return target.hasPrefix("/") ? "127.0.0.1" : target }
        return String(target[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }
}
