import VenusCore

/// One side of a conversation, as epoll knows it.
struct Channel {
    var descriptor: Int32 = -1
    /// What epoll watches for; meaningless unless registered.
    var interest: UInt32 = 0
    var isRegistered = false
    /// The slot of its session of TLS; −1: what goes through the socket is plain.
    var session: Int32 = -1
    /// The HTTP/2 connection whose stream it is; meaningless unless ``isStream``.
    var connection: Int32 = -1
    /// The name of the stream in that connection's session.
    var stream: Int32 = 0
    /// Whether the loop will look at the stream after this batch of events.
    var isEventQueued = false

    /// In the place of a session: it is a stream of an HTTP/2 connection, and has no socket of its own.
    private static let streamSession = Int32.max

    var isStream: Bool { session == Self.streamSession }
}

extension Channel {
    init(stream: Int32, of connection: Int32) {
        session = Self.streamSession
        self.stream = stream
        self.connection = connection
    }
}

/// A client connection: about 700 bytes, and buffers only while bytes wait.
struct ClientConnection: Slotted {
    var channel = Channel()
    var exchange = ExchangeStateMachine()
    var tunnel = TunnelStateMachine()
    var assembly = HeadAssembly()
    /// Read from the client and not yet understood: part of a head, or the next requests.
    var input = Buffer()
    /// For the dependency.
    var upload = Buffer()
    /// For the client.
    var download = Buffer()
    /// Part of a response head.
    var responseInput = Buffer()
    /// The request once more, in case that a reused connection turns out to be dead; or the CONNECT for the upstream
    /// proxy, until there is a connection to it.
    var replay = Buffer()
    /// The protocols that the request offers to go on with, each behind a comma, while their answer is awaited.
    var offer = Buffer()
    /// Bytes in pipes on their way through a tunnel.
    var uploadPipe = TunnelPipe()
    var downloadPipe = TunnelPipe()
    var account = TunnelAccount()
    /// The slot of what is seen of its tunnel; −1: nobody looks.
    var observed: Int32 = -1
    /// The slot of its tunnel, if that is intercepted; −1: it is not.
    var interception: Int32 = -1
    /// Whether it is a stream of another that speaks HTTP/2.
    var isStream = false
    /// The HTTP/2 connection that it is, inside its tunnel; −1: it is none.
    var http2: Int32 = -1
    /// Whether its CONNECT was answered before there was a tunnel: no other answer can follow.
    var isPromised = false
    /// The slot of the connection that carries the call.
    var upstream: Int32 = -1
    /// The call's target; afterwards the one to look at first.
    var target: Int32 = -1
    /// The upstream proxy that the call goes through: its place among the targets; −1: none.
    var parent: Int32 = -1
    /// The target whose connections the call is carried by: its own, or the upstream proxy.
    var poolTarget: Int32 = -1
    /// What the upstream proxy says of itself, having refused (`Proxy-Status`).
    var parentStatus = Buffer()
    /// Whether the pool counts a connection for this client that has no slot yet.
    var holdsPlace = false
    /// Whether the connection that is being made for it most likely speaks HTTP/2, so that others wait for its streams.
    var leadsOthers = false
    /// Whether the client is in the pool's queue.
    var isWaiting = false
    /// Whether the loop will look at `input` after this batch of events.
    var isQueued = false
    /// What of it goes out at the end of this turn.
    var deferral = Deferral.nothing
    /// Whether the client has shut its side, and waits for the answer to its last request.
    var hasShutSide = false
    /// Whether our side has been shut.
    var isShut = false
    /// Of the service that calls; the loop owns it.
    var recorder: Unmanaged<Recorder>?
    /// Whether it is one too many, and its first request is answered so.
    var isRefused = false
    /// Whether it counts as a tunnel.
    var isCountedTunnel = false
    /// Whose connection it is.
    var owner = ClientAddress()
    /// While a connection for its call is being made.
    var connecting = ConnectStateMachine()
    /// Where the loop's cache has the connection's last credentials; -1 where it had none.
    var credential: Int32 = -1
    var operation: UInt32 = 0
    /// The call's operation if the dependency accepts WebSocket.
    var webSocketOperation: UInt32 = 0
    var traceID: TraceID?
    /// What else is to be recorded of the call.
    var marks: CallFlags = []
    /// The call's method as the policy knows it; "" where it has not been asked.
    var policyMethod: StaticString = ""
}
