import Logging
import VenusCore

/// A tunnel whose content is seen: the client is told that it is open, and talks TLS with us, we with the origin.
extension EventLoop {
    /// Whether the tunnel that a client asks for is to be intercepted. Off the hit path.
    func intercepts(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: Span<UInt8>
    )
        -> Bool
    {
        guard let interception, settings.contexts != nil else { return false }
        var host: [UInt8] = []
        for place in head.host.start..<head.host.end { host.append(ByteClass.lowercased(bytes[place])) }
        guard let name = SubjectName(host: host) else { return false }
        if settings.hasParents, isSealed(host, port: head.port) { return false }
        return interception.intercepts(name, client: clientName(of: client))
    }

    /// Whom a client's refusal of our certificate is remembered for.
    private func clientName(of client: UnsafeMutablePointer<ClientConnection>) -> String {
        guard keys != nil, let recorder = recorder(of: client) else { return client.pointee.owner.text }
        return recorder._withUnsafeGuaranteedRef { $0.service }
    }

    /// The client's tunnel is intercepted. An origin that was met before need not be asked for its certificate again.
    mutating func intercept(_ slot: Int32) {
        let client = clients[slot]
        client.pointee.interception = intercepted.take()
        origins.hold(client.pointee.target)
        if isKnown(client.pointee.target) { openIntercepted(slot) } else { acquireNewConnection(slot) }
    }

    private func isKnown(_ target: Int32) -> Bool {
        guard let origin = origins[target] else { return false }
        return origin.expires > now
    }

    /// The client is told that its tunnel is open: to the origin there is a connection, or will be one when it is
    /// needed.
    mutating func openIntercepted(_ slot: Int32) {
        let client = clients[slot]
        guard countTunnel(slot) else { return refuseCall(slot, .tooManyTunnels) }
        client.pointee.exchange.tunnelPromised(at: now)
        // The CONNECT for an upstream proxy: each connection has its own from now on.
        buffers.release(&client.pointee.replay)
        // What came early: behind the head, and then while the connection was made.
        guard keep(client.pointee.input.bytes, in: &client.pointee.upload) else { return giveUp(slot) }
        buffers.release(&client.pointee.input)
        client.pointee.input = client.pointee.upload
        client.pointee.upload = Buffer()
        guard promiseTunnel(slot) else { return }
        // A client that does not take its earlier answers: what is sealed could not wait behind them.
        guard client.pointee.download.isEmpty else { return passThrough(slot) }
        armClient(slot)
        if client.pointee.upstream >= 0 { updateUpstreamInterest(client.pointee.upstream) }
        lookForHello(slot)
    }

