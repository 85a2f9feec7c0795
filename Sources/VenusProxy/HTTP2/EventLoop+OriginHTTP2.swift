import VenusCore

/// Dependencies that have agreed on HTTP/2.
extension EventLoop {
    /// The handshake on a connection is done, and HTTP/2 is spoken on it; `early` bytes lie in the scratch memory. What
    /// it was made for goes on: a call on a stream, a tunnel with the client's own handshake.
    mutating func originSpeaksHTTP2(_ slot: Int32, early: Int) {
        let client = upstreams[slot].pointee.client
        clients[client].pointee.upstream = -1
        beginHTTP2(upstream: slot, count: early)
        guard clients[client].pointee.exchange.method != .connect else {
            clients[client].pointee.exchange.tunnelPromised(at: now)
            return askForLeaf(client)
        }
        guard let stream = openStream(for: clients[client]) else {
            return perform(client, clients[client].pointee.exchange.failed(.httpProtocolError, at: now))
        }
        clients[client].pointee.upstream = stream
        upstreams[stream].pointee.client = client
        upstreams[stream].pointee.calls = 1
        clients[client].pointee.exchange.connected(isReused: false, at: now)
        startSending(client)
    }

    /// What to agree on with a client that offers these: HTTP/2 where the origin speaks it, or where the client speaks
    /// nothing else.
    func applicationProtocol(for target: Int32, offered: OfferedProtocols) -> ApplicationProtocol {
        guard offered.contains(.http2) else { return .http11 }
        return origins[target]?.speaksHTTP2 == true || !offered.contains(.http11) ? .http2 : .http11
    }
}
