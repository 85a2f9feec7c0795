/// What is seen of one tunnel, and the bytes that seeing it needs: none, but for moments of its handshake.
struct ObservedTunnel: Slotted {
    var observer = TunnelObserver()
    /// The beginning of a message of the handshake whose end has not come; at most
    /// ``TLSHandshakeMessage/maximumStreamBytes`` and one read.
    var kept = Buffer()
    var keptSide = TunnelStateMachine.Side.client
    /// The name that the client asks its server for, if it is not the one of the CONNECT; until the tunnel is recorded.
    var serverName = Buffer()
    /// The operation of its exchanges, once there is one.
    var exchangeOperation: UInt32?
}
