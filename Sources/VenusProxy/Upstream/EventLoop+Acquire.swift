import CLinux
import Glibc
import VenusCore

extension EventLoop {
    /// Sends a request's first bytes: a head of `headCount` bytes and what has come of the body. On a pooled
    /// connection at once, otherwise as soon as there is one.
    @inline(__always)
    mutating func send(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int, headCount: Int) {
        let client = clients[slot]
        guard case .reuse(let upstream) = acquire(slot, mayReuse: true) else {
            return sendLater(slot, bytes, count: count)
        }
        guard mayUse(slot, upstream) else { return sendElsewhere(slot, bytes, count: count, than: upstream) }
        attach(slot, to: upstream)
        if defers, deferRequest(slot, bytes, count: count) { return }
        if client.pointee.exchange.isReplayable {
            guard buffers.append(bytes, count: headCount, to: &client.pointee.replay) else { return giveUp(slot) }
        } else if !isQuiet(upstreams[upstream].pointee.channel) {
            // What cannot be sent twice is not sent on a connection that is already over.
            return retryUnsent(slot, bytes, count: count)
        }
        switch send(upstreams[upstream].pointee.channel, bytes, count: count) {
        case .moved(count): break
        case .moved(let sent):
            guard buffers.append(bytes + sent, count: count - sent, to: &client.pointee.upload) else {
                return giveUp(slot)
            }
        case .wouldBlock, .ended:
            guard buffers.append(bytes, count: count, to: &client.pointee.upload) else { return giveUp(slot) }
        case .failed: return retryUnsent(slot, bytes, count: count)
        }
        afterSending(slot, upstream)
    }

    @inline(__always)
    mutating func afterSending(_ slot: Int32, _ upstream: Int32) {
        armClient(slot)
        updateClientInterest(slot)
        updateUpstreamInterest(upstream)
    }

    /// There is no connection to send on yet.
    private mutating func sendLater(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) {
        guard buffers.append(bytes, count: count, to: &clients[slot].pointee.upload) else { return giveUp(slot) }
        goForConnection(slot)
    }

    /// The connection that the pool gave is to an address where this call may not go: its place goes to one that may.
    private mutating func sendElsewhere(
        _ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int, than upstream: Int32
    ) {
        let isStream = upstreams[upstream].pointee.channel.isStream
        closeUpstreamSlot(upstream)
        // A stream has no place of its own in the pool.
        if !isStream { placeFreed(target: clients[slot].pointee.poolTarget) }
        guard buffers.append(bytes, count: count, to: &clients[slot].pointee.upload) else { return giveUp(slot) }
        acquireNewConnection(slot)
    }

    /// A reused connection was dead before a byte went out.
    private mutating func retryUnsent(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) {
        let client = clients[slot]
        buffers.release(&client.pointee.replay)
        guard buffers.append(bytes, count: count, to: &client.pointee.upload) else { return giveUp(slot) }
        retryUnsent(slot)
    }

    /// A reused connection was dead before a byte of what waits in `upload`, the whole request, went out.
    mutating func retryUnsent(_ slot: Int32) {
        let end = clients[slot].pointee.exchange.upstreamEnded(isClean: false, nothingSent: true, at: now)
        guard case .failed(let failure) = end else { preconditionFailure("nothing was answered") }
        guard case .retry = failure else { return perform(slot, failure) }
        dropUpstream(slot)
        acquireNewConnection(slot)
    }

    /// Sends the request once more, on a new connection.
    mutating func retry(_ slot: Int32) {
        let client = clients[slot]
        buffers.release(&client.pointee.upload)
        client.pointee.upload = client.pointee.replay
        client.pointee.replay = Buffer()
        dropUpstream(slot)
        acquireNewConnection(slot)
    }

    /// Asks the pool; whatever it says is noted in the client.
    @inline(__always)
    mutating func acquire(_ slot: Int32, mayReuse: Bool) -> UpstreamPoolStateMachine.Acquisition {
        let client = clients[slot]
        if mayReuse, client.pointee.interception >= 0 {
            if let stream = openStream(for: client) { return .reuse(stream) }
            if isLed(client) {
                pool.wait(target: client.pointee.poolTarget, client: slot)
                client.pointee.isWaiting = true
                return .wait
            }
        }
        let acquisition = pool.acquire(
            target: client.pointee.poolTarget, client: slot, mayReuse: mayReuse,
            forTunnel: client.pointee.exchange.method == .connect)
        switch acquisition {
        case .reuse: break
        case .open:
            client.pointee.holdsPlace = true
            if client.pointee.interception >= 0 { leadOthers(slot) }
        case .wait: client.pointee.isWaiting = true
        }
        return acquisition
    }

