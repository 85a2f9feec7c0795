import VenusCore

/// Calls that change the protocol of their connection: from the 101 on it is a tunnel.
extension EventLoop {
    /// Notes what a request offers, and the operation that the call is if WebSocket is accepted. `false` without
    /// memory.
    mutating func keepOffer(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var sink = ByteSink(scratch.head)
        ProtocolUpgrade.appendOffer(bytes.span, fields, into: &sink)
        let offer = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(scratch.head)[..<sink.count])
        buffers.release(&client.pointee.offer)
        if let recorder = recorder(of: client) {
            client.pointee.webSocketOperation = intern(recorder, client, head, bytes, .websocket)
        }
        return keep(offer, in: &client.pointee.offer)
    }

    /// What a 101 whose fields were read last switches to.
    func acceptance(
        _ client: UnsafeMutablePointer<ClientConnection>, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ProtocolUpgrade.Acceptance {
        ProtocolUpgrade.acceptance(bytes.span, fields, offer: client.pointee.offer.bytes.span)
    }

    /// The dependency has accepted: the client is told by the 101 in `head`, and what either side has sent behind its
    /// part goes through. Of the scratch memory, the bytes from `start` to `count` are the dependency's first.
    mutating func openUpgrade(
        _ slot: Int32, _ acceptance: ProtocolUpgrade.Acceptance, head: ByteSink, from start: Int, count: Int
    ) {
        let client = clients[slot]
        // What came behind the request was kept for a next one; here it is the tunnel's.
        guard keep(client.pointee.input.bytes, in: &client.pointee.upload) else { return giveUp(slot) }
        buffers.release(&client.pointee.input)
        buffers.release(&client.pointee.replay)
        buffers.release(&client.pointee.offer)
        client.pointee.exchange.upgraded(at: now)
        if acceptance == .webSocket { client.pointee.operation = client.pointee.webSocketOperation }
        startTunnel(slot, isObserved: false)
        // What is inside says for itself when it ends (RFC 6455, section 5.5.1).
        for session in [client.pointee.channel.session, upstreams[client.pointee.upstream].pointee.channel.session]
        where session >= 0 { sessions[session].pointee.takesPlainEnd = true }
        recordTunnel(slot, CallEnd(.success), at: now)
        _ = client.pointee.account.moved(count - start, from: .dependency, at: now)
        let first = placeHead(head, before: start)
        guard sendToClient(slot, first, count: head.count + count - start) else { return }
        armClient(slot)
        tunnelFlush(slot, toward: .dependency)
    }
}
