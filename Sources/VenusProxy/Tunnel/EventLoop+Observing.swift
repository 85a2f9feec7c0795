import VenusCore

extension EventLoop {
    /// Bytes of a tunnel have come that can be looked at; they have been counted, and not been passed on yet.
    mutating func observe(_ slot: Int32, _ side: TunnelStateMachine.Side, _ bytes: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        if client.pointee.observed >= 0 { look(slot, side, bytes) }
        // Something without TLS: the dependency's first byte shows that there is somebody to talk to.
        if side == .dependency, !client.pointee.account.isRecorded, !isShakingHands(slot) {
            recordTunnel(slot, CallEnd(.success), at: now)
        }
    }

    private mutating func look(_ slot: Int32, _ side: TunnelStateMachine.Side, _ bytes: UnsafeBufferPointer<UInt8>) {
        let tunnel = observed[clients[slot].pointee.observed]
        guard !tunnel.pointee.observer.isOpaque else { return }
        var stream = bytes
        if !tunnel.pointee.kept.isEmpty, tunnel.pointee.keptSide == side {
            // Without room the message stays unread.
            if keep(bytes, in: &tunnel.pointee.kept) { stream = tunnel.pointee.kept.bytes }
        }
        let sight = tunnel.pointee.observer.received(bytes, from: side, at: now, stream: stream, output: scratch.head)
        if sight.keepsBytes {
            if tunnel.pointee.kept.isEmpty {
                tunnel.pointee.keptSide = side
                _ = keep(bytes, in: &tunnel.pointee.kept)
            }
        } else if tunnel.pointee.keptSide == side || tunnel.pointee.observer.isOpaque {
            // What the other side says in between ends no message of this one.
            buffers.release(&tunnel.pointee.kept)
        }
        if !sight.serverName.isEmpty { noteServerName(slot, sight.serverName) }
        record(slot, sight)
        armClient(slot)
    }

    /// Bytes of a tunnel have gone by in a pipe.
    @inline(__always)
    mutating func observeUnseen(_ slot: Int32, _ side: TunnelStateMachine.Side, _ count: Int) {
        if clients[slot].pointee.observed >= 0 { lookAway(slot, side, count) }
    }

    private mutating func lookAway(_ slot: Int32, _ side: TunnelStateMachine.Side, _ count: Int) {
        let tunnel = observed[clients[slot].pointee.observed]
        guard !tunnel.pointee.observer.isOpaque else { return }
        let deadline = tunnel.pointee.observer.deadline
        let sight = tunnel.pointee.observer.advanced(count, from: side, at: now)
        record(slot, sight)
        if tunnel.pointee.observer.deadline < deadline { armClient(slot) }
    }

    /// A side has said its last byte.
    mutating func observeEnd(_ slot: Int32, _ side: TunnelStateMachine.Side) {
        let place = clients[slot].pointee.observed
        guard place >= 0 else { return }
        let sight = observed[place].pointee.observer.sideEnded(side, at: now, patience: settings.callerPatience)
        record(slot, sight)
    }

    /// Whether the tunnel's call waits for the end of a handshake.
    func isShakingHands(_ slot: Int32) -> Bool {
        let place = clients[slot].pointee.observed
        return place >= 0 && observed[place].pointee.observer.isShakingHands
    }

    /// Whether one can see that nothing is under way in the tunnel.
    func isTunnelIdle(_ slot: Int32) -> Bool {
        let place = clients[slot].pointee.observed
        return place >= 0 && observed[place].pointee.observer.isIdle
    }

