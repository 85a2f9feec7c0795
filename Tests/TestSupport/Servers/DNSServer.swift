import Foundation
import Synchronization

/// A name server on loopback, by UDP and TCP on one port, that answers as a test says and counts what it is asked.
public final class DNSServer: Sendable {
    public enum Answer: Sendable {
        /// Addresses, of which those of the kind that was asked for are sent, each good for so many seconds.
        case addresses([String], seconds: UInt32 = 60)
        /// The name is another name of one that has these addresses.
        case alias(String, [String], seconds: UInt32 = 60)
        /// A code of RFC 1035, section 4.1.1: 2 the server failed, 3 there is no such name, 5 refused.
        case code(UInt8)
        /// By UDP nothing but that it does not fit; by TCP these addresses.
        case byStream([String])
        /// Bytes behind the header and the question, which count as one record.
        case bytes([UInt8])
        /// Nothing at all.
        case silence
    }

    public struct Question: Sendable {
        /// Lower case, without the dot at the end.
        public var name: String
        public var isIPv6: Bool
        public var isByStream: Bool
        /// How often this name was asked for by that kind before.
        public var earlier: Int
    }

    public let port: Int
    private let datagrams: Int32
    private let listener: Int32
    private let asked = Mutex<[String: Int]>([:])
    private let script: @Sendable (Question) -> Answer

    /// - Parameter script: may be called on several threads.
    public init(_ script: @escaping @Sendable (Question) -> Answer) throws {
        self.script = script
        let (listener, datagrams, port) = try Self.sockets()
        (self.listener, self.datagrams, self.port) = (listener, datagrams, port)
        startThread { [weak self] in
            while Self.takeDatagram(datagrams, { self?.answer($0, isByStream: false) }) {}
            close(datagrams)
        }
        startThread { [weak self] in
            while true {
                let accepted = Glibc.accept(listener, nil, nil)
                if accepted < 0 { break }
                Self.takeStream(TCPConnection(accepted: accepted)) { self?.answer($0, isByStream: true) }
            }
            close(listener)
        }
    }

    /// A listener and a datagram socket on one port, of which others may have one half: then on another.
    private static func sockets(attempts: Int = 20) throws -> (listener: Int32, datagrams: Int32, port: Int) {
        let (listener, port) = try Socket.listen(host: "127.0.0.1", port: 0)
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if datagrams >= 0, Socket.bind(datagrams, host: "127.0.0.1", port: port) { return (listener, datagrams, port) }
        let failure = systemFailure("a datagram socket on port \(port)")
        close(listener)
        if datagrams >= 0 { close(datagrams) }
        guard attempts > 1 else { throw failure }
        return try sockets(attempts: attempts - 1)
    }

    // Shutting down wakes the threads, which close.
    deinit {
        shutdown(datagrams, Int32(SHUT_RDWR))
        shutdown(listener, Int32(SHUT_RDWR))
    }

    public var authority: String { "127.0.0.1:\(port)" }

    /// How often a name was asked for, by both kinds together.
    public func questions(_ name: String) -> Int {
        asked.withLock { asked in (asked[name + " 4"] ?? 0) + (asked[name + " 6"] ?? 0) }
    }

    /// `false` once the socket is gone.
    private static func takeDatagram(_ descriptor: Int32, _ answer: ([UInt8]) -> [UInt8]?) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var sender = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                guard count > 0 else { return count < 0 && errno == ECONNREFUSED }
                if let answer = answer(Array(buffer[..<count])) {
                    sendto(descriptor, answer, answer.count, Int32(MSG_NOSIGNAL), address, length)
                }
                return true
            }
        }
    }

    private static func takeStream(_ connection: TCPConnection, _ answer: ([UInt8]) -> [UInt8]?) {
        defer { connection.close() }
        var bytes: [UInt8] = []
        while let some = try? connection.read(), !some.isEmpty {
            bytes += some
            guard bytes.count >= 2, bytes.count >= 2 + Int(bytes[0]) << 8 + Int(bytes[1]) else { continue }
            guard let answer = answer(Array(bytes[2...])) else { return }
            try? connection.write([UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer)
            return
        }
    }

    private func answer(_ message: [UInt8], isByStream: Bool) -> [UInt8]? {
        guard message.count > 16 else { return nil }
        var labels: [String] = []
        var place = 12
        while place < message.count, message[place] != 0, place + Int(message[place]) < message.count {
            let end = place + 1 + Int(message[place])
            labels.append(String(decoding: message[(place + 1)..<end], as: UTF8.self))
            place = end
        }
        guard place + 5 <= message.count else { return nil }
        let question = Array(message[12..<(place + 5)])
        let isIPv6 = message[place + 2] == 28
        let name = labels.joined(separator: ".").lowercased()
        let earlier = asked.withLock { asked in
            defer { asked[name + (isIPv6 ? " 6" : " 4"), default: 0] += 1 }
            return asked[name + (isIPv6 ? " 6" : " 4")] ?? 0
        }
        let asked = Question(name: name, isIPv6: isIPv6, isByStream: isByStream, earlier: earlier)
        func reply(_ records: [[UInt8]], code: UInt8 = 0, truncated: Bool = false) -> [UInt8] {
            let counts: [UInt8] = [0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
            return Array(message[..<2]) + [truncated ? 0x83 : 0x81, 0x80 | code] + counts + question
                + records.flatMap(\.self)
        }
        switch script(asked) {
        case .addresses(let texts, let seconds):
            return reply(Self.records(texts, isIPv6: isIPv6, seconds: seconds, owner: [0xC0, 12]))
        case .alias(let other, let texts, let seconds):
            let owner = Self.encoded(other)
            let alias = [0xC0, 12] + Self.head(5, seconds: seconds, length: owner.count) + owner
            return reply([alias] + Self.records(texts, isIPv6: isIPv6, seconds: seconds, owner: owner))
        case .code(let code): return reply([], code: code)
        case .byStream(let texts):
            guard isByStream else { return reply([], truncated: true) }
            return reply(Self.records(texts, isIPv6: isIPv6, seconds: 60, owner: [0xC0, 12]))
        case .bytes(let bytes): return reply([bytes])
        case .silence: return nil
        }
    }

    private static func encoded(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func head(_ type: UInt8, seconds: UInt32, length: Int) -> [UInt8] {
        [0, type, 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * UInt32($0))) }
            + [UInt8(length >> 8), UInt8(length & 0xFF)]
    }

    private static func records(_ texts: [String], isIPv6: Bool, seconds: UInt32, owner: [UInt8]) -> [[UInt8]] {
        texts.filter { $0.contains(":") == isIPv6 }.map { text in
            var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
            inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes)
            return owner + head(isIPv6 ? 28 : 1, seconds: seconds, length: bytes.count) + bytes
        }
    }
}
