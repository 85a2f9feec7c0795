import VenusCore

/// A connection to a dependency, being made, in use, or idle. It holds no buffer: the client's connection does.
struct UpstreamConnection: Slotted {
    var channel = Channel()
    /// Where the pool counts it.
    var target: Int32 = -1
    /// The client whose call it carries; −1: idle.
    var client: Int32 = -1
    var isConnecting = false
    /// Whether its handshake of TLS is under way.
    var isSecuring = false
    /// The HTTP/2 connection that it is; −1: it is none.
    var http2: Int32 = -1
    /// Whether what its session can be resumed from has been kept.
    var hasResumption = false
    /// Whether writing to it failed: what it still says is read, nothing more is sent.
    var isWriteBroken = false
    /// Which of the target's addresses is being tried, or was connected to.
    var address: Int32 = 0
    /// The address that it is connected to, or being connected to.
    var ipAddress = IPAddress(bytes: SIMD16(), isIPv6: false)
    /// What the address says of the calls that go over it.
    var marks: CallFlags = []
    /// While it is being made: the attempt to another address that was begun before; −1: none.
    var olderAttempt: Int32 = -1
    /// While an upstream proxy is asked for what it is to be connected to: the slot of that; −1: it is not.
    var negotiation: Int32 = -1
    /// When the next attempt is due, or the idle connection closed.
    var deadline = SteadyTime.distantFuture
    /// Calls it has carried.
    var calls: UInt32 = 0
}
