import Glibc
import VenusCore

/// Calls whose way leads through another proxy.
///
/// In plain HTTP through an HTTP proxy a call goes in absolute form on a connection that it shares with calls to other
/// dependencies. Otherwise a connection through the proxy is made first, and is then like one to the dependency itself.
extension EventLoop {
    /// Decides what the client's call goes through. Its target is known.
    mutating func chooseParent(_ client: UnsafeMutablePointer<ClientConnection>, isConnect: Bool) {
        let target = client.pointee.target
        // TLS is spoken with the dependency itself.
        let isTunnel = isConnect || targets[target].isSecure
        let parent = isTunnel ? targets[target].tunnelParent : targets[target].plainParent
        client.pointee.parent = parent
        client.pointee.poolTarget = target
        // The parents are the first targets.
        if parent >= 0, !isTunnel, settings.parents[Int(parent)].kind != .socks5 { client.pointee.poolTarget = parent }
    }

    /// Whether the tunnel to a host, in lower case, goes through an upstream proxy that TLS is spoken with: there is no
    /// second session of TLS within the first.
    func isSealed(_ host: [UInt8], port: UInt16) -> Bool {
        guard let parent = settings.routes.rule(for: host, port: port, isTunnel: true) else { return false }
        return settings.parents[parent].kind == .https
    }

    /// Notes what calls to a target that is new go through.
    mutating func setParents(of target: Int32) {
        let (host, port) = (targets[target].host, targets[target].port)
        func parent(isTunnel: Bool) -> Int32 {
            settings.routes.rule(for: host, port: port, isTunnel: isTunnel).map { Int32($0) } ?? -1
        }
        targets[target].plainParent = parent(isTunnel: false)
        targets[target].tunnelParent = parent(isTunnel: true)
    }

    /// What a connection for the client's call is made to: its dependency, or the proxy on the way there.
    @inline(__always)
    func hop(_ client: UnsafeMutablePointer<ClientConnection>) -> Int32 {
        client.pointee.parent >= 0 ? client.pointee.parent : client.pointee.target
    }

    /// Whether the client's request goes to its upstream proxy as it is, in absolute form.
    func isForwardedByParent(_ client: UnsafeMutablePointer<ClientConnection>) -> Bool {
        client.pointee.parent >= 0 && client.pointee.poolTarget == client.pointee.parent
    }

