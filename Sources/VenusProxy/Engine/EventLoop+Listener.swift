import CLinux
import Glibc
import Logging

extension EventLoop {
    /// Connections taken in one turn at most, so that the others get theirs.
    static let acceptBatch = 32
    /// How long to leave the listener alone when the system gives no descriptor.
    private static let acceptPause: UInt64 = 100_000

    mutating func listen() {
        guard !isListening, listener >= 0 else { return }
        isListening = poller.add(listener, Poller.readable, token: EventToken(.listener).rawValue)
        acceptAgainAt = .distantFuture
    }

    private mutating func stopListening() {
        guard isListening else { return }
        poller.remove(listener)
        isListening = false
    }

    mutating func acceptClients(atMost batch: Int = EventLoop.acceptBatch) {
        for _ in 0..<batch {
            guard clients.count < settings.maximumClients else {
                // Goes on when one is closed; until then the others wait in the listener's queue.
                stopListening()
                log(.warning, "client connections are at their limit", ["limit": "\(settings.maximumClients)"])
                return
            }
            let descriptor = clinux_accept(listener)
            if descriptor < 0 {
                switch -descriptor {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // The connection stays in the queue, so watching on would spin.
                    stopListening()
                    acceptAgainAt = now + Self.acceptPause
                    closeIdleUpstreams(atMost: 16)
                    log(.error, "no descriptor for a new connection", ["error": "\(Socket.describe(-descriptor))"])
                    return
                case EAGAIN: return
                // The client was gone before we took it (accept(2)).
                default: continue
                }
            }
            addClient(descriptor)
        }
    }

    private mutating func addClient(_ descriptor: Int32) {
        let slot = clients.take()
        let client = clients[slot]
        client.pointee.channel.descriptor = descriptor
        client.pointee.exchange = ExchangeStateMachine(now: now)
        client.pointee.recorder = recorders.own
        updateClientInterest(slot)
        armClient(slot)
    }

    /// After a client connection was closed.
    mutating func listenAgainIfPossible() {
        if !isListening, acceptAgainAt == .distantFuture, clients.count < settings.maximumClients { listen() }
    }

    mutating func beginStopping(deadline: SteadyTime) {
        guard stopAt == nil else { return stopAt = min(stopAt ?? deadline, deadline) }
        stopAt = deadline
        // What waits in the queue would be reset: take it in first.
        if listener >= 0 {
            acceptClients(atMost: settings.maximumClients)
            stopListening()
            Socket.close(listener)
            listener = -1
        }
        // A client that keeps its connection may be sending its next request just now: closing would lose it. It gets
        // its answer, with `Connection: close`, if the request comes soon.
        closeIdleAt = min(deadline, now + settings.stopGrace)
        closeIdleUpstreams(atMost: .max)
    }

    /// Those who kept a connection and sent nothing in the grace time.
    mutating func closeIdleClients() {
        closeIdleAt = .distantFuture
        for slot in 0..<Int32(clients.capacity) where clients.isUsed(slot) {
            // A request may have come that no event has told of yet.
            readClient(slot)
            if clients.isUsed(slot), clients[slot].pointee.exchange.stage == .idle { closeClient(slot) }
        }
    }

    /// The time to stop in is over: whatever is under way is cut off.
    mutating func abortAll() {
        for slot in 0..<Int32(clients.capacity) where clients.isUsed(slot) {
            if clients[slot].pointee.exchange.stage == .tunnelling {
                endTunnel(slot, .stopped)
            } else {
                leave(slot, asCancelled: true)
            }
        }
    }

    /// Writes a log line, unless there were too many in this second.
    mutating func log(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        guard let suppressed = logLimit.admit(at: now) else { return }
        var metadata = metadata
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
