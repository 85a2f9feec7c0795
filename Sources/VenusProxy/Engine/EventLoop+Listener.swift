import CLinux
import Glibc
import Logging
import VenusCore

extension EventLoop {
    /// Connections taken in one turn at most, so that the others get theirs.
    static let acceptBatch = 32
    /// How long to leave the listener alone when the system gives no descriptor.
    private static let acceptPause: UInt64 = 100_000
    /// Connections beyond a limit that wait for their refusal at a time; then further ones stay in the listener's
    /// queue.
    private static let maximumRefused = 64
    /// How often a limit that is reached is worth a line in the log.
    private static let limitLogPause: UInt64 = 10_000_000

    mutating func listen() {
        guard !isListening, !listeners.isEmpty else { return }
        isListening = true
        for place in listeners.indices {
            poller.add(
                listeners[place], Poller.readable, token: EventToken(.listener, slot: Int32(place)).rawValue)
        }
        acceptAgainAt = .distantFuture
    }

    private mutating func stopListening() {
        guard isListening else { return }
        for listener in listeners { poller.remove(listener) }
        isListening = false
    }

    /// Takes connections from the listener at `place`.
    mutating func acceptClients(at place: Int, atMost batch: Int = EventLoop.acceptBatch) {
        guard place < listeners.count else { return }
        for _ in 0..<batch {
            // Goes on when one of them has its refusal; until then the others wait in the listener's queue.
            guard refused < Self.maximumRefused else { return stopListening() }
            var address = clinux_address()
            let descriptor = clinux_accept(listeners[place], &address)
            if descriptor < 0 {
                switch -descriptor {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // The connection stays in the queue, so watching on would spin.
                    stopListening()
                    acceptAgainAt = now + Self.acceptPause
                    closeIdleUpstreams(atMost: 16)
                    logLimitReached(.error, "no descriptor for a new connection", Socket.describe(-descriptor))
                    return
                case EAGAIN: return
                // The client was gone before we took it (accept(2)).
                default: continue
                }
            }
            let owner = ClientAddress(IPAddress(address))
            switch settings.limits.admit(owner) {
            case .admitted: addClient(descriptor, of: owner)
            case .tooManyClients:
                logLimitReached(.warning, "client connections are at their limit", "\(settings.limits.maximumClients)")
                addRefusedClient(descriptor)
            case .tooManyOfAddress:
                logLimitReached(
                    .warning, "client connections of one address are at their limit",
                    "\(settings.limits.maximumClientsPerAddress)")
                // Half of the places are for those that are not to blame.
                if refused < Self.maximumRefused / 2 {
                    addRefusedClient(descriptor)
                } else {
                    Socket.close(descriptor)
                }
            }
        }
    }

    private mutating func addClient(_ descriptor: Int32, of owner: ClientAddress) {
        let slot = clients.take()
        let client = clients[slot]
        client.pointee.channel.descriptor = descriptor
        client.pointee.owner = owner
        client.pointee.exchange = ExchangeStateMachine(now: now)
        client.pointee.recorder = recorders.own
        updateClientInterest(slot)
        armClient(slot)
    }

    /// A client beyond a limit: its first request, if it comes soon, is answered with the reason.
    private mutating func addRefusedClient(_ descriptor: Int32) {
        let slot = clients.take()
        let client = clients[slot]
        client.pointee.channel.descriptor = descriptor
        client.pointee.isRefused = true
        client.pointee.recorder = recorders.own
        client.pointee.exchange = ExchangeStateMachine(now: now)
        refused += 1
        updateClientInterest(slot)
        armRefusedClient(slot)
    }

    /// Answers a call that a limit of ours forbids, records it if it began, and ends the connection.
    mutating func refuseCall(_ slot: Int32, _ refusal: Refusal) {
        let client = clients[slot]
        if client.pointee.exchange.isCalling {
            client.pointee.exchange.callEnded(at: now)
            recordCall(slot, .failed(refusal.errorType))
            dropUpstream(slot)
        }
        client.pointee.exchange.closeAfterwards()
        answer(slot, refusal)
    }

    /// A client connection ends: it does not count any more.
    mutating func stopCounting(_ client: UnsafeMutablePointer<ClientConnection>) {
        // A stream is a part of a connection that counts.
        if client.pointee.isStream { return }
        if client.pointee.isRefused { refused -= 1 } else { settings.limits.left(client.pointee.owner) }
        if client.pointee.isCountedTunnel { settings.limits.tunnelEnded() }
    }

    /// Counts the client's tunnel, which is about to open; `false` when there are too many.
    func countTunnel(_ slot: Int32) -> Bool {
        // An upgrade inside a tunnel that is intercepted is part of it.
        if clients[slot].pointee.isCountedTunnel { return true }
        guard settings.limits.beginTunnel() else { return false }
        clients[slot].pointee.isCountedTunnel = true
        return true
    }

    /// After a client connection was closed.
    mutating func listenAgainIfPossible() {
        if !isListening, acceptAgainAt == .distantFuture, refused < Self.maximumRefused { listen() }
    }

    private mutating func logLimitReached(_ level: Logger.Level, _ message: Logger.Message, _ detail: String) {
        guard now >= limitLogAt else { return }
        limitLogAt = now + Self.limitLogPause
        log(level, message, ["limit": "\(detail)"])
    }

    /// Writes a log line, unless there were too many in this second.
    mutating func log(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        guard let suppressed = logLimit.admit(at: now) else { return }
        var metadata = metadata
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        logger.log(level: level, message, metadata: metadata)
    }
}

extension Refusal {
    /// The client's connection is one too many.
    static let tooManyClients = Refusal(
        status: 503, errorType: .connectionLimitReached,
        explanation: "the proxy has as many client connections as it may have; try again later")

    static let tooManyTunnels = Refusal(
        status: 503, errorType: .connectionLimitReached,
        explanation: "the proxy has as many tunnels as it may have; try again later")
}
