import Logging
import VenusCore

/// TLS with dependencies.
extension EventLoop {
    /// A connection is there; its handshake begins. For a call on a target that speaks TLS, or for a tunnel that is
    /// intercepted and whose origin is not known.
    mutating func meetOrigin(_ slot: Int32) {
        let upstream = upstreams[slot]
        let client = upstream.pointee.client
        let target = upstream.pointee.target
        clients[client].pointee.exchange.awaitConnection(.securing, at: now)
        upstream.pointee.isSecuring = true
        let host = targets[target].host
        let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
        guard let contexts = settings.contexts,
            let session = openSession(
                contexts.client(for: SubjectName(host: host)), on: &upstream.pointee.channel, token),
            session.pointee.beClient(
                of: host, offersHTTP2: clients[client].pointee.offer.isEmpty, resuming: origins[target]?.resumption)
        else { return originFailed(slot, .exhausted) }
        armClient(client)
        updateClientInterest(client)
        originProgressed(slot, shakeHands(upstream.pointee.channel, reading: false))
    }

    /// Something has happened on a connection whose handshake is under way.
    mutating func securingProgressed(_ slot: Int32, _ flags: UInt32) {
        let upstream = upstreams[slot]
        originProgressed(
            slot, shakeHands(upstream.pointee.channel, reading: !wantsToWrite(upstream.pointee.channel)))
    }

    private mutating func originProgressed(_ slot: Int32, _ progress: TLSSession.Progress) {
        let upstream = upstreams[slot]
        switch progress {
        case .waiting:
            let interest = wantsToWrite(upstream.pointee.channel) ? Poller.writable : Poller.readable
            let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
            watch(&upstream.pointee.channel, interest, token: token.rawValue)
        case .failed(let fault): originFailed(slot, fault)
        case .done(let count): originMet(slot, early: count)
        }
    }

    /// The handshake is done. `early`: bytes that came behind it, before anybody has asked for anything.
    private mutating func originMet(_ slot: Int32, early: Int) {
        let upstream = upstreams[slot]
        let client = upstream.pointee.client
        upstream.pointee.isSecuring = false
        noteOrigin(upstream.pointee.target, upstream.pointee.channel)
        let speaksHTTP2 = sessions[upstream.pointee.channel.session].pointee.applicationProtocol == .http2
        if clients[client].pointee.offer.isEmpty { origins[upstream.pointee.target]?.speaksHTTP2 = speaksHTTP2 }
        if speaksHTTP2 { return originSpeaksHTTP2(slot, early: early) }
        guard clients[client].pointee.exchange.method == .connect else {
            guard early == 0 else {
                return perform(client, clients[client].pointee.exchange.failed(.httpProtocolError, at: now))
            }
            let (target, ledOthers) = (upstream.pointee.target, clients[client].pointee.leadsOthers)
            clients[client].pointee.leadsOthers = false
            clients[client].pointee.exchange.connected(isReused: false, at: now)
            startSending(client)
            // It speaks no HTTP/2 any more: there are no streams to wait for.
            return ledOthers ? serveWaiting(target: target) : ()
        }
        // The connection serves the first call, most likely this client's.
        clients[client].pointee.exchange.tunnelPromised(at: now)
        releaseUpstream(slot, reusable: early == 0 && stopAt == nil)
        askForLeaf(client)
    }

    /// Keeps what will be needed of an origin the next time.
    private mutating func noteOrigin(_ target: Int32, _ channel: Channel) {
        let expires = now + SecureOrigin.lifetime
        if let origin = origins[target] {
            origin.expires = expires
            // Its certificate is the one from before.
            if sessions[channel.session].pointee.isResumed { return }
        }
        guard let host = SubjectName(host: targets[target].host) else { return }
        let certificate = sessions[channel.session].pointee.takePeerCertificate().map { Certificate(owning: $0) }
        let names = LeafNames(host: host, origin: certificate)
        if let origin = origins[target] {
            origin.names = names
        } else {
            origins[target] = SecureOrigin(names: names, expires: expires)
        }
    }

    /// Keeps what the next session with the origin can be resumed from, once the origin has sent it.
    mutating func keepResumption(_ upstream: UnsafeMutablePointer<UpstreamConnection>) {
        guard upstream.pointee.channel.session >= 0, !upstream.pointee.channel.isStream, !upstream.pointee.isSecuring,
            !upstream.pointee.hasResumption,
            let origin = origins[upstream.pointee.target],
            let resumption = sessions[upstream.pointee.channel.session].pointee.resumption()
        else { return }
        origin.resumption = resumption
        upstream.pointee.hasResumption = true
    }

    /// The origin cannot be talked to. The client of a tunnel learns it by the answer to its first request.
    mutating func originFailed(_ slot: Int32, _ fault: TLSFault) {
        let client = upstreams[slot].pointee.client
        let target = upstreams[slot].pointee.target
        // Whatever it was resumed from is not to be trusted any more.
        origins[target]?.resumption = nil
        if case .certificate(let reason) = fault {
            log(.notice, "a host's certificate is not good", ["reason": "\(reason.explanation)"])
        }
        guard clients[client].pointee.exchange.method == .connect else {
            clients[client].pointee.exchange.callEnded(at: now)
            recordCall(client, .failed(fault.errorType))
            dropUpstream(client)
            return answer(client, Refusal(fault))
        }
        clients[client].pointee.exchange.tunnelPromised(at: now)
        intercepted[clients[client].pointee.interception].pointee.fault = fault
        dropUpstream(client)
        askForLeaf(client)
    }
}
