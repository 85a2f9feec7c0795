import Foundation
import Synchronization

/// A TCP server on loopback that knows no protocol: it takes every connection and holds it, sends back what comes, or
/// does what a test says. One thread for all that are silent, one for each of the others.
public final class RawServer: Sendable {
    public enum Manner: Sendable {
        /// Reads nothing, says nothing, until the other side leaves or the server goes away.
        case silent
        case echo
        /// On a thread of its own; the connection is closed afterwards.
        case script(@Sendable (TCPConnection) -> Void)
    }

    public let port: Int
    private let listener: Int32
    private let state = Mutex<[TCPConnection]>([])

    public init(_ manner: Manner) throws {
        let (descriptor, port) = try Socket.listen(host: "127.0.0.1", port: 0)
        listener = descriptor
        self.port = port
        startThread { [weak self] in
            while true {
                let accepted = Glibc.accept(descriptor, nil, nil)
                if accepted < 0 {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    break
                }
                let connection = TCPConnection(accepted: accepted)
                guard let self else { break }
                switch manner {
                case .silent: self.state.withLock { $0.append(connection) }
                case .echo: startThread { Self.echo(connection) }
                case .script(let script):
                    startThread {
                        script(connection)
                        connection.close()
                    }
                }
            }
            close(descriptor)
        }
    }

    // Shutting down wakes the thread, which closes.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    public var authority: String { "127.0.0.1:\(port)" }

    /// How many connections a silent server holds.
    public var held: Int { state.withLock { $0.count } }

    private static func echo(_ connection: TCPConnection) {
        while let bytes = try? connection.read(), !bytes.isEmpty {
            guard (try? connection.write(bytes)) != nil else { break }
        }
        connection.close()
    }
}