    /// Keeps the server's name, which lies in the scratch memory, if it says more than the CONNECT.
    private mutating func noteServerName(_ slot: Int32, _ range: Range<Int>) {
        let client = clients[slot]
        let name = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(scratch.head)[range])
        let isKnown = targets[client.pointee.target].host.withUnsafeBufferPointer { HostName.areEqual($0, name) }
        let tunnel = observed[client.pointee.observed]
        if !isKnown { _ = keep(name, in: &tunnel.pointee.serverName) }
    }

    private mutating func record(_ slot: Int32, _ sight: TunnelObserver.Sight) {
        let client = clients[slot]
        let tunnel = observed[client.pointee.observed]
        client.pointee.account.recordsActivity = !tunnel.pointee.observer.makesExchanges
        if let call = sight.call { recordTunnel(slot, call) }
        if let exchange = sight.exchange { recordExchange(slot, exchange) }
    }

    /// The observer's time has come.
    mutating func observerExpired(_ slot: Int32) {
        let place = clients[slot].pointee.observed
        guard place >= 0, observed[place].pointee.observer.deadline <= now else { return }
        let sight = observed[place].pointee.observer.expired(at: now)
        record(slot, sight)
    }

    /// Records what the observer still has of a tunnel that ends, and lets go of it. The end as it was seen inside.
    mutating func observerEnded(_ slot: Int32, _ end: TunnelEnd) -> (end: TunnelEnd, isAnnounced: Bool) {
        let client = clients[slot]
        guard client.pointee.observed >= 0 else { return (end, false) }
        let tunnel = observed[client.pointee.observed]
        let ending = tunnel.pointee.observer.ended(end, at: now, patience: settings.callerPatience)
        if let call = ending.call { recordTunnel(slot, call) }
        if let exchange = ending.exchange { recordExchange(slot, exchange) }
        buffers.release(&tunnel.pointee.kept)
        buffers.release(&tunnel.pointee.serverName)
        observed.release(client.pointee.observed)
        client.pointee.observed = -1
        return (ending.end, ending.isAnnounced)
    }

    /// Records a tunnel with TLS as what it turned out to be, unless it has been recorded without.
    private mutating func recordTunnel(_ slot: Int32, _ call: EstablishedTunnel) {
        let client = clients[slot]
        let tunnel = observed[client.pointee.observed]
        guard !client.pointee.account.isRecorded else { return }
        if let recorder = recorder(of: client) {
            let target = client.pointee.target
            client.pointee.operation = targets[target].host.withUnsafeBufferPointer { host in
                recorder._withUnsafeGuaranteedRef {
                    $0.internTunnel(
                        scheme: .tcp, host: host, port: targets[target].port,
                        serverName: tunnel.pointee.serverName.bytes, networkProtocol: call.networkProtocol
                    ).rawValue
                }
            }
        }
        buffers.release(&tunnel.pointee.serverName)
        recordTunnel(slot, call.end, at: call.time, handshake: UInt32(clamping: call.handshake))
    }

    private mutating func recordExchange(_ slot: Int32, _ exchange: EstimatedExchange) {
        let client = clients[slot]
        client.pointee.account.takeExchange(exchange.bytes)
        guard let recorder = recorder(of: client) else { return }
        let tunnel = observed[client.pointee.observed]
        let operation = tunnel.pointee.exchangeOperation ?? internExchange(client, recorder)
        tunnel.pointee.exchangeOperation = operation
        let call = Call(
            operation: Int(operation), start: wallClock.microseconds(at: exchange.start), duration: exchange.duration,
            outcome: exchange.outcome.outcome, errorType: exchange.outcome.errorType, phases: exchange.phases,
            bytesSent: exchange.bytes.sent, bytesReceived: exchange.bytes.received,
            flags: exchange.isReused ? [.estimated, .reused] : .estimated)
        recorder._withUnsafeGuaranteedRef { $0.append(call) }
    }

    private func internExchange(
        _ client: UnsafeMutablePointer<ClientConnection>, _ recorder: Unmanaged<Recorder>
    ) -> UInt32 {
        let target = client.pointee.target
        return targets[target].host.withUnsafeBufferPointer { host in
            recorder._withUnsafeGuaranteedRef {
                $0.internTunnel(
                    scheme: .https, host: host, port: targets[target].port,
                    serverName: UnsafeBufferPointer(start: nil, count: 0), networkProtocol: .http11
                ).rawValue
            }
        }
    }
}
