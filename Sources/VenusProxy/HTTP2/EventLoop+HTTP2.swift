import Logging
import VenusCore

/// HTTP/2 connections: their sockets, and how they begin and end.
extension EventLoop {
    /// Rounds of events on streams in one turn of the loop: the sockets have their turn in between.
    private static let streamRounds = 16
    /// Bytes that are put together for one write, which is one or few records of TLS.
    private static let sendBytes = 64 << 10

    // MARK: Beginnings

    /// The client's handshake has agreed on HTTP/2. `count` bytes that came behind it lie in the scratch memory.
    mutating func beginHTTP2(client slot: Int32, count: Int) {
        let connection = http2.add(HTTP2Session(.server, memory: http2.memory), slot: slot)
        clients[slot].pointee.http2 = connection.id
        take(connection, count: count)
    }

    /// The dependency's handshake has agreed on HTTP/2: the connection takes the calls of many clients from now on.
    mutating func beginHTTP2(upstream slot: Int32, count: Int) {
        let upstream = upstreams[slot]
        let connection = http2.add(HTTP2Session(.client, memory: http2.memory), slot: slot)
        upstream.pointee.http2 = connection.id
        upstream.pointee.client = -1
        origins[upstream.pointee.target]?.http2 = connection.id
        armUpstream(slot, at: now + settings.upstreamIdle)
        take(connection, count: count)
    }

