/// A connection to an upstream proxy on its way to becoming one to a dependency.
struct UpstreamNegotiation: Slotted {
    enum Conversation {
        case connect(ProxyConnectStateMachine)
        case socks5(SOCKS5StateMachine)
    }

    enum Handshake: UInt8 {
        case none
        case toBegin
        case underWay
    }

    /// Of TLS to the proxy itself, before anything is said.
    var handshake = Handshake.none
    var conversation = Conversation.connect(ProxyConnectStateMachine())
    /// From the proxy, and not yet understood.
    var input = Buffer()
    /// For the proxy.
    var output = Buffer()
}
