import TestSupport

/// A WebSocket client that reads only when it is told to.
final class RawWebSocket: Sendable {
    private let connection: TCPConnection

    init(port: Int, token: String) async throws {
        let connection = try TCPConnection(port: port)
        self.connection = connection
        // The few threads of the concurrency runtime serve the server, too: none of them may wait for it.
        try await blocking {
            try connection.write(
                "GET /api/v1/live HTTP/1.1\r\nhost: 127.0.0.1:\(port)\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                    + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "authorization: Bearer \(token)\r\n\r\n")
            guard let head = try connection.read(upTo: "\r\n\r\n"),
                String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 101 ")
            else { throw TestFailure("no upgrade") }
        }
    }

    /// A masked text frame; its mask is zero.
    func send(_ text: String) throws { try send(opcode: 1, Array(text.utf8)) }

    func send(opcode: UInt8, isFinal: Bool = true, isMasked: Bool = true, _ payload: [UInt8]) throws {
        var frame: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        frame +=
            payload.count < 126
            ? [mask | UInt8(payload.count)] : [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        try connection.write(frame + (isMasked ? [0, 0, 0, 0] : []) + payload)
    }

    /// The next frame's opcode and payload.
    func frame() async throws -> (opcode: UInt8, payload: [UInt8]) {
        try await blocking { [connection] in
            let exactly = { (count: Int) in
                var bytes: [UInt8] = []
                guard try connection.read(exactly: count, { bytes.append(contentsOf: $0) }) == count else {
                    throw TestFailure("the socket ended")
                }
                return bytes
            }
            let head = try exactly(2)
            var length = Int(head[1] & 0x7f)
            if length >= 126 { length = try exactly(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
            return (head[0] & 0x0f, try exactly(length))
        }
    }

    /// The next text message.
    func message() async throws -> JSONValue {
        while true {
            let (opcode, payload) = try await frame()
            if opcode == 1 { return try JSONValue(String(decoding: payload, as: UTF8.self)) }
        }
    }

    /// The next text message that holds data.
    func next() async throws -> JSONValue {
        while true {
            let value = try await message()
            if !value["data"].isNull { return value }
        }
    }

    /// The code that the server closes with.
    func closeCode() async throws -> Int {
        while true {
            let (opcode, payload) = try await frame()
            if opcode == 8 { return payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1_005 }
        }
    }
}
