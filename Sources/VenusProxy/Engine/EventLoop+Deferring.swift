import Glibc

/// What a client's connection has to send at the end of the turn.
enum Deferral: UInt8 {
    case nothing
    /// Its request, all of which waits in `upload`, on a connection that was used before. Nothing of it is out.
    case request
    /// The end of its response, which waits in `download`.
    case response
}

/// Where a turn of the loop has several events, it reads them all before it writes: whoever is written to is then more
/// often awake, and busy with what came before, so that far fewer writes have to wake somebody. A turn of one event
/// writes at once.
///
/// Only what is complete and short waits, since nothing of what follows depends on it.
extension EventLoop {
    /// Messages that wait at most, so that the first of them does not wait for long.
    static let mostDeferred = 64
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
        deferred.append(EventToken(.client, slot: slot, generation: clients.generation(of: slot)))
    }

    /// Sends what waits for the end of the turn. From here on everything is sent at once.
    @inline(__always)
    mutating func sendDeferred() {
        defers = false
        guard !deferred.isEmpty else { return }
        for place in deferred.indices {
            let slot = deferred[place].slot
            // It may have left since.
            guard clients.generation(of: slot) == deferred[place].generation, clients.isUsed(slot) else { continue }
            now = .now
            switch clients[slot].pointee.deferral {
            case .nothing: break
            case .request: sendDeferredRequest(slot)
            case .response: sendDeferredResponse(slot)
            }
        }
        deferred.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func sendDeferredRequest(_ slot: Int32) {
        let client = clients[slot]
        client.pointee.deferral = .nothing
        let upstream = client.pointee.upstream
        let bytes = client.pointee.upload.bytes
        guard let first = bytes.baseAddress else { preconditionFailure("a deferred request has bytes") }
        let isReplayable = client.pointee.exchange.isReplayable
        // What cannot be sent twice is not sent on a connection that is already over.
        if !isReplayable, !isQuiet(upstreams[upstream].pointee.channel) { return retryUnsent(slot) }
        var sent = 0
        switch send(upstreams[upstream].pointee.channel, first, count: bytes.count) {
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
    private mutating func sendDeferredResponse(_ slot: Int32) {
        let client = clients[slot]
        let generation = clients.generation(of: slot)
        client.pointee.deferral = .nothing
        // Now it is handed on.
        client.pointee.exchange.callEnded(at: now)
        flushClient(slot)
        guard clients.generation(of: slot) == generation, !client.pointee.download.isEmpty else { return }
        armClient(slot)
        updateClientInterest(slot)
    }
}
