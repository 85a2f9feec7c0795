import VenusProxy

/// Two sessions back to back, without a socket: what one sends, the other receives.
final class SessionPair {
    let server: HTTP2Session
    let client: HTTP2Session
    var time = SteadyTime(microseconds: 1_000_000)
    /// Bytes that went from the server to the client.
    private(set) var bytesToClient = 0

    init(server: HTTP2Bounds = HTTP2Bounds(), client: HTTP2Bounds = HTTP2Bounds()) {
        self.server = HTTP2Session(.server, bounds: server)
        self.client = HTTP2Session(.client, bounds: client)
        settle()
    }

    /// Until neither has anything to say.
    func settle() {
        while true {
            let forth = client.output(at: time)
            if !forth.isEmpty { server.input(forth, at: time) }
            let back = server.output(at: time)
            bytesToClient += back.count
            if !back.isEmpty { client.input(back, at: time) }
            if forth.isEmpty && back.isEmpty { return }
        }
    }

    /// Writes a request on a stream of its own, and returns both ends.
    func request(_ text: String) -> (client: Int32, server: Int32?) {
        let key = client.open()
        _ = client.write(key, text, at: time)
        settle()
        return (key, server.nextOpened())
    }

    /// One exchange: the request as the server reads it, and the response as the client does.
    func exchange(_ request: String, _ response: String) -> (request: String, response: String)? {
        let (near, far) = self.request(request)
        guard let far else { return nil }
        let seen = server.text(far)
        _ = server.write(far, response, at: time)
        settle()
        return (seen, client.text(near))
    }
}

extension HTTP2Session {
    func input(_ bytes: [UInt8], at time: SteadyTime) {
        bytes.withUnsafeBufferPointer { receive($0, at: time) }
    }

    func output(at time: SteadyTime) -> [UInt8] {
        var all: [UInt8] = []
        // Less than a frame at a time.
        var part = [UInt8](repeating: 0, count: 5_000)
        while true {
            let count = part.withUnsafeMutableBufferPointer { send(into: $0, at: time) }
            if count == 0 { return all }
            all += part[..<count]
        }
    }

    @discardableResult
    func write(_ key: Int32, _ text: String, at time: SteadyTime) -> Acceptance {
        write(key, Array(text.utf8), at: time)
    }

    @discardableResult
    func write(_ key: Int32, _ bytes: [UInt8], at time: SteadyTime) -> Acceptance {
        bytes.withUnsafeBufferPointer { write(key, $0, at: time) }
    }

    /// What can be read at once, at most so much.
    func bytes(_ key: Int32, atMost limit: Int = .max) -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_000)
        while all.count < limit {
            let capacity = min(part.count, limit - all.count)
            let transfer = part.withUnsafeMutableBufferPointer { memory in
                read(key, into: memory.baseAddress!, capacity: capacity)
            }
            guard case .moved(let count) = transfer else { break }
            all += part[..<count]
        }
        return all
    }

    func text(_ key: Int32) -> String { String(decoding: bytes(key), as: UTF8.self) }

    /// A read of one byte, which is lost.
    func probe(_ key: Int32) -> HTTP2Transfer {
        var byte: UInt8 = 0
        return read(key, into: &byte, capacity: 1)
    }
}

/// Frames as bytes (RFC 9113, section 4.1), for peers that nghttp2 would not be.
enum RawFrame {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = frame(0x4, stream: 0)

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
        let length = payload.count
        var bytes: [UInt8] = [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(stream >> shift & 0xFF)) }
        return bytes + payload
    }

    /// HEADERS of a GET for https://a.test/, by the static table but for the authority (RFC 7541).
    static func get(_ stream: UInt32, flags: UInt8 = 0x5, more: [UInt8] = []) -> [UInt8] {
        frame(0x1, flags: flags, stream: stream, requestBlock + more)
    }

    static let requestBlock: [UInt8] = [0x82, 0x87, 0x84, 0x01, 0x06] + Array("a.test".utf8)

    /// A field that is not indexed, in a block.
    static func field(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    static func reset(_ stream: UInt32) -> [UInt8] { frame(0x3, stream: stream, [0, 0, 0, 8]) }

    /// The types and payloads of the frames in these bytes.
    static func read(_ bytes: [UInt8]) -> [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
        var frames: [(UInt8, UInt8, UInt32, [UInt8])] = []
        var place = 0
        while place + 9 <= bytes.count {
            let length = Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
            let stream = bytes[(place + 5)..<(place + 9)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let end = min(place + 9 + length, bytes.count)
            frames.append((bytes[place + 3], bytes[place + 4], stream, Array(bytes[(place + 9)..<end])))
            place = end
        }
        return frames
    }
}
