import VenusCore

/// What the loop holds of a client whose tunnel is intercepted, from its CONNECT to the end of its connection.
struct InterceptedTunnel: Slotted {
    enum Stage: UInt8 {
        /// The client may send its hello, or something that is no TLS.
        case awaitingHello
        /// The hello is here; the origin is being met, so that its certificate's names are known.
        case meetingOrigin
        case awaitingLeaf
        /// The client's handshake with us is under way.
        case meetingClient
        /// Requests come in the clear, as on any connection.
        case established
    }

    var stage = Stage.awaitingHello
    /// What the client offers to speak.
    var offered: OfferedProtocols = []
    /// Why the origin cannot be talked to: the first request is answered with it.
    var fault: TLSFault?
    /// When the client's handshake with us began; then when it was done.
    var since = SteadyTime.zero
    /// The times before the first request, which are the first call's; `nil` once they were given to it.
    var setup: CallTimes?
    /// Whether a request, good or not, has come through it.
    var hasSpoken = false
    /// Whether the client has said something inside, though it may be no request: so it takes our certificate.
    var hasAccepted = false
    /// Whether the client has ended its connection, rather than we.
    var wasLeft = false
}
