import Glibc
import VenusCore

/// The streams of HTTP/2 connections, each in a slot like a connection of its own: what reads and writes it does not
/// know the difference.
extension EventLoop {
    // MARK: Clients

    /// Gives each stream that the peer has opened a slot among the clients.
    mutating func openStreams(of connection: HTTP2Connection) {
        while let key = connection.session.nextOpened() {
            let slot = clients.take()
            let parent = clients[connection.slot]
            let client = clients[slot]
            client.pointee.isStream = true
            client.pointee.channel = Channel(stream: key, of: connection.id)
            client.pointee.exchange = ExchangeStateMachine(now: now)
            client.pointee.recorder = parent.pointee.recorder
            client.pointee.owner = parent.pointee.owner
            client.pointee.target = parent.pointee.target
            // Its tunnel is that of its connection.
            client.pointee.interception = parent.pointee.interception
            connection.slots[key] = slot
            armClient(slot)
            updateClientInterest(slot)
        }
        queueReady(connection)
    }

    // MARK: Dependencies

    /// A stream on a connection to the client's target, as a slot among the upstream connections; `nil` where there is
    /// none that takes another.
    mutating func openStream(for client: UnsafeMutablePointer<ClientConnection>) -> Int32? {
        let target = client.pointee.target
        // Protocols are not changed inside of HTTP/2.
        guard client.pointee.interception >= 0, client.pointee.offer.isEmpty, let origin = origins[target],
            let connection = http2[origin.http2], connection.session.canOpen, !connection.isEnding
        else { return nil }
        let slot = upstreams.take()
        let key = connection.session.open()
        upstreams[slot].pointee.channel = Channel(stream: key, of: connection.id)
        upstreams[slot].pointee.target = target
        // Of the connection that it is on.
        upstreams[slot].pointee.ipAddress = upstreams[connection.slot].pointee.ipAddress
        upstreams[slot].pointee.marks = upstreams[connection.slot].pointee.marks
        connection.slots[key] = slot
        return slot
    }

    // MARK: Events

    /// Has the streams looked at whose state has changed.
    mutating func queueReady(_ connection: HTTP2Connection) {
        while let key = connection.session.nextReady() {
            guard let slot = connection.slots[key] else { continue }
            switch connection.session.role {
            case .server:
                let token = EventToken(.client, slot: slot, generation: clients.generation(of: slot))
                let client = clients[slot]
                queueStream(&client.pointee.channel, token.rawValue)
            case .client:
                let token = EventToken(.upstream, slot: slot, generation: upstreams.generation(of: slot))
                let upstream = upstreams[slot]
                queueStream(&upstream.pointee.channel, token.rawValue)
            }
        }
    }

    private mutating func queueStream(_ channel: inout Channel, _ token: UInt64) {
        guard !channel.isEventQueued else { return }
        channel.isEventQueued = true
        http2.events.append(token)
    }

    /// What epoll would say about a stream that is watched for this.
    private func readiness(_ channel: Channel) -> UInt32 {
        guard let session = http2[channel.connection]?.session else { return Poller.readable | Poller.peerEnded }
        var flags: UInt32 = 0
        if session.isReadable(channel.stream) { flags |= Poller.readable }
        if session.isWritable(channel.stream) { flags |= Poller.writable }
        if session.isOver(channel.stream) { flags |= Poller.peerEnded }
        return flags & channel.interest
    }

    /// A stream is watched for something else from now on.
    mutating func watchStream(_ channel: inout Channel, _ interest: UInt32, token: UInt64) {
        channel.isRegistered = true
        channel.interest = interest
        if readiness(channel) != 0 { queueStream(&channel, token) }
    }

    /// Tells a stream's slot what has become possible; as with epoll, again and again as long as it is.
    mutating func streamEvent(_ token: EventToken) {
        let slot = token.slot
        now = .now
        switch token.kind {
        case .client:
            guard clients.generation(of: slot) == token.generation, clients.isUsed(slot) else { return }
            let client = clients[slot]
            client.pointee.channel.isEventQueued = false
            let flags = readiness(client.pointee.channel)
            guard flags != 0 else { return }
            clientEvent(slot, flags)
            guard clients.generation(of: slot) == token.generation, clients.isUsed(slot) else { return }
            if readiness(client.pointee.channel) != 0 { queueStream(&client.pointee.channel, token.rawValue) }
        case .upstream:
            guard upstreams.generation(of: slot) == token.generation, upstreams.isUsed(slot) else { return }
            let upstream = upstreams[slot]
            upstream.pointee.channel.isEventQueued = false
            let flags = readiness(upstream.pointee.channel)
            guard flags != 0 else { return }
            upstreamEvent(slot, flags)
            guard upstreams.generation(of: slot) == token.generation, upstreams.isUsed(slot) else { return }
            if readiness(upstream.pointee.channel) != 0 { queueStream(&upstream.pointee.channel, token.rawValue) }
        case .listener, .mailbox, .timer: preconditionFailure("only clients and dependencies have streams")
        }
    }

    // MARK: Bytes

    mutating func receiveStream(
        _ channel: Channel, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Socket.Transfer {
        guard let connection = http2[channel.connection] else { return .ended }
        switch connection.session.read(channel.stream, into: buffer, capacity: capacity) {
        case .moved(let count):
            // Its windows may grow.
            http2.queue(connection)
            return .moved(count)
        case .wouldBlock: return .wouldBlock
        case .ended: return .ended
        case .failed: return .failed(EPIPE)
        }
    }

    mutating func sendStream(_ channel: Channel, _ bytes: UnsafePointer<UInt8>, count: Int) -> Socket.Transfer {
        guard let connection = http2[channel.connection] else { return .failed(EPIPE) }
        http2.queue(connection)
        let bytes = UnsafeBufferPointer(start: bytes, count: count)
        switch connection.session.write(channel.stream, bytes, at: now) {
        case .taken(let some): return .moved(some)
        case .wouldBlock: return .wouldBlock
        case .failed: return .failed(EPIPE)
        }
    }

    /// The slot lets go of its stream.
    mutating func closeStream(_ channel: inout Channel, withReset: Bool) {
        defer { channel = Channel() }
        guard let connection = http2[channel.connection] else { return }
        connection.session.release(channel.stream, withReset: withReset)
        connection.slots[channel.stream] = nil
        http2.queue(connection)
        if connection.isOrphaned, connection.slots.isEmpty { http2.remove(connection.id) }
    }

    mutating func finishStream(_ channel: Channel) {
        guard let connection = http2[channel.connection] else { return }
        connection.session.finish(channel.stream)
        http2.queue(connection)
    }
}

extension EventLoop {
    /// How a stream's call ended, where its trailers have the last word.
    func endOfStream(_ client: UnsafeMutablePointer<ClientConnection>, _ end: CallEnd) -> CallEnd {
        guard client.pointee.isStream, end.outcome == .success, client.pointee.exchange.status == 200,
            let session = http2[client.pointee.channel.connection]?.session,
            let status = session.grpcStatus(client.pointee.channel.stream)
        else { return end }
        return CallEnd(status.outcome, status.errorType)
    }
}
