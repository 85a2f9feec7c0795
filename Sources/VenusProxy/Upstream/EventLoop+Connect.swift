import CLinux
import Glibc
import Logging
import VenusCore

extension EventLoop {
    /// Opens a connection for a client that holds a place in the pool: resolves the name if need be.
    mutating func openConnection(_ slot: Int32) {
        let client = clients[slot]
        let target = hop(client)
        guard targets[target].addresses.isEmpty || targets[target].addressesExpire <= now else {
            return connect(slot)
        }
        let ticket = ResolutionTicket(client: slot, generation: clients.generation(of: slot), target: target)
        let answer = resolver.resolve(targets[target].host, now: now) { [mailbox] resolution in
            mailbox.post(.resolved(ticket, resolution))
        }
        client.pointee.exchange.awaitConnection(.resolving, at: now)
        if let answer { return resolved(slot, answer) }
        armClient(slot)
        updateClientInterest(slot)
    }

    mutating func nameResolved(_ ticket: ResolutionTicket, _ resolution: Resolution) {
        let slot = ticket.client
        // Whoever asked may have left, or given up waiting.
        guard clients.isUsed(slot), clients.generation(of: slot) == ticket.generation,
            clients[slot].pointee.exchange.stage == .resolving, hop(clients[slot]) == ticket.target
        else { return }
        now = .now
        resolved(slot, resolution)
    }

    private mutating func resolved(_ slot: Int32, _ resolution: Resolution) {
        let target = hop(clients[slot])
        switch resolution {
        case .addresses(let addresses, let expire):
            targets[target].setAddresses(addresses, expire: expire)
            connect(slot)
        case .failed(let errorType):
            targets[target].setAddresses([], expire: .zero)
            perform(slot, clients[slot].pointee.exchange.failed(errorType, at: now))
        }
    }

    /// Makes a connection to the first of the target's addresses that takes one.
    private mutating func connect(_ slot: Int32) {
        let client = clients[slot]
        client.pointee.exchange.awaitConnection(.connecting, at: now)
        let target = hop(client)
        // What a name means to an upstream proxy is that proxy's to know.
        guard client.pointee.parent >= 0 || mayConnect(slot) else { return }
        client.pointee.connecting = ConnectStateMachine(
            addresses: targets[target].addresses.count, first: targets[target].workedLast)
        armClient(slot)
        updateClientInterest(slot)
        goOnConnecting(slot)
    }

    /// Begins the attempts that are due.
    mutating func goOnConnecting(_ slot: Int32) {
        let client = clients[slot]
        let deadline = client.pointee.exchange.deadline(settings.timeouts)
        while true {
            switch client.pointee.connecting.next(at: now, deadline: deadline) {
            case .begin(let address): beginAttempt(slot, address)
            case .replaceOldest(let address):
                closeOldestAttempt(slot)
                beginAttempt(slot, address)
            case .wait(let time): return armUpstream(client.pointee.upstream, at: time)
            case .fail(let errorType):
                return perform(slot, client.pointee.exchange.failed(errorType, at: now))
            }
        }
    }

    /// Starts a connection to one of the target's addresses. The client's attempts are a list, the newest first.
    private mutating func beginAttempt(_ slot: Int32, _ number: Int) {
        let client = clients[slot]
        let target = hop(client)
        // Another call may have brought newer addresses of the name meanwhile.
        guard number < targets[target].addresses.count else {
            return client.pointee.connecting.failed(.connectionTerminated)
        }
        let address = targets[target].addresses[number]
        let port = targets[target].port
        guard !settings.isOwnListener(address, port: port) else {
            return client.pointee.connecting.failed(.proxyLoopDetected)
        }
        // An upstream proxy is the operator's choice.
        let isPermitted = target != client.pointee.target || mayDial(slot, number)
        guard isPermitted, !settings.isOwnServer(address, port: port) else {
            return client.pointee.connecting.failed(.destinationIPProhibited)
        }
        var descriptor = Socket.connect(to: address, port: port)
        if descriptor == -EMFILE || descriptor == -ENFILE, closeIdleUpstreams(atMost: 16) > 0 {
            descriptor = Socket.connect(to: address, port: port)
        }
        guard descriptor >= 0 else {
            let errorType = Self.errorType(connecting: -descriptor)
            if errorType == .proxyInternalError {
                log(.error, "no connection to a dependency", ["error": "\(Socket.describe(-descriptor))"])
            }
            return client.pointee.connecting.failed(errorType)
        }
        let attempt = upstreams.take()
        let upstream = upstreams[attempt]
        upstream.pointee.channel = Channel(descriptor: descriptor)
        upstream.pointee.target = client.pointee.poolTarget
        upstream.pointee.client = slot
        upstream.pointee.isConnecting = true
        upstream.pointee.calls = 1
        upstream.pointee.address = Int32(number)
        upstream.pointee.ipAddress = address
        upstream.pointee.marks = target == client.pointee.target ? marks(address, of: target) : []
        upstream.pointee.olderAttempt = client.pointee.upstream
        client.pointee.upstream = attempt
        client.pointee.holdsPlace = false
        let token = EventToken(.upstream, slot: attempt, generation: upstreams.generation(of: attempt))
        watch(&upstream.pointee.channel, Poller.writable, token: token.rawValue)
    }

