import VenusCore

extension EventLoop {
    /// Microseconds of silence after which a tunnel with nothing under way is closed while the loop stops.
    private static let tunnelSilence: UInt64 = 1_000_000
    /// How often to look for connections that have become idle while the loop stops.
    private static let sweepPause: UInt64 = 100_000

    /// Stops: what is under way may take until `deadline`. `isFollowed`: another proxy listens beside this one, and
    /// takes all new connections.
    mutating func beginStopping(deadline: SteadyTime, isFollowed: Bool) {
        guard stopAt == nil else { return stopAt = min(stopAt ?? deadline, deadline) }
        stopAt = deadline
        // A client that keeps its connection may be sending its next request just now: closing would lose it. It gets
        // its answer, with `Connection: close`, if the request comes soon.
        sweepAt = min(deadline, now + settings.stopGrace)
        // A handshake that began before the other proxy was there still ends up in our queue.
        if !isFollowed { closeListeners() }
        closeIdleUpstreams(atMost: .max)
    }

    /// Closes the listeners. What waits in their queues would be reset: it is taken in first.
    private mutating func closeListeners() {
        for place in listeners.indices { acceptClients(at: place, atMost: settings.limits.maximumClients) }
        for listener in listeners {
            if isListening { poller.remove(listener) }
            Socket.close(listener)
        }
        isListening = false
        listeners = []
    }

    /// After the grace time, and again from then on: closes what is idle.
    mutating func sweep() {
        sweepAt = .distantFuture
        if !listeners.isEmpty { closeListeners() }
        isPastGrace = true
        for slot in 0..<Int32(clients.capacity) where clients.isUsed(slot) {
            if clients[slot].pointee.exchange.stage == .tunnelling {
                closeTunnelIfIdle(slot)
            } else if clients[slot].pointee.exchange.stage == .multiplexing {
                endHTTP2IfIdle(slot)
            } else {
                // A request may have come that no event has told of yet.
                readClient(slot)
                if clients.isUsed(slot), clients[slot].pointee.exchange.stage == .idle { closeClient(slot) }
            }
        }
        if clients.count > 0 { sweepAt = now + Self.sweepPause }
    }

    /// A tunnel in which one can see that nothing is under way, and that has been silent for a while, carries a
    /// connection that its client keeps for later. All others go on.
    private mutating func closeTunnelIfIdle(_ slot: Int32) {
        guard now.since(clients[slot].pointee.exchange.since) >= Self.tunnelSilence, isTunnelIdle(slot),
            isTunnelQuiet(slot)
        else { return }
        endTunnel(slot, .stopped)
    }

    /// The time to stop in is over: whatever is under way is cut off.
    mutating func abortAll() {
        if !listeners.isEmpty { closeListeners() }
        for slot in 0..<Int32(clients.capacity) where clients.isUsed(slot) {
            if clients[slot].pointee.exchange.stage == .tunnelling {
                endTunnel(slot, .stopped)
            } else {
                leave(slot, asCancelled: true)
            }
        }
    }
}
