import Glibc
import VenusCore

extension EventLoop {
    mutating func upstreamEvent(_ slot: Int32, _ flags: UInt32) {
        let upstream = upstreams[slot]
        if upstream.pointee.isConnecting { return connectProgressed(slot) }
        if upstream.pointee.isSecuring { return securingProgressed(slot, flags) }
        let client = upstream.pointee.client
        // Idle: the dependency ended the connection, or said something that nobody asked for.
        guard client >= 0 else {
            if upstream.pointee.http2 >= 0 { return http2Event(upstream.pointee.http2, flags) }
            // What came may be of its session alone, such as a ticket to resume it with.
            if upstream.pointee.channel.session >= 0, isQuiet(upstream.pointee.channel) { return }
            return closeIdleUpstream(slot)
        }
        // It ended, or speaks, before the request went out: that is none of the call's.
        if clients[client].pointee.deferral == .request { return retryUnsent(client) }
        // A server that speaks first, or ends, before its client has said what it wants: no TLS.
        if clients[client].pointee.exchange.stage == .intercepting { return passThrough(client) }
        if flags & Poller.writable != 0 {
            let generation = upstreams.generation(of: slot)
            upstreamWritable(slot)
            guard upstreams.generation(of: slot) == generation, upstream.pointee.client == client else { return }
        }
        guard flags & (Poller.readable | Poller.broken) != 0 else { return }
        if wantsResponse(client) {
            readUpstream(slot)
        } else if clients[client].pointee.exchange.stage == .tunnelling {
            tunnelBroken(client, .dependency, flags)
        } else if flags & Poller.broken != 0 {
            // Bytes for the client wait, so this is not read now; epoll would report it without end.
            unwatch(&upstream.pointee.channel)
        }
    }

    mutating func unwatch(_ channel: inout Channel) {
        if channel.isStream { return channel.interest = 0 }
        guard channel.isRegistered else { return }
        poller.remove(channel.descriptor)
        channel.isRegistered = false
        channel.interest = 0
    }

    /// Whether bytes of the dependency can be taken in now.
    @inline(__always)
    private func wantsResponse(_ slot: Int32) -> Bool {
        let client = clients[slot]
        if client.pointee.exchange.stage == .tunnelling { return tunnelWantsInput(client, from: .dependency) }
        return client.pointee.download.isEmpty
    }

    /// Tells epoll what the socket to the dependency is watched for now.
    @inline(__always)
    mutating func updateUpstreamInterest(_ slot: Int32) {
        let upstream = upstreams[slot]
        let client = upstream.pointee.client
        var interest = Poller.readable
        if client >= 0 {
            if !wantsResponse(client) { interest = 0 }
            if !clients[client].pointee.upload.isEmpty || clients[client].pointee.uploadPipe.count > 0 {
                interest |= Poller.writable
            }
        }
        if interest & Poller.readable != 0 { queueEnd(upstream.pointee.channel) }
        let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
        watch(&upstream.pointee.channel, interest, token: token.rawValue)
    }

    /// Sends bytes of a request's body, or keeps what the dependency does not take.
    mutating func sendToUpstream(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) {
        let client = clients[slot]
        let upstream = client.pointee.upstream
        // Without a connection, or behind bytes that wait, they wait; after a failed write nobody wants them.
        guard upstream >= 0 else { return keepUpload(slot, bytes, count: count) }
        guard !upstreams[upstream].pointee.isWriteBroken else { return }
        var sent = 0
        if client.pointee.upload.isEmpty, !upstreams[upstream].pointee.isConnecting {
            switch send(upstreams[upstream].pointee.channel, bytes, count: count) {
            case .moved(let some): sent = some
            case .wouldBlock, .ended: break
            case .failed: return writeBroke(upstream)
            }
        }
        guard sent < count else { return }
        keepUpload(slot, bytes + sent, count: count - sent)
        guard clients.isUsed(slot), client.pointee.upstream == upstream else { return }
        updateUpstreamInterest(upstream)
    }