    /// The socket of an attempt has something to say.
    mutating func connectProgressed(_ slot: Int32) {
        let upstream = upstreams[slot]
        if upstream.pointee.negotiation >= 0 { return negotiationProgressed(slot) }
        let client = upstream.pointee.client
        let error = clinux_socket_error(upstream.pointee.channel.descriptor)
        guard error == 0 else {
            closeAttempt(slot)
            clients[client].pointee.connecting.failed(Self.errorType(connecting: error))
            return goOnConnecting(client)
        }
        closeAttempts(client, except: slot)
        targets[hop(clients[client])].workedLast = Int(upstream.pointee.address)
        armUpstream(slot, at: .distantFuture)
        clients[client].pointee.marks.formUnion(upstream.pointee.marks)
        if !beginNegotiation(slot) { connectionMade(slot) }
    }

    /// The connection leads to whom the request is meant for.
    mutating func connectionMade(_ slot: Int32) {
        let upstream = upstreams[slot]
        let client = upstream.pointee.client
        upstream.pointee.isConnecting = false
        if clients[client].pointee.exchange.method == .connect { return openTunnel(client) }
        if targets[upstream.pointee.target].isSecure { return meetOrigin(slot) }
        clients[client].pointee.exchange.connected(isReused: false, at: now)
        startSending(client)
    }

    /// Closes an attempt, and takes it out of its client's list. The place in the pool stays the client's.
    private mutating func closeAttempt(_ slot: Int32) {
        let client = clients[upstreams[slot].pointee.client]
        let older = upstreams[slot].pointee.olderAttempt
        if client.pointee.upstream == slot {
            client.pointee.upstream = older
        } else {
            var newer = client.pointee.upstream
            while upstreams[newer].pointee.olderAttempt != slot { newer = upstreams[newer].pointee.olderAttempt }
            upstreams[newer].pointee.olderAttempt = older
        }
        client.pointee.holdsPlace = client.pointee.upstream < 0
        closeUpstreamSlot(slot)
    }

    private mutating func closeOldestAttempt(_ slot: Int32) {
        var oldest = clients[slot].pointee.upstream
        while upstreams[oldest].pointee.olderAttempt >= 0 { oldest = upstreams[oldest].pointee.olderAttempt }
        closeAttempt(oldest)
    }

    /// Closes all of a client's attempts but one, which is its connection from now on.
    mutating func closeAttempts(_ slot: Int32, except kept: Int32) {
        var attempt = clients[slot].pointee.upstream
        while attempt >= 0 {
            let older = upstreams[attempt].pointee.olderAttempt
            if attempt != kept { closeUpstreamSlot(attempt) }
            attempt = older
        }
        upstreams[kept].pointee.olderAttempt = -1
        clients[slot].pointee.upstream = kept
    }

    private static func errorType(connecting error: Int32) -> ErrorType {
        switch error {
        case ECONNREFUSED: .connectionRefused
        case ETIMEDOUT: .connectionTimeout
        case EHOSTUNREACH, ENETUNREACH, EACCES, EPERM, EINVAL, EAFNOSUPPORT: .destinationIPUnroutable
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL: .proxyInternalError
        default: .connectionTerminated
        }
    }
}