    /// Bytes of a client whose handshake is awaited or under way.
    mutating func readIntercepted(_ slot: Int32) {
        let client = clients[slot]
        let tunnel = intercepted[client.pointee.interception]
        guard tunnel.pointee.stage == .awaitingHello else {
            return clientProgressed(slot, shakeHands(client.pointee.channel, reading: true))
        }
        switch receive(client.pointee.channel, into: scratch.input, capacity: ScratchMemory.readBytes) {
        case .moved(let count):
            let bytes = UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: count)
            guard keep(bytes, in: &client.pointee.input) else { return giveUp(slot) }
            lookForHello(slot)
        case .wouldBlock: break
        case .ended, .failed: leave(slot)
        }
    }

    /// Whether bytes of a client can be taken in before its first request.
    func interceptionWantsInput(_ client: UnsafeMutablePointer<ClientConnection>) -> Bool {
        switch intercepted[client.pointee.interception].pointee.stage {
        case .awaitingHello, .established: true
        case .meetingOrigin, .awaitingLeaf: false
        case .meetingClient: !wantsToWrite(client.pointee.channel)
        }
    }

    func wantsToWrite(_ channel: Channel) -> Bool {
        channel.session >= 0 && sessions[channel.session].pointee.wantsWrite
    }

    private mutating func lookForHello(_ slot: Int32) {
        let client = clients[slot]
        switch InterceptedHello.read(client.pointee.input.bytes, into: scratch.head) {
        case .incomplete: updateClientInterest(slot)
        case .other: passThrough(slot)
        case .hello(let offered):
            let tunnel = intercepted[client.pointee.interception]
            tunnel.pointee.offered = offered
            tunnel.pointee.stage = .meetingOrigin
            if client.pointee.upstream >= 0 { meetOrigin(client.pointee.upstream) } else { askForLeaf(slot) }
        }
    }

    /// The tunnel goes on as it is: what is inside is not TLS, or not to be seen.
    mutating func passThrough(_ slot: Int32) {
        let client = clients[slot]
        letGoOfTunnel(client)
        client.pointee.upload = client.pointee.input
        client.pointee.input = Buffer()
        // An origin that was known was not connected to.
        if client.pointee.upstream >= 0 { openTunnel(slot) } else { acquireNewConnection(slot) }
    }

    private mutating func letGoOfTunnel(_ client: UnsafeMutablePointer<ClientConnection>) {
        origins.letGo(client.pointee.target)
        intercepted.release(client.pointee.interception)
        client.pointee.interception = -1
    }

    /// No tunnel to intercept after all: the CONNECT is refused, and what may follow it is another request.
    mutating func stopIntercepting(_ slot: Int32) {
        let client = clients[slot]
        guard client.pointee.interception >= 0, !client.pointee.isPromised, !client.pointee.isStream else { return }
        letGoOfTunnel(client)
    }

    // MARK: The leaf

    /// Gets the certificate that the client will see.
    mutating func askForLeaf(_ slot: Int32) {
        let client = clients[slot]
        guard let interception else { preconditionFailure("a tunnel is intercepted where nothing is") }
        let target = client.pointee.target
        if let leaf = origins[target]?.leaf, wallClock.microseconds(at: now) / 1_000_000 < leaf.renewAt {
            return meetClient(slot, leaf)
        }
        guard let names = leafNames(target) else { return passThrough(slot) }
        intercepted[client.pointee.interception].pointee.stage = .awaitingLeaf
        let ticket = ResolutionTicket(client: slot, generation: clients.generation(of: slot), target: target)
        let answer = interception.leaves.leaf(for: names) { [mailbox] answer in mailbox.post(.leaf(ticket, answer)) }
        if let answer { return leafCame(slot, answer) }
        updateClientInterest(slot)
    }

    /// The names for the target's leaf; those of the origin's certificate where that is known.
    private func leafNames(_ target: Int32) -> LeafNames? {
        if let origin = origins[target] { return origin.names }
        return SubjectName(host: targets[target].host).map { LeafNames(host: $0) }
    }

    /// A leaf that was asked for.
    mutating func leafCame(_ ticket: ResolutionTicket, _ answer: LeafAnswer) {
        let slot = ticket.client
        guard clients.isUsed(slot), clients.generation(of: slot) == ticket.generation,
            clients[slot].pointee.interception >= 0,
            intercepted[clients[slot].pointee.interception].pointee.stage == .awaitingLeaf
        else { return }
        now = .now
        leafCame(slot, answer)
    }

    private mutating func leafCame(_ slot: Int32, _ answer: LeafAnswer) {
        switch answer {
        case .leaf(let leaf):
            origins[clients[slot].pointee.target]?.leaf = leaf
            meetClient(slot, leaf)
        case .busy:
            log(.warning, "too many certificates are waited for; a tunnel goes on as it is")
            passThrough(slot)
        case .failed(let error):
            log(.error, "no certificate for a tunnel, which goes on as it is", ["error": "\(error)"])
            passThrough(slot)
        }
    }

    // MARK: The client's handshake

    private mutating func meetClient(_ slot: Int32, _ leaf: LeafCertificate) {
        let client = clients[slot]
        let tunnel = intercepted[client.pointee.interception]
        tunnel.pointee.stage = .meetingClient
        tunnel.pointee.since = now
        let token = EventToken(.client, slot: slot, generation: clients.generation(of: slot))
        guard let context = settings.contexts?.server,
            let session = openSession(context, on: &client.pointee.channel, token),
            session.pointee.beServer(
                speaking: applicationProtocol(for: client.pointee.target, offered: tunnel.pointee.offered),
                showing: leaf)
        else { return endPromised(slot, .failed(.proxyInternalError)) }
        let progress = shakeHands(client.pointee.channel, with: client.pointee.input.bytes)
        buffers.release(&client.pointee.input)
        clientProgressed(slot, progress)
    }

    /// The client's handshake has come so far.
    mutating func clientProgressed(_ slot: Int32, _ progress: TLSSession.Progress) {
        switch progress {
        case .waiting: updateClientInterest(slot)
        case .failed(let fault): clientRefused(slot, fault)
        case .done(let count):
            let client = clients[slot]
            let tunnel = intercepted[client.pointee.interception]
            tunnel.pointee.stage = .established
            client.pointee.exchange.tunnelUncovered(handshake: now.since(tunnel.pointee.since), at: now)
            tunnel.pointee.setup = client.pointee.exchange.times
            tunnel.pointee.since = now
            if sessions[client.pointee.channel.session].pointee.applicationProtocol == .http2 {
                client.pointee.exchange.multiplexes(at: now)
                armClient(slot)
                return beginHTTP2(client: slot, count: count)
            }
            armClient(slot)
            updateClientInterest(slot)
            if count > 0 { readRequest(slot, count: count, known: 0) }
        }
    }

    /// The client's handshake has failed.
    private mutating func clientRefused(_ slot: Int32, _ fault: TLSFault) {
        // Some go without a word when they do not trust what they were shown.
        let isRejection = fault.rejectsCertificate || fault == .ended
        if isRejection { noteRejection(slot) }
        endPromised(slot, .failed(isRejection ? .tlsCertificateError : fault.errorType))
    }

    /// The client does not take our certificate for the host; the second time it is passed through from then on.
    private mutating func noteRejection(_ slot: Int32) {
        let client = clients[slot]
        guard let interception, let host = SubjectName(host: targets[client.pointee.target].host) else { return }
        interception.pins.rejected(PinnedHost(client: clientName(of: client), host: host.text))
    }

    /// Ends a connection whose client was told that its tunnel is open.
    mutating func endPromised(_ slot: Int32, _ end: CallEnd) {
        clients[slot].pointee.exchange.callEnded(at: now)
        recordCall(slot, end)
        // Recorded: what is let go of now has no more to tell.
        intercepted[clients[slot].pointee.interception].pointee.setup = nil
        closeClient(slot)
    }

    /// The time of what is awaited before the first request is over; `false` where that is another's matter.
    mutating func interceptionTimedOut(_ slot: Int32) -> Bool {
        let client = clients[slot]
        guard client.pointee.interception >= 0 else { return false }
        switch intercepted[client.pointee.interception].pointee.stage {
        case .awaitingHello:
            guard client.pointee.exchange.stage == .intercepting else { return false }
            passThrough(slot)
        case .meetingOrigin: originFailed(client.pointee.upstream, .timedOut)
        case .awaitingLeaf: passThrough(slot)
        case .meetingClient: endPromised(slot, CallEnd(.cancelled))
        case .established: return false
        }
        return true
    }

    /// An intercepted connection is over. One without any request is recorded as the tunnel that it was.
    mutating func interceptionEnded(_ slot: Int32) {
        let client = clients[slot]
        // A stream's tunnel is its connection's.
        guard client.pointee.interception >= 0, !client.pointee.isStream else { return }
        let tunnel = intercepted[client.pointee.interception]
        if tunnel.pointee.stage == .established, tunnel.pointee.setup != nil { recordUnused(slot, tunnel) }
        letGoOfTunnel(client)
    }

    /// Microseconds in which a client that pins a certificate or key looks at ours and goes.
    private static let secondThoughts: UInt64 = 1_000_000

    private mutating func recordUnused(_ slot: Int32, _ tunnel: UnsafeMutablePointer<InterceptedTunnel>) {
        let client = clients[slot]
        // All that came was refused, and was no call.
        guard !tunnel.pointee.hasSpoken else {
            recorder(of: client)?._withUnsafeGuaranteedRef { $0.callEnded() }
            return
        }
        let channel = client.pointee.channel
        let alert = channel.session >= 0 ? sessions[channel.session].pointee.fault : nil
        let isSilent = tunnel.pointee.wasLeft && !tunnel.pointee.hasAccepted
        let isRejection =
            alert?.rejectsCertificate == true
            || (isSilent && now.since(tunnel.pointee.since) < Self.secondThoughts)
        client.pointee.exchange.callEnded(at: now)
        if let fault = tunnel.pointee.fault {
            recordCall(slot, .failed(fault.errorType))
        } else if isRejection {
            noteRejection(slot)
            recordCall(slot, .failed(.tlsCertificateError))
        } else {
            recordCall(slot, CallEnd(.success))
        }
    }
}
