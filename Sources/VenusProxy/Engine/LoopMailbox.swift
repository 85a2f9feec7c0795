import CLinux
import Synchronization

/// What other threads tell a loop.
enum LoopMessage: Sendable {
    /// A name was resolved for a client that waits.
    case resolved(ResolutionTicket, Resolution)
    /// A certificate was made for a client that waits, or could not be.
    case leaf(ResolutionTicket, LeafAnswer)
    /// Stop: calls under way may take until the time is over. Whether another proxy takes the new connections.
    case shutDown(deadline: SteadyTime, isFollowed: Bool)
    /// The keys that hold from now on.
    case keys(ServiceKeys)
    /// The egress policy that holds from now on.
    case policy(EgressPolicy)
}

/// Wakes a loop from other threads: a queue under a lock, and an eventfd.
///
/// The queue is bounded by who writes to it: one message for each client that waits for a name or for a
/// certificate, the stop, and a change of the keys or the policy at most twice a second.
final class LoopMailbox: Sendable {
    let descriptor: Int32
    private let messages = Mutex<[LoopMessage]>([])

    init() throws(ProxyError) {
        descriptor = clinux_eventfd()
        guard descriptor >= 0 else { throw ProxyError(.resources, "eventfd: \(Socket.describe(-descriptor))") }
    }

    deinit { Socket.close(descriptor) }

    func post(_ message: LoopMessage) {
        messages.withLock { $0.append(message) }
        clinux_eventfd_signal(descriptor)
    }

    /// Everything that was posted; for the loop's thread.
    func takeAll() -> [LoopMessage] {
        clinux_eventfd_clear(descriptor)
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}