    /// Writes a request for its upstream proxy, in absolute form or as a CONNECT.
    func writeForParent(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ByteSink {
        var sink = ByteSink(scratch.head)
        let authorization = settings.parents[Int(client.pointee.parent)].authorization
        settings.pseudonym.withUnsafeBufferPointer { pseudonym in
            authorization.withUnsafeBufferPointer { authorization in
                HeadSerializer.requestToProxy(
                    head, bytes.span, fields: fields, pseudonym: pseudonym, authorization: authorization, into: &sink)
            }
        }
        return sink
    }

    /// Keeps the CONNECT for the client's upstream proxy until there is a connection to it. `false` without memory.
    mutating func keepConnect(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let parent = client.pointee.parent
        guard parent >= 0, settings.parents[Int(parent)].kind != .socks5 else { return true }
        let sink = writeForParent(client, head, bytes)
        buffers.release(&client.pointee.replay)
        return keep(
            UnsafeBufferPointer(rebasing: UnsafeBufferPointer(scratch.head)[..<sink.count]), in: &client.pointee.replay)
    }

    // MARK: Negotiating

    /// The connection to the client's upstream proxy is there: seals it, and asks for one through it, if that is what
    /// the call needs. `false`: nothing is needed.
    mutating func beginNegotiation(_ slot: Int32) -> Bool {
        let upstream = upstreams[slot]
        let client = clients[upstream.pointee.client]
        guard client.pointee.parent >= 0 else { return false }
        let parent = settings.parents[Int(client.pointee.parent)]
        let isForwarded = isForwardedByParent(client)
        guard !isForwarded || parent.kind == .https else { return false }
        let place = negotiations.take()
        upstream.pointee.negotiation = place
        let negotiation = negotiations[place]
        if parent.kind == .https {
            guard seal(slot, parent) else {
                negotiationFailed(slot, .proxyInternalError)
                return true
            }
            negotiation.pointee.handshake = .toBegin
        }
        switch parent.kind {
        case .https where isForwarded: break
        case .http, .https:
            guard sayConnect(client, negotiation) else {
                giveUp(upstream.pointee.client)
                return true
            }
        case .socks5:
            let offersPassword = parent.credentials != nil
            negotiation.pointee.conversation = .socks5(SOCKS5StateMachine(offersPassword: offersPassword))
            guard say(.greeting, slot) else {
                giveUp(upstream.pointee.client)
                return true
            }
        }
        negotiationProgressed(slot)
        return true
    }

    /// Puts the CONNECT behind what waits: the client's, or one of our own for a call within a tunnel that is
    /// intercepted. `false` without memory.
    private mutating func sayConnect(
        _ client: UnsafeMutablePointer<ClientConnection>, _ negotiation: UnsafeMutablePointer<UpstreamNegotiation>
    ) -> Bool {
        if client.pointee.exchange.method == .connect, !client.pointee.replay.isEmpty {
            negotiation.pointee.output = client.pointee.replay
            client.pointee.replay = Buffer()
            return true
        }
        let target = client.pointee.target
        let host = String(decoding: targets[target].host, as: UTF8.self)
        let port = targets[target].port
        let authority = BoundAddress(host: host, port: port).description
        var head = Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n".utf8)
        let authorization = settings.parents[Int(client.pointee.parent)].authorization
        if !authorization.isEmpty {
            head += Array("Proxy-Authorization: ".utf8)
            head += authorization
            head += Array("\r\n".utf8)
        }
        head += Array("Via: 1.1 ".utf8)
        head += settings.pseudonym
        head += Array("\r\n\r\n".utf8)
        return head.withUnsafeBufferPointer { keep($0, in: &negotiation.pointee.output) }
    }

    /// Opens a session of TLS with an upstream proxy, which has to prove its name. `false` without memory.
    private mutating func seal(_ slot: Int32, _ parent: UpstreamParent) -> Bool {
        let upstream = upstreams[slot]
        let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
        guard let context = settings.parentTLS,
            let session = openSession(context, on: &upstream.pointee.channel, token)
        else { return false }
        // What is in a tunnel has an end of its own.
        session.pointee.takesPlainEnd = clients[upstream.pointee.client].pointee.exchange.method == .connect
        return session.pointee.beClient(of: parent.host, offersHTTP2: false, resuming: nil)
    }

    /// Goes on with the handshake; `true` once the CONNECT may be said.
    private mutating func handshakeProgressed(_ slot: Int32) -> Bool {
        let upstream = upstreams[slot]
        let negotiation = negotiations[upstream.pointee.negotiation]
        let session = sessions[upstream.pointee.channel.session]
        let reading = negotiation.pointee.handshake == .underWay && !session.pointee.wantsWrite
        negotiation.pointee.handshake = .underWay
        switch shakeHands(upstream.pointee.channel, reading: reading) {
        case .waiting: watchNegotiation(slot, isSending: session.pointee.wantsWrite)
        case .failed(let fault): negotiationFailed(slot, fault.errorType)
        // Who speaks before it was asked does not speak HTTP.
        case .done(let count) where count > 0: negotiationFailed(slot, .httpProtocolError)
        case .done:
            negotiation.pointee.handshake = .none
            guard isForwardedByParent(clients[upstream.pointee.client]) else { return true }
            endNegotiation(slot)
            connectionMade(slot)
        }
        return false
    }

    /// Puts a message for a SOCKS5 proxy behind those that wait. `false` without memory.
    private mutating func say(_ message: SOCKS5Request.Message, _ slot: Int32) -> Bool {
        let upstream = upstreams[slot]
        let client = clients[upstream.pointee.client]
        let target = client.pointee.target
        let request = SOCKS5Request(
            host: targets[target].host, port: targets[target].port,
            credentials: settings.parents[Int(client.pointee.parent)].credentials)
        let negotiation = negotiations[upstream.pointee.negotiation]
        return request.bytes(of: message).withUnsafeBufferPointer { keep($0, in: &negotiation.pointee.output) }
    }

    /// The connection that is being negotiated about can be written or read.
    mutating func negotiationProgressed(_ slot: Int32) {
        let upstream = upstreams[slot]
        let negotiation = negotiations[upstream.pointee.negotiation]
        if negotiation.pointee.handshake != .none { guard handshakeProgressed(slot) else { return } }
        guard sendNegotiation(slot) else { return negotiationFailed(slot, .connectionTerminated) }
        let known = negotiation.pointee.input.count
        switch receive(upstream.pointee.channel, into: scratch.input + known, capacity: ScratchMemory.readBytes) {
        case .moved(let count):
            if known > 0 { takeKept(&negotiation.pointee.input) }
            let bytes = UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: known + count)
            switch negotiation.pointee.conversation {
            case .connect(let machine): connectAnswered(slot, machine, bytes, known: known)
            case .socks5(let machine): socksAnswered(slot, machine, bytes)
            }
        case .wouldBlock: watchNegotiation(slot)
        case .ended, .failed: negotiationFailed(slot, .connectionTerminated)
        }
    }

    /// Sends what waits; `false` if the connection is broken.
    private mutating func sendNegotiation(_ slot: Int32) -> Bool {
        let upstream = upstreams[slot]
        let negotiation = negotiations[upstream.pointee.negotiation]
        let waiting = negotiation.pointee.output.bytes
        guard let first = waiting.baseAddress, !waiting.isEmpty else { return true }
        switch send(upstream.pointee.channel, first, count: waiting.count) {
        case .moved(let sent): negotiation.pointee.output.consume(sent)
        case .wouldBlock, .ended: break
        case .failed: return false
        }
        if negotiation.pointee.output.isEmpty { buffers.release(&negotiation.pointee.output) }
        return true
    }

