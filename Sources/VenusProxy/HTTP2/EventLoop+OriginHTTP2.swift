import VenusCore

/// Dependencies that have agreed on HTTP/2.
extension EventLoop {
    /// The handshake on a connection is done, and HTTP/2 is spoken on it; `early` bytes lie in the scratch memory. What
    /// it was made for goes on: a call on a stream, a tunnel with the client's own handshake.
    mutating func originSpeaksHTTP2(_ slot: Int32, early: Int) {
        let client = upstreams[slot].pointee.client
        let target = upstreams[slot].pointee.target
        clients[client].pointee.upstream = -1
        clients[client].pointee.leadsOthers = false
        beginHTTP2(upstream: slot, count: early)
        guard clients[client].pointee.exchange.method != .connect else {
            clients[client].pointee.exchange.tunnelPromised(at: now)
            askForLeaf(client)
            return serveWaiting(target: target)
        }
        guard let stream = openStream(for: clients[client]) else {
            return perform(client, clients[client].pointee.exchange.failed(.httpProtocolError, at: now))
        }
        clients[client].pointee.upstream = stream
        upstreams[stream].pointee.client = client
        upstreams[stream].pointee.calls = 1
        clients[client].pointee.exchange.connected(isReused: false, at: now)
        startSending(client)
        serveWaiting(target: target)
    }

    // MARK: One connection for many calls

    /// Whether a connection for the client's call would carry others as well.
    private func sharesConnection(_ client: UnsafeMutablePointer<ClientConnection>) -> Bool {
        client.pointee.offer.isEmpty && client.pointee.exchange.method != .connect
            && origins[client.pointee.target]?.speaksHTTP2 == true
    }

    /// Whether a connection is being made that will most likely carry the client's call too.
    func isLed(_ client: UnsafeMutablePointer<ClientConnection>) -> Bool {
        guard sharesConnection(client), let leader = origins[client.pointee.target]?.leader else { return false }
        return clients.isUsed(leader.slot) && clients.generation(of: leader.slot) == leader.generation
            && clients[leader.slot].pointee.leadsOthers
    }

    /// The client opens a connection: others wait for what it speaks.
    mutating func leadOthers(_ slot: Int32) {
        let client = clients[slot]
        guard sharesConnection(client), !isLed(client) else { return }
        client.pointee.leadsOthers = true
        origins[client.pointee.target]?.leader = (slot, clients.generation(of: slot))
    }

    /// Those who wait get streams, as far as there are any; the others see to it themselves, one of them first.
    mutating func serveWaiting(target: Int32) {
        let waiting = pool.takeWaiting(target: target).map { ($0, clients.generation(of: $0)) }
        for (slot, _) in waiting { clients[slot].pointee.isWaiting = false }
        for (slot, generation) in waiting {
            // What became of one before it may have ended this one's call.
            guard clients.isUsed(slot), clients.generation(of: slot) == generation,
                clients[slot].pointee.exchange.stage == .blocked, clients[slot].pointee.upstream < 0,
                !clients[slot].pointee.holdsPlace, !clients[slot].pointee.isWaiting
            else { continue }
            serve(slot)
        }
    }

    private mutating func serve(_ slot: Int32) {
        let client = clients[slot]
        let mayReuse = client.pointee.exchange.method != .connect
        guard case .reuse(let upstream) = acquire(slot, mayReuse: mayReuse) else { return goForConnection(slot) }
        guard upstreams[upstream].pointee.channel.isStream else { return serveWaiting(slot, with: upstream) }
        guard mayUse(slot, upstream) else {
            closeUpstreamSlot(upstream)
            return acquireNewConnection(slot)
        }
        attach(slot, to: upstream)
        if client.pointee.exchange.isReplayable {
            guard keep(client.pointee.upload.bytes, in: &client.pointee.replay) else { return giveUp(slot) }
        }
        startSending(slot)
    }

    /// What to agree on with a client that offers these: HTTP/2 where the origin speaks it, or where the client speaks
    /// nothing else.
    func applicationProtocol(for target: Int32, offered: OfferedProtocols) -> ApplicationProtocol {
        guard offered.contains(.http2) else { return .http11 }
        return origins[target]?.speaksHTTP2 == true || !offered.contains(.http11) ? .http2 : .http11
    }
}