    /// Takes what has come, `count` bytes in the scratch memory; there may be none.
    private mutating func take(_ connection: HTTP2Connection, count: Int) {
        connection.session.receive(
            UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: count), at: now)
        switch connection.session.role {
        case .server:
            let tunnel = clients[connection.slot].pointee.interception
            if count > 0, tunnel >= 0 { intercepted[tunnel].pointee.hasAccepted = true }
            openStreams(of: connection)
        case .client:
            keepResumption(upstreams[connection.slot])
            queueReady(connection)
        }
        http2.queue(connection)
        watchHTTP2(connection)
    }

    private mutating func watchHTTP2(_ connection: HTTP2Connection) {
        let interest = Poller.readable | (connection.output.isEmpty ? 0 : Poller.writable)
        switch connection.session.role {
        case .server:
            let token = EventToken(.client, slot: connection.slot, generation: clients.generation(of: connection.slot))
            let client = clients[connection.slot]
            watch(&client.pointee.channel, interest, token: token.rawValue)
        case .client:
            let generation = upstreams.generation(of: connection.slot)
            let token = EventToken(.upstream, slot: connection.slot, generation: generation)
            let upstream = upstreams[connection.slot]
            watch(&upstream.pointee.channel, interest, token: token.rawValue)
        }
    }

    private func channel(of connection: HTTP2Connection) -> Channel {
        switch connection.session.role {
        case .server: clients[connection.slot].pointee.channel
        case .client: upstreams[connection.slot].pointee.channel
        }
    }

    // MARK: Sockets

    /// The socket of an HTTP/2 connection has something to say.
    mutating func http2Event(_ id: Int32, _ flags: UInt32) {
        guard let connection = http2[id] else { return }
        if flags & Poller.writable != 0 { http2.queue(connection) }
        guard flags & (Poller.readable | Poller.broken | Poller.peerEnded) != 0 else { return }
        switch receive(channel(of: connection), into: scratch.input, capacity: ScratchMemory.readBytes) {
        case .moved(let count):
            take(connection, count: count)
            touch(connection)
        case .wouldBlock: break
        case .ended, .failed: endHTTP2(connection)
        }
    }

    /// The connection is not idle.
    private mutating func touch(_ connection: HTTP2Connection) {
        switch connection.session.role {
        case .server: clients[connection.slot].pointee.exchange.bytesTaken(at: now)
        case .client: upstreams[connection.slot].pointee.deadline = now + settings.upstreamIdle
        }
    }

    /// Does what streams have brought about: their events, and what is to be sent.
    mutating func handleHTTP2() {
        guard !http2.isIdle else { return }
        for _ in 0..<Self.streamRounds where !http2.isIdle {
            let events = http2.events
            http2.events.removeAll(keepingCapacity: true)
            for token in events { streamEvent(EventToken(rawValue: token)) }
            let sending = http2.sending
            http2.sending.removeAll(keepingCapacity: true)
            for id in sending { sendHTTP2(id) }
        }
    }

    private mutating func sendHTTP2(_ id: Int32) {
        guard let connection = http2[id] else { return }
        connection.isQueued = false
        guard flushOutput(connection), let memory = scratch.head.baseAddress else { return }
        while connection.output.isEmpty {
            let part = UnsafeMutableBufferPointer(start: memory, count: min(Self.sendBytes, scratch.head.count))
            let count = connection.session.send(into: part, at: now)
            guard count > 0 else { break }
            var sent = 0
            switch send(channel(of: connection), memory, count: count) {
            case .moved(let some): sent = some
            case .wouldBlock, .ended: break
            case .failed: return endHTTP2(connection)
            }
            guard buffers.append(memory + sent, count: count - sent, to: &connection.output) else {
                return endHTTP2(connection)
            }
        }
        queueReady(connection)
        if connection.session.isOver, connection.output.isEmpty {
            if connection.session.excess != nil { log(.warning, "a peer asks too much of HTTP/2", [:]) }
            return endHTTP2(connection)
        }
        watchHTTP2(connection)
        guard connection.session.role == .client, connection.session.canOpen else { return }
        // Streams have ended: others can begin.
        serveWaiting(target: upstreams[connection.slot].pointee.target)
    }

    /// Sends what the socket had not taken; `false` if there is still some, or if that was the end.
    private mutating func flushOutput(_ connection: HTTP2Connection) -> Bool {
        while let first = connection.output.bytes.baseAddress, !connection.output.isEmpty {
            switch send(channel(of: connection), first, count: connection.output.count) {
            case .moved(let count): connection.output.consume(count)
            case .wouldBlock, .ended:
                watchHTTP2(connection)
                return false
            case .failed:
                endHTTP2(connection)
                return false
            }
        }
        buffers.release(&connection.output)
        return true
    }

    // MARK: Ends

    /// The connection is over, or broken: so are its streams.
    private mutating func endHTTP2(_ connection: HTTP2Connection) {
        switch connection.session.role {
        case .server: leave(connection.slot)
        case .client: closeHTTP2Upstream(connection.slot)
        }
    }

    /// Lets go of the streams of a client that is being closed.
    mutating func endStreams(ofClient slot: Int32) {
        guard let connection = http2[clients[slot].pointee.http2] else { return }
        connection.session.connectionEnded()
        let isCutOff = stopAt.map { $0 <= now } ?? false
        for client in Array(connection.slots.values) where clients.isUsed(client) {
            leave(client, asCancelled: isCutOff)
        }
        forget(connection)
        clients[slot].pointee.http2 = -1
    }

    /// Closes a connection to a dependency; the calls on it learn that it has broken.
    mutating func closeHTTP2Upstream(_ slot: Int32) {
        let target = upstreams[slot].pointee.target
        if let connection = http2[upstreams[slot].pointee.http2] {
            if origins[target]?.http2 == connection.id { origins[target]?.http2 = -1 }
            connection.session.connectionEnded()
            queueReady(connection)
            // Their streams read the end from the session, which lives as long as one of them.
            buffers.release(&connection.output)
            connection.isOrphaned = true
            if connection.slots.isEmpty { forget(connection) }
        }
        upstreams[slot].pointee.http2 = -1
        closeUpstreamSlot(slot)
        placeFreed(target: target)
    }

    private mutating func forget(_ connection: HTTP2Connection) {
        buffers.release(&connection.output)
        http2.remove(connection.id)
    }

    /// The idle time of a client's connection is over.
    mutating func http2ClientTimedOut(_ slot: Int32) {
        guard let connection = http2[clients[slot].pointee.http2] else { return closeClient(slot) }
        if connection.session.streamCount == 0 { return closeIdleHTTP2(connection) }
        dropStalled(connection)
        http2.queue(connection)
        clients[slot].pointee.exchange.bytesTaken(at: now)
        armClient(slot)
    }

    /// Streams whose calls are over, and whose peer does not take the rest.
    private func dropStalled(_ connection: HTTP2Connection) {
        let patience = min(now.microseconds, settings.timeouts.body)
        connection.session.dropStalled(since: SteadyTime(microseconds: now.microseconds - patience))
    }

    /// Closes a client's connection with nothing under way; the client learns that no request of its was taken since.
    private mutating func closeIdleHTTP2(_ connection: HTTP2Connection) {
        connection.session.beginEnding()
        sendHTTP2(connection.id)
        if http2[connection.id] != nil { closeClient(connection.slot) }
    }

    /// The loop stops: a client with nothing under way is let go, another is told to take its next request elsewhere.
    mutating func endHTTP2IfIdle(_ slot: Int32) {
        guard let connection = http2[clients[slot].pointee.http2] else { return closeClient(slot) }
        guard connection.session.streamCount > 0 else { return closeIdleHTTP2(connection) }
        guard !connection.isEnding else { return }
        connection.isEnding = true
        connection.session.beginEnding()
        http2.queue(connection)
    }

    /// The idle time of a connection to a dependency is over.
    mutating func http2UpstreamTimedOut(_ slot: Int32) {
        guard let connection = http2[upstreams[slot].pointee.http2], connection.session.streamCount > 0 else {
            return closeHTTP2Upstream(slot)
        }
        dropStalled(connection)
        http2.queue(connection)
        armUpstream(slot, at: now + settings.upstreamIdle)
    }
}