    private mutating func keepUpload(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) {
        guard buffers.append(bytes, count: count, to: &clients[slot].pointee.upload) else { return giveUp(slot) }
    }

    /// Sends what waits in `upload`; the connection, unless the call has ended by that.
    mutating func flushUpload(_ slot: Int32) -> Int32? {
        let client = clients[slot]
        let upstream = client.pointee.upstream
        let bytes = client.pointee.upload.bytes
        guard let first = bytes.baseAddress, !bytes.isEmpty else { return upstream }
        switch send(upstreams[upstream].pointee.channel, first, count: bytes.count) {
        case .moved(let sent):
            client.pointee.upload.consume(sent)
            client.pointee.exchange.requestMoved(at: now)
        case .wouldBlock, .ended: break
        case .failed:
            writeBroke(upstream)
            return clients.isUsed(slot) && client.pointee.upstream == upstream ? upstream : nil
        }
        if client.pointee.upload.isEmpty { buffers.release(&client.pointee.upload) }
        return upstream
    }

    /// The dependency takes no more of the request. It may have answered already, so what it says is read first.
    private mutating func writeBroke(_ slot: Int32) {
        let upstream = upstreams[slot]
        upstream.pointee.isWriteBroken = true
        buffers.release(&clients[upstream.pointee.client].pointee.upload)
        if wantsResponse(upstream.pointee.client) { readUpstream(slot) }
    }

    private mutating func upstreamWritable(_ slot: Int32) {
        let client = upstreams[slot].pointee.client
        guard clients[client].pointee.exchange.stage != .tunnelling else {
            return tunnelFlush(client, toward: .dependency)
        }
        guard let upstream = flushUpload(client), clients[client].pointee.upload.isEmpty else { return }
        updateUpstreamInterest(upstream)
        updateClientInterest(client)
        armClient(client)
    }

    /// The response is complete: the connection goes back to the pool, or is closed if it cannot be used again.
    @inline(__always)
    mutating func releaseUpstream(_ slot: Int32, reusable: Bool) {
        let upstream = upstreams[slot]
        let target = upstream.pointee.target
        if upstream.pointee.channel.session >= 0 {
            keepResumption(upstream)
            if upstream.pointee.channel.isStream {
                clients[upstream.pointee.client].pointee.upstream = -1
                return closeUpstreamSlot(slot)
            }
        }
        clients[upstream.pointee.client].pointee.upstream = -1
        guard reusable else {
            closeUpstreamSlot(slot)
            return placeFreed(target: target)
        }
        upstream.pointee.client = -1
        switch pool.release(slot, target: target) {
        case .park:
            armUpstream(slot, at: now + settings.upstreamIdle)
            updateUpstreamInterest(slot)
        case .serve(let client): serveWaiting(client, with: slot)
        case .close: closeUpstreamSlot(slot)
        }
    }

    mutating func closeIdleUpstream(_ slot: Int32) {
        // Not the pool's.
        if upstreams[slot].pointee.http2 >= 0 { return http2UpstreamTimedOut(slot) }
        pool.idleClosed(slot, target: upstreams[slot].pointee.target)
        closeUpstreamSlot(slot)
    }

    /// Closes idle connections to make room for others; how many there were.
    @discardableResult
    mutating func closeIdleUpstreams(atMost limit: Int) -> Int {
        var closed = 0
        for slot in 0..<Int32(upstreams.capacity)
        where upstreams.isUsed(slot) && upstreams[slot].pointee.client < 0 && closed < limit {
            closeIdleUpstream(slot)
            closed += 1
        }
        return closed
    }

    /// Closes the socket and frees the slot; the pool is told by the caller.
    mutating func closeUpstreamSlot(_ slot: Int32) {
        let upstream = upstreams[slot]
        if upstream.pointee.channel.session >= 0 { keepResumption(upstream) }
        close(&upstream.pointee.channel)
        armUpstream(slot, at: .distantFuture)
        endNegotiation(slot)
        upstreams.release(slot)
    }
}
