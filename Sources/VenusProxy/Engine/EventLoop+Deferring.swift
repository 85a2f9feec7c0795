import Glibc

/// What a client's connection has to send at the end of the turn.
enum Deferral: UInt8 {
    case nothing
    /// Its request, all of which waits in `upload`, on a connection that was used before. Nothing of it is out.
    case request
    /// The end of its response, which waits in `download`.
    case response
}

/// A client's message that waits for the end of the turn.
struct DeferredMessage {
    let client: EventToken
    /// Set when it is about to go out.
    var part = Deferral.nothing
}

/// Where a turn of the loop has several events, it reads them all before it writes: whoever is written to is then more
/// often awake, and busy with what came before, so that far fewer writes have to wake somebody; and they go out together
/// (``SendBatch``). A turn of one event writes at once.
///
/// Only what is complete and short waits, since nothing of what follows depends on it.
extension EventLoop {
    /// Messages that wait at most, so that the first of them does not wait for long.
    static let mostDeferred = SendBatch.capacity
    /// Bytes of a message that waits, at most: the smallest buffer's.
    static let mostDeferredBytes = 4 << 10

    /// Has a request, which its client's reused connection would carry, go out at the end of the turn. `false`: it has
    /// to be sent now.
    @inline(__always)
    mutating func deferRequest(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        let client = clients[slot]
        guard count <= Self.mostDeferredBytes, client.pointee.exchange.request.isComplete,
            client.pointee.upload.isEmpty, upstreams[client.pointee.upstream].pointee.channel.session < 0,
            buffers.append(bytes, count: count, to: &client.pointee.upload)
        else { return false }
        client.pointee.deferral = .request
        noteDeferral(slot)
        return true
    }

    /// Has the end of a response go out at the end of the turn. `false`: it has to be sent now.
    @inline(__always)
    mutating func deferResponse(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        guard defers else { return false }
        let client = clients[slot]
        guard count <= Self.mostDeferredBytes, client.pointee.exchange.response.isComplete,
            client.pointee.download.isEmpty, client.pointee.channel.session < 0,
            buffers.append(bytes, count: count, to: &client.pointee.download)
        else { return false }
        client.pointee.deferral = .response
        noteDeferral(slot)
        return true
    }

    @inline(__always)
    private mutating func noteDeferral(_ slot: Int32) {
        let client = EventToken(.client, slot: slot, generation: clients.generation(of: slot))
        deferred.append(DeferredMessage(client: client))
    }

    /// Sends what waits for the end of the turn. From here on everything is sent at once.
    @inline(__always)
    mutating func sendDeferred() {
        defers = false
        guard !deferred.isEmpty else { return }
        now = .now
        for place in deferred.indices { deferred[place].part = addToBatch(deferred[place].client) }
        batch.send()
        now = .now
        for place in deferred.indices {
            let message = deferred[place]
            guard isCurrent(message.client) else { continue }
            switch message.part {
            case .nothing: break
            case .request: requestSent(message.client.slot, batch.result(at: place))
            case .response: responseSent(message.client.slot, batch.result(at: place))
            }
        }
        batch.removeAll()
        deferred.removeAll(keepingCapacity: true)
    }

    /// Whether the client has not left since.
    @inline(__always)
    private func isCurrent(_ client: EventToken) -> Bool {
        clients.generation(of: client.slot) == client.generation && clients.isUsed(client.slot)
    }

    /// Adds what waits for a client to the batch, or a failure instead.
    @inline(__always)
    private mutating func addToBatch(_ token: EventToken) -> Deferral {
        guard isCurrent(token) else {
            batch.addFailure()
            return .nothing
        }
        let client = clients[token.slot]
        let part = client.pointee.deferral
        // A client whose request went another way and waits again is here twice.
        client.pointee.deferral = .nothing
        switch part {
        case .nothing: batch.addFailure()
        case .request:
            let channel = upstreams[client.pointee.upstream].pointee.channel
            // What cannot be sent twice is not sent on a connection that is already over.
            if client.pointee.exchange.isReplayable || isQuiet(channel) {
                batch.add(client.pointee.upload.bytes, to: channel.descriptor)
            } else {
                batch.addFailure()
            }
        case .response: batch.add(client.pointee.download.bytes, to: client.pointee.channel.descriptor)
        }
        return part
    }

    @inline(__always)
    private mutating func requestSent(_ slot: Int32, _ result: Socket.Transfer) {
        let client = clients[slot]
        let upstream = client.pointee.upstream
        let bytes = client.pointee.upload.bytes
        let isReplayable = client.pointee.exchange.isReplayable
        var sent = 0
        switch result {
        case .moved(let count): sent = count
        case .wouldBlock, .ended: break
        case .failed: return retryUnsent(slot)
        }
        client.pointee.exchange.requestMoved(at: now)
        if isReplayable, sent == bytes.count {
            client.pointee.replay = client.pointee.upload
            client.pointee.upload = Buffer()
        } else {
            if isReplayable { guard keep(bytes, in: &client.pointee.replay) else { return giveUp(slot) } }
            client.pointee.upload.consume(sent)
            if client.pointee.upload.isEmpty { buffers.release(&client.pointee.upload) }
        }
        afterSending(slot, upstream)
    }

    @inline(__always)
    private mutating func responseSent(_ slot: Int32, _ result: Socket.Transfer) {
        let client = clients[slot]
        let generation = clients.generation(of: slot)
        // Now it is handed on.
        client.pointee.exchange.callEnded(at: now)
        clientTook(slot, result)
        guard clients.generation(of: slot) == generation, !client.pointee.download.isEmpty else { return }
        armClient(slot)
        updateClientInterest(slot)
    }
}
