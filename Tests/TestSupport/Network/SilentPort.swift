import Foundation

/// A port that is listened on, whose queue is full: connecting to it hangs, as it does where packets get lost.
public final class SilentPort: Sendable {
    /// Connections of its own that hang.
    public static let waiting = 3
    private let descriptors: [Int32]

    public init(host: String, port: Int) throws {
        let listener = try Socket.make(ipv6: host.contains(":"))
        guard Socket.bind(listener, host: host, port: port), listen(listener, 0) == 0 else {
            let failure = systemFailure("listening on \(host):\(port)")
            close(listener)
            throw failure
        }
        // The first connection fills the queue, the others hang.
        descriptors =
            try [listener]
            + (0...Self.waiting).map { _ in
                let descriptor = try Socket.make(ipv6: host.contains(":"))
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                _ = Socket.connect(descriptor, host: host, port: port)
                return descriptor
            }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
