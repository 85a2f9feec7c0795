import Foundation
import Synchronization

/// A real HTTP/1.1 server on loopback, on plain sockets, a thread a connection. The path of a request says how it is
/// answered:
///
/// | path | answer |
/// |---|---|
/// | `/bytes/N` | 200 with N bytes of ``BodyPattern`` |
/// | `/chunked/N`, `/close/N` | the same, chunked, or ended by closing |
/// | `/status/CODE` | that status with a short body |
/// | `/delay/MS` | 200 after so many milliseconds |
/// | `/silent` | nothing, ever |
/// | `/reset` | a reset instead of an answer |
/// | `/truncated/N` | announces N bytes, sends half, closes |
/// | `/hash` | 200 with the ``Checksum`` of the request's body |
/// | `/echo` | 200 with the request's body |
/// | `/headers` | 200 with the request's head as it came |
/// | any other | 200 and `ok` |
///
/// Answers keep the connection open unless the request asks otherwise.
public final class Origin: Sendable {
    public let host: String
    public let port: Int
    private let state = Mutex(State())

    private struct State {
        var listener: Int32?
        var connections: Set<Int32> = []
        var requests: [String: Int] = [:]
        var accepted = 0
    }

    public init(host: String = "127.0.0.1") throws {
        self.host = host
        port = try freePort(ipv6: host.contains(":"))
        try accept()
    }

    deinit { refuse() }

    /// `http://HOST:PORT`, and `path` after it.
    public func url(_ path: String = "/") -> String { "http://\(authority)\(path)" }
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// How many requests came, in all or for the path.
    public func requests(_ path: String? = nil) -> Int {
        state.withLock { state in path.map { state.requests[$0] ?? 0 } ?? state.requests.values.reduce(0, +) }
    }

    /// How many connections were accepted.
    public var connectionsAccepted: Int { state.withLock { $0.accepted } }
    public var openConnections: Int { state.withLock { $0.connections.count } }

    /// Stops listening and closes every connection: the port refuses from now on.
    public func refuse() {
        state.withLock { state in
            // Shutting down wakes the threads; each of them closes its own descriptor.
            if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            state.listener = nil
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        // The port refuses once the accepting thread has closed its descriptor.
        for _ in 0..<200 {
            guard let probe = try? Socket.make(ipv6: host.contains(":")) else { return }
            let connected = Socket.connect(probe, host: host, port: port)
            close(probe)
            if !connected { return }
            usleep(2_000)
        }
    }

    /// Listens, again, on the same port.
    public func accept() throws {
        let (listener, _) = try Socket.listen(host: host, port: port)
        state.withLock { $0.listener = listener }
        startThread { [weak self] in
            while true {
                let descriptor = Glibc.accept(listener, nil, nil)
                if descriptor < 0 {
                    if errno == EINTR || errno == ECONNABORTED || errno == EMFILE { continue }
                    break
                }
                guard let self, self.adopt(descriptor, of: listener) else {
                    close(descriptor)
                    continue
                }
            }
            close(listener)
        }
    }

    private func adopt(_ descriptor: Int32, of listener: Int32) -> Bool {
        let isOurs = state.withLock { state -> Bool in
            guard state.listener == listener else { return false }
            state.connections.insert(descriptor)
            state.accepted += 1
            return true
        }
        guard isOurs else { return false }
        startThread { [weak self] in
            let connection = TCPConnection(accepted: descriptor)
            try? OriginConnection(connection) { path in
                self?.state.withLock { $0.requests[path, default: 0] += 1 }
            }.serve()
            // Out of the list before the descriptor is closed, so that its number cannot mean another by then.
            self?.state.withLock { _ = $0.connections.remove(descriptor) }
            connection.close()
        }
        return true
    }
}