    private mutating func watchNegotiation(_ slot: Int32) {
        watchNegotiation(
            slot, isSending: !negotiations[upstreams[slot].pointee.negotiation].pointee.output.isEmpty)
    }

    private mutating func watchNegotiation(_ slot: Int32, isSending: Bool) {
        let upstream = upstreams[slot]
        let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
        watch(
            &upstream.pointee.channel, Poller.readable | (isSending ? Poller.writable : 0), token: token.rawValue)
    }

    private mutating func connectAnswered(
        _ slot: Int32, _ machine: ProxyConnectStateMachine, _ bytes: UnsafeBufferPointer<UInt8>, known: Int
    ) {
        let upstream = upstreams[slot]
        let negotiation = negotiations[upstream.pointee.negotiation]
        var machine = machine
        switch machine.received(bytes.span, known: known, fields: &fields) {
        case .wait:
            negotiation.pointee.conversation = .connect(machine)
            guard keep(bytes, in: &negotiation.pointee.input) else { return giveUp(upstream.pointee.client) }
            watchNegotiation(slot)
        case .established(let length): negotiated(slot, from: length, count: bytes.count)
        case .failed(let errorType, let proxyStatus):
            if let proxyStatus, proxyStatus.count <= ProxyStatus.maximumBytes {
                let client = clients[upstream.pointee.client]
                buffers.release(&client.pointee.parentStatus)
                let value = UnsafeBufferPointer(rebasing: bytes[proxyStatus.start..<proxyStatus.end])
                guard keep(value, in: &client.pointee.parentStatus) else { return giveUp(upstream.pointee.client) }
            }
            negotiationFailed(slot, errorType)
        }
    }

    private mutating func socksAnswered(
        _ slot: Int32, _ machine: SOCKS5StateMachine, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let upstream = upstreams[slot]
        let negotiation = negotiations[upstream.pointee.negotiation]
        var machine = machine
        var place = 0
        while true {
            let rest = UnsafeBufferPointer(rebasing: bytes[place...])
            let (taken, action) = machine.received(rest.span)
            place += taken
            switch action {
            case .wait:
                negotiation.pointee.conversation = .socks5(machine)
                let left = UnsafeBufferPointer(rebasing: bytes[place...])
                guard keep(left, in: &negotiation.pointee.input) else { return giveUp(upstream.pointee.client) }
                return watchNegotiation(slot)
            case .send(let message):
                guard say(message, slot) else { return giveUp(upstream.pointee.client) }
                guard sendNegotiation(slot) else { return negotiationFailed(slot, .connectionTerminated) }
            case .established: return negotiated(slot, from: place, count: bytes.count)
            case .failed(let errorType): return negotiationFailed(slot, errorType)
            }
        }
    }

    private mutating func negotiationFailed(_ slot: Int32, _ errorType: ErrorType) {
        let client = upstreams[slot].pointee.client
        perform(client, clients[client].pointee.exchange.failed(errorType, at: now))
    }

    /// The connection is one to the dependency from now on. Of the scratch memory, the bytes from `start` to `count`
    /// are the dependency's first.
    private mutating func negotiated(_ slot: Int32, from start: Int, count: Int) {
        endNegotiation(slot)
        let client = upstreams[slot].pointee.client
        let isTunnel = clients[client].pointee.exchange.method == .connect
        // Who answers before it was asked speaks neither HTTP nor TLS.
        let mayBeEarly = isTunnel && clients[client].pointee.interception < 0
        guard mayBeEarly || start == count else { return negotiationFailed(slot, .httpProtocolError) }
        var early = Buffer()
        guard keep(UnsafeBufferPointer(start: scratch.input + start, count: count - start), in: &early) else {
            return giveUp(client)
        }
        let generation = clients.generation(of: client)
        connectionMade(slot)
        let isOpen =
            clients.isUsed(client) && clients.generation(of: client) == generation
            && clients[client].pointee.exchange.stage == .tunnelling
        if isOpen, !early.isEmpty {
            let length = early.count
            takeKept(&early)
            tunnelReceived(client, .dependency, length)
        } else {
            buffers.release(&early)
        }
    }

    /// Lets go of what belongs to the negotiation about a connection, if there is one.
    mutating func endNegotiation(_ slot: Int32) {
        let upstream = upstreams[slot]
        guard upstream.pointee.negotiation >= 0 else { return }
        let negotiation = negotiations[upstream.pointee.negotiation]
        buffers.release(&negotiation.pointee.input)
        buffers.release(&negotiation.pointee.output)
        negotiations.release(upstream.pointee.negotiation)
        upstream.pointee.negotiation = -1
    }
}
