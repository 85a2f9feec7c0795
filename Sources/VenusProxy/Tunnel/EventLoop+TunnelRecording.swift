import VenusCore

extension EventLoop {
    /// Records a tunnel's call, once: it was established at `time`, or is known since then never to be. It stays in
    /// flight until its end. `handshake`: microseconds of TLS, where there is any.
    mutating func recordTunnel(_ slot: Int32, _ end: CallEnd, at time: SteadyTime, handshake: UInt32? = nil) {
        let client = clients[slot]
        let place = client.pointee.observed
        let held = place >= 0 ? observed[place].pointee.observer.openBytes : TunnelAccount.Bytes()
        let bytes = client.pointee.account.takeCall(holding: held)
        guard let recorder = recorder(of: client) else { return }
        let exchange = client.pointee.exchange
        var phases = exchange.times.phases
        phases[.tls] = handshake
        let call = Call(
            operation: Int(client.pointee.operation), start: exchange.times.wallStart,
            duration: UInt32(clamping: time.since(exchange.times.start)), outcome: end.outcome,
            status: exchange.hasResponded ? exchange.status : 0, errorType: end.errorType,
            phases: phases, bytesSent: bytes.sent, bytesReceived: bytes.received,
            flags: exchange.callFlags.union(client.pointee.marks)
                .union(client.pointee.interception >= 0 ? [.tunnel, .intercepted] : .tunnel),
            traceID: client.pointee.traceID)
        recorder._withUnsafeGuaranteedRef { $0.append(call) }
    }

    /// Records the bytes that an open tunnel has moved since the last time.
    private mutating func recordActivity(_ slot: Int32) {
        let since = clients[slot].pointee.account.since
        recordActivity(slot, since: since, flags: [.tunnel, .activity], nil)
    }

    /// Records what is left to record of a tunnel that ends now.
    mutating func recordTunnelEnd(_ slot: Int32, _ end: TunnelEnd) {
        let client = clients[slot]
        let (end, isAnnounced) = observerEnded(slot, end)
        if !client.pointee.account.isRecorded { recordTunnel(slot, CallEnd(.success), at: now) }
        var flags: CallFlags = [.tunnel, .activity, .ended]
        if end.side == .dependency { flags.insert(.endedByDependency) }
        if isAnnounced { flags.insert(.closeNotify) }
        recordActivity(slot, since: client.pointee.exchange.times.start, flags: flags, end.errorType)
        recorder(of: client)?._withUnsafeGuaranteedRef { $0.callEnded() }
    }

    private mutating func recordActivity(
        _ slot: Int32, since: SteadyTime, flags: CallFlags, _ errorType: ErrorType?
    ) {
        let client = clients[slot]
        let bytes = client.pointee.account.takeActivity(at: now)
        guard let recorder = recorder(of: client) else { return }
        // It belongs to the second in which it ends, however much of its time does not fit.
        let duration = UInt32(clamping: now.since(since))
        let call = Call(
            operation: Int(client.pointee.operation), start: wallClock.microseconds(at: now) - Int64(duration),
            duration: duration, outcome: .unknown, errorType: errorType, bytesSent: bytes.sent,
            bytesReceived: bytes.received, flags: flags)
        recorder._withUnsafeGuaranteedRef { $0.append(call) }
    }

    /// When something is to be recorded of an open tunnel.
    @inline(__always)
    func tunnelDeadline(_ slot: Int32) -> SteadyTime {
        let place = clients[slot].pointee.observed
        let deadline = clients[slot].pointee.account.dueAt
        return place >= 0 ? min(deadline, observed[place].pointee.observer.deadline) : deadline
    }

    mutating func tunnelTimerFired(_ slot: Int32) {
        switch clients[slot].pointee.account.due(at: now) {
        case .nothing: break
        case .establishment: if !isShakingHands(slot) { recordTunnel(slot, CallEnd(.success), at: now) }
        case .activity: recordActivity(slot)
        }
        observerExpired(slot)
        armClient(slot)
    }
}
