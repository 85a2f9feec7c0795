import VenusCore

extension EventLoop {
    private static func clientTimer(_ slot: Int32) -> Int32 { slot * 2 }
    private static func upstreamTimer(_ slot: Int32) -> Int32 { slot * 2 + 1 }

    /// Sets the client's timer by what is awaited. Not needed when the deadline has only moved later.
    @inline(__always)
    mutating func armClient(_ slot: Int32) {
        timers.arm(Self.clientTimer(slot), at: deadline(of: slot))
    }

    @inline(__always)
    private func deadline(of slot: Int32) -> SteadyTime {
        let deadline = clients[slot].pointee.exchange.deadline(settings.timeouts)
        return clients[slot].pointee.exchange.stage == .tunnelling ? min(deadline, tunnelDeadline(slot)) : deadline
    }

    /// A client that is to be refused has a moment for its first request.
    mutating func armRefusedClient(_ slot: Int32) {
        timers.arm(Self.clientTimer(slot), at: now + settings.timeouts.linger)
    }

    mutating func disarmClient(_ slot: Int32) { timers.disarm(Self.clientTimer(slot)) }

    @inline(__always)
    mutating func armUpstream(_ slot: Int32, at deadline: SteadyTime) {
        upstreams[slot].pointee.deadline = deadline
        if deadline == .distantFuture {
            timers.disarm(Self.upstreamTimer(slot))
        } else {
            timers.arm(Self.upstreamTimer(slot), at: deadline)
        }
    }

    mutating func expireTimers() {
        while let id = timers.expire(now: now) {
            let slot = id / 2
            if id % 2 == 0 { clientTimerFired(slot) } else { upstreamTimerFired(slot) }
        }
        if acceptAgainAt <= now {
            acceptAgainAt = .distantFuture
            listenAgainIfPossible()
        }
        if sweepAt <= now { sweep() }
        if let stopAt, stopAt <= now, stopAt != .distantFuture { abortAll() }
    }

    private mutating func clientTimerFired(_ slot: Int32) {
        guard clients.isUsed(slot) else { return }
        if clients[slot].pointee.isRefused, clients[slot].pointee.exchange.stage == .idle { return closeClient(slot) }
        // Bytes have moved since it was set.
        if deadline(of: slot) > now { return armClient(slot) }
        if clients[slot].pointee.exchange.deadline(settings.timeouts) <= now { return clientTimedOut(slot) }
        tunnelTimerFired(slot)
    }

    private mutating func upstreamTimerFired(_ slot: Int32) {
        guard upstreams.isUsed(slot) else { return }
        let upstream = upstreams[slot]
        guard upstream.pointee.deadline <= now else { return armUpstream(slot, at: upstream.pointee.deadline) }
        if upstream.pointee.isConnecting {
            goOnConnecting(upstream.pointee.client)
        } else if upstream.pointee.client < 0 {
            closeIdleUpstream(slot)
        }
    }
}
