import Foundation
import Synchronization

/// A minimal WebSocket client (RFC 6455) on a raw socket: masked text frames out, text out of whatever frames come in,
/// pings answered. What comes is kept, at most 10,000 messages.
public final class WebSocketClient: Sendable {
    /// The response to the upgrade: 101, or why not.
    public let response: HTTPResponse
    private let connection: TCPConnection
    private let check: (@Sendable (JSONValue) throws -> Void)?
    private let incoming = Mutex(Incoming())

    private struct Incoming {
        var messages: [String] = []
        var taken = 0
        var closeCode: Int?
        var ended = false
    }

    // The key and its answer from RFC 6455, section 1.3.
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// Connects and asks for the upgrade. A refusal is no error: see ``response``.
    ///
    /// - Parameter check: throws at a message that is not as it should be; whoever takes that message gets the error.
    public init(
        host: String = "127.0.0.1", port: Int, path: String, subprotocols: [String] = [],
        fields: [(String, String)] = [], check: (@Sendable (JSONValue) throws -> Void)? = nil
    ) async throws {
        self.check = check
        var request = "GET \(path) HTTP/1.1\r\nhost: \(host):\(port)\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
        request += "sec-websocket-version: 13\r\nsec-websocket-key: \(Self.key)\r\n"
        if !subprotocols.isEmpty { request += "sec-websocket-protocol: \(subprotocols.joined(separator: ", "))\r\n" }
        for (name, value) in fields { request += "\(name): \(value)\r\n" }
        let client = try HTTPClient(host: host, port: port)
        connection = client.connection
        response = try await client.raw(Array((request + "\r\n").utf8))
        guard response.status == 101 else { return }
        guard response["sec-websocket-accept"] == Self.accept else { throw TestFailure("a wrong Sec-WebSocket-Accept") }
        Socket.setTimeout(connection.descriptor, .zero)
        startThread { [weak self, connection] in
            while let self, self.readMessage(from: connection) {}
        }
    }

    deinit { shutdown(connection.descriptor, Int32(SHUT_RDWR)) }

    public func close() { shutdown(connection.descriptor, Int32(SHUT_RDWR)) }

    /// The code that the other side closed with, once it has.
    public var closeCode: Int? { incoming.withLock { $0.closeCode } }
    public var isOpen: Bool { response.status == 101 && incoming.withLock { !$0.ended } }

    public func send(_ text: String) throws { try sendFrame(opcode: 1, Array(text.utf8)) }

    /// The next message that nobody has taken.
    public func next(within limit: Duration = .seconds(10)) async throws -> String {
        let text = try await take(within: limit)
        if let check { try check(try JSONValue(text)) }
        return text
    }

    private func take(within limit: Duration) async throws -> String {
        try await eventually(within: limit, poll: .milliseconds(5), "a WebSocket message") {
            try incoming.withLock { incoming -> String? in
                guard incoming.taken < incoming.messages.count else {
                    if incoming.ended { throw TestFailure("the socket was closed (\(incoming.closeCode ?? 0))") }
                    return nil
                }
                incoming.taken += 1
                return incoming.messages[incoming.taken - 1]
            }
        }
    }

    /// Takes messages until one matches, and returns it.
    public func next(
        within limit: Duration = .seconds(10), _ what: String = "the WebSocket message",
        where matches: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let deadline = ContinuousClock.now + limit
        var last: String?
        while ContinuousClock.now < deadline {
            guard let text = try? await take(within: deadline - .now) else { break }
            last = text
            let value = try JSONValue(text)
            try check?(value)
            if matches(value) { return value }
        }
        throw TestFailure("\(what) did not come within \(limit); last: \(last?.prefix(3_000) ?? "nothing")")
    }

    private func sendFrame(opcode: UInt8, _ payload: [UInt8]) throws {
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65_536: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        default: frame += [0x80 | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        frame += mask
        for (index, byte) in payload.enumerated() { frame.append(byte ^ mask[index & 3]) }
        try connection.write(frame)
    }

    private func readMessage(from connection: TCPConnection) -> Bool {
        do {
            var payload: [UInt8] = []
            while true {
                let head = try exactly(2, connection)
                var length = Int(head[1] & 0x7f)
                if head[1] & 0x80 != 0 { throw TestFailure("a masked frame from a server") }
                if length == 126 { length = try exactly(2, connection).reduce(0) { $0 << 8 | Int($1) } }
                if length == 127 { length = try exactly(8, connection).reduce(0) { $0 << 8 | Int($1) } }
                guard length < 64 << 20 else { throw TestFailure("a frame of \(length) bytes") }
                let body = try exactly(length, connection)
                switch head[0] & 0x0f {
                case 0, 1, 2:
                    payload += body
                    guard head[0] & 0x80 != 0 else { continue }
                    let text = String(decoding: payload, as: UTF8.self)
                    incoming.withLock { if $0.messages.count < 10_000 { $0.messages.append(text) } }
                    return true
                case 8:
                    let code = body.count >= 2 ? Int(body[0]) << 8 | Int(body[1]) : 1005
                    incoming.withLock { $0.closeCode = code }
                    try sendFrame(opcode: 8, Array(body.prefix(2)))
                    throw TestFailure("closed")
                case 9: try sendFrame(opcode: 10, body)
                default: break
                }
            }
        } catch {
            incoming.withLock { $0.ended = true }
            return false
        }
    }

    private func exactly(_ count: Int, _ connection: TCPConnection) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        let got = try connection.read(exactly: count) { bytes.append(contentsOf: $0) }
        guard got == count else { throw TestFailure("the socket ended") }
        return bytes
    }
}
