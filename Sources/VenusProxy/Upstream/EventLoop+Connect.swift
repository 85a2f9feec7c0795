import CLinux
import Glibc
import VenusCore

extension EventLoop {
    /// Opens a connection for a client that holds a place in the pool: resolves the name if need be.
    mutating func openConnection(_ slot: Int32) {
        let client = clients[slot]
        let target = client.pointee.target
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
            clients[slot].pointee.exchange.stage == .resolving, clients[slot].pointee.target == ticket.target
        else { return }
        now = .now
        resolved(slot, resolution)
    }

    private mutating func resolved(_ slot: Int32, _ resolution: Resolution) {
        let target = clients[slot].pointee.target
        switch resolution {
        case .addresses(let addresses, let expire):
            targets[target].addresses = addresses
            targets[target].addressesExpire = expire
            connect(slot)
        case .failed:
            targets[target].addresses = []
            perform(slot, clients[slot].pointee.exchange.failed(.dnsError, at: now))
        }
    }

    /// Makes a connection to the first of the target's addresses that takes one.
    private mutating func connect(_ slot: Int32) {
        clients[slot].pointee.exchange.awaitConnection(.connecting, at: now)
        let upstream = upstreams.take()
        let target = clients[slot].pointee.target
        upstreams[upstream].pointee.target = target
        upstreams[upstream].pointee.client = slot
        upstreams[upstream].pointee.isConnecting = true
        upstreams[upstream].pointee.calls = 1
        clients[slot].pointee.upstream = upstream
        clients[slot].pointee.holdsPlace = false
        armClient(slot)
        updateClientInterest(slot)
        tryAddress(upstream, from: 0, lastError: .connectionTerminated)
    }

    /// Starts a connection to the next address, from `first` on; if none is left the call fails with `lastError`.
    private mutating func tryAddress(_ slot: Int32, from first: Int, lastError: ErrorType) {
        let upstream = upstreams[slot]
        let target = upstream.pointee.target
        var attempt = first
        var errorType = lastError
        while attempt < targets[target].addresses.count {
            let address = targets[target].addresses[attempt]
            let port = targets[target].port
            if settings.isOwnListener(address, port: port) {
                errorType = .proxyLoopDetected
                attempt += 1
                continue
            }
            let descriptor = Socket.connect(to: address, port: port)
            guard descriptor >= 0 else {
                errorType = Self.errorType(connecting: -descriptor)
                attempt += 1
                continue
            }
            upstream.pointee.channel = Channel(descriptor: descriptor)
            upstream.pointee.attempt = Int32(attempt)
            let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
            watch(&upstream.pointee.channel, Poller.writable, token: token.rawValue)
            limitAttempt(slot, remaining: targets[target].addresses.count - attempt)
            return
        }
        let client = upstream.pointee.client
        perform(client, clients[client].pointee.exchange.failed(errorType, at: now))
    }

    /// An attempt gets its share of the time that is left for all; the last one is ended by the client's timer.
    private mutating func limitAttempt(_ slot: Int32, remaining: Int) {
        guard remaining > 1 else { return armUpstream(slot, at: .distantFuture) }
        let end = clients[upstreams[slot].pointee.client].pointee.exchange.deadline(settings.timeouts)
        armUpstream(slot, at: now + end.since(now) / UInt64(remaining))
    }

    /// An attempt to connect has failed.
    mutating func connectFailed(_ slot: Int32, _ errorType: ErrorType) {
        let upstream = upstreams[slot]
        Socket.close(upstream.pointee.channel.descriptor)
        upstream.pointee.channel = Channel()
        tryAddress(slot, from: Int(upstream.pointee.attempt) + 1, lastError: errorType)
    }

    /// The socket of an attempt has something to say.
    mutating func connectProgressed(_ slot: Int32) {
        let upstream = upstreams[slot]
        let error = clinux_socket_error(upstream.pointee.channel.descriptor)
        guard error == 0 else { return connectFailed(slot, Self.errorType(connecting: error)) }
        upstream.pointee.isConnecting = false
        armUpstream(slot, at: .distantFuture)
        let client = upstream.pointee.client
        if clients[client].pointee.exchange.method == .connect { return openTunnel(client) }
        clients[client].pointee.exchange.connected(isReused: false, at: now)
        startSending(client)
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
