import Glibc
import Synchronization
import TestSupport
import VenusProxy

/// A server that does on each connection what its script says, byte by byte, and counts what came.
final class ScriptedOrigin: Sendable {
    let port: Int
    private let listener: Int32
    private let connections = Connections()

    /// Those that are open. A descriptor is closed by its thread, under the lock: its number may mean another at once.
    private final class Connections: Sendable {
        private let state = Mutex<(accepted: Int, open: Set<Int32>, isOver: Bool)>((0, [], false))

        var accepted: Int { state.withLock { $0.accepted } }
        var count: Int { state.withLock { $0.open.count } }

        /// Its number; `nil` once the origin is gone.
        func opened(_ descriptor: Int32) -> Int? {
            state.withLock { state in
                guard !state.isOver else { return nil }
                state.open.insert(descriptor)
                state.accepted += 1
                return state.accepted - 1
            }
        }

        func close(_ descriptor: Int32) {
            state.withLock { state in
                state.open.remove(descriptor)
                _ = Glibc.close(descriptor)
            }
        }

        func shutDown() {
            state.withLock { state in
                state.isOver = true
                for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
            }
        }
    }

    /// One connection, on a thread of its own.
    struct Connection {
        let descriptor: Int32
        /// From 0, in the order of accepting.
        let number: Int

        func write(_ text: String) { write(Array(text.utf8)) }

        func write(_ bytes: [UInt8]) {
            guard !bytes.isEmpty else { return }
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    // Not empty here.
                    send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// Reads up to and including an empty line; what came, also if the end came first.
        @discardableResult
        func readHead() -> String {
            var text = ""
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) == 1 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
                if text.hasSuffix("\r\n\r\n") { break }
            }
            return text
        }

        /// Reads up to `count` bytes, fewer only at the end.
        @discardableResult
        func read(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < count {
                let got = recv(descriptor, &piece, min(piece.count, count - bytes.count), 0)
                guard got > 0 else { break }
                bytes += piece[..<got]
            }
            return bytes
        }

        /// Waits for the other side to end.
        func readToEnd() -> [UInt8] { read(.max) }

        func shutDown() { shutdown(descriptor, Int32(SHUT_WR)) }

        /// The connection ends with a reset.
        func reset() {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
    }

    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw TestFailure("no socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let failed = withUnsafeMutableBytes(of: &address) { bytes -> Bool in
            // A sockaddr_in is not empty.
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, pointer, length) != 0 || listen(listener, 128) != 0
                || getsockname(listener, pointer, &length) != 0
        }
        guard !failed else { throw TestFailure("cannot listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        let connections = connections
        Self.thread {
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    // Only its end may end this thread: whoever shuts the listener must find it open.
                    if errno == EINTR || errno == ECONNABORTED || errno == EMFILE { continue }
                    break
                }
                guard let number = connections.opened(descriptor) else {
                    close(descriptor)
                    break
                }
                Self.thread {
                    script(Connection(descriptor: descriptor, number: number))
                    connections.close(descriptor)
                }
            }
            // Not by another thread: accept would take the connections of the next with that number.
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        connections.shutDown()
    }

    var accepted: Int { connections.accepted }
    var openConnections: Int { connections.count }
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        Task.detached { try? await blocking(body) }
    }
}