    /// Gets a new connection for a client whose request waits in `upload`.
    mutating func acquireNewConnection(_ slot: Int32) {
        if case .reuse(let upstream) = acquire(slot, mayReuse: false) {
            preconditionFailure("connection \(upstream) was given to a caller that wants a new one")
        }
        goForConnection(slot)
    }

    /// Goes on as the pool said: opens a connection, or waits for one.
    mutating func goForConnection(_ slot: Int32) {
        let client = clients[slot]
        if client.pointee.holdsPlace { return openConnection(slot) }
        client.pointee.exchange.awaitConnection(.blocked, at: now)
        armClient(slot)
        updateClientInterest(slot)
    }

    /// An idle connection carries the client's call from now on.
    @inline(__always)
    mutating func attach(_ slot: Int32, to upstream: Int32) {
        clients[slot].pointee.upstream = upstream
        clients[slot].pointee.marks.formUnion(upstreams[upstream].pointee.marks)
        clients[slot].pointee.exchange.connected(isReused: true, at: now)
        upstreams[upstream].pointee.client = slot
        upstreams[upstream].pointee.calls &+= 1
        upstreams[upstream].pointee.deadline = .distantFuture
    }

    /// A connection was handed to a client that had waited for it.
    mutating func serveWaiting(_ slot: Int32, with upstream: Int32) {
        clients[slot].pointee.isWaiting = false
        if clients[slot].pointee.exchange.method == .connect || !mayUse(slot, upstream) {
            // It needs a connection of its own: the place is kept, the connection is not.
            closeUpstreamSlot(upstream)
            clients[slot].pointee.holdsPlace = true
            return opening.append(slot)
        }
        attach(slot, to: upstream)
        let client = clients[slot]
        if client.pointee.exchange.isReplayable {
            guard keep(client.pointee.upload.bytes, in: &client.pointee.replay) else { return giveUp(slot) }
        }
        startSending(slot)
    }

    /// Opens connections for clients that were given the place of one.
    mutating func openForWaiting() {
        while let slot = opening.popLast() {
            // It may have left since, and another have its slot.
            guard clients.isUsed(slot), clients[slot].pointee.holdsPlace,
                clients[slot].pointee.exchange.stage == .blocked
            else { continue }
            if clients[slot].pointee.interception >= 0 { leadOthers(slot) }
            openConnection(slot)
        }
    }

    /// Sends what waits in `upload` on the client's connection.
    mutating func startSending(_ slot: Int32) {
        guard let upstream = flushUpload(slot) else { return }
        afterSending(slot, upstream)
    }

    /// A connection that counted for a target is gone: the next in the queue may open one. It does so later, or a
    /// dead dependency's whole queue would fail inside one another.
    mutating func placeFreed(target: Int32) {
        guard case .open(let next) = pool.closed(target: target) else { return }
        clients[next].pointee.isWaiting = false
        clients[next].pointee.holdsPlace = true
        opening.append(next)
    }

    /// Lets go of whatever carries the client's call, or would: it cannot be used again.
    mutating func dropUpstream(_ slot: Int32) {
        let client = clients[slot]
        client.pointee.leadsOthers = false
        if client.pointee.deferral == .request { client.pointee.deferral = .nothing }
        if client.pointee.isWaiting {
            client.pointee.isWaiting = false
            pool.stopWaiting(client: slot, target: client.pointee.poolTarget)
        }
        let upstream = client.pointee.upstream
        if upstream >= 0 {
            if upstreams[upstream].pointee.olderAttempt >= 0 { closeAttempts(slot, except: upstream) }
            client.pointee.upstream = -1
            let target = upstreams[upstream].pointee.target
            let isStream = upstreams[upstream].pointee.channel.isStream
            closeUpstreamSlot(upstream)
            // A stream has no place of its own in the pool: its connection has.
            if !isStream { placeFreed(target: target) }
        }
        if client.pointee.holdsPlace {
            client.pointee.holdsPlace = false
            placeFreed(target: client.pointee.poolTarget)
        }
    }
}
