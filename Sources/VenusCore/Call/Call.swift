/// What else is known of a call. The bits are those of the call log; they are only ever appended.
public struct CallFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Seen inside an encrypted tunnel; its times are estimates.
    public static let estimated = CallFlags(rawValue: 1 << 0)
    /// Sent on a connection that had carried a call before.
    public static let reused = CallFlags(rawValue: 1 << 1)
    /// Seen in the clear by interception.
    public static let intercepted = CallFlags(rawValue: 1 << 2)
    /// A connection (CONNECT tunnel, upgrade), also one that failed: counted once, its lifetime never enters response
    /// time, and of its outcome only the transport is known.
    public static let tunnel = CallFlags(rawValue: 1 << 3)
    /// Sent a second time, because a reused connection had died before a byte was answered.
    public static let retried = CallFlags(rawValue: 1 << 4)
    /// Bytes that a connection has moved since its call, or its last activity, was recorded: counts as no call.
    public static let activity = CallFlags(rawValue: 1 << 5)
    /// Of an activity: the connection ended. Its duration is the connection's lifetime; its error type tells how, where
    /// that was not a plain end.
    public static let ended = CallFlags(rawValue: 1 << 6)
    /// Of an end: it came from the dependency, not from the caller.
    public static let endedByDependency = CallFlags(rawValue: 1 << 7)
    /// Of an end: the side that ended announced it (TLS `close_notify`).
    public static let closeNotify = CallFlags(rawValue: 1 << 8)
    /// The egress policy would have denied it, if it were enforced.
    public static let wouldBeDenied = CallFlags(rawValue: 1 << 9)
    /// To a link-local address, or one at which a cloud hands out credentials.
    public static let linkLocal = CallFlags(rawValue: 1 << 10)

    /// The names of those that are set, in `snake_case`; of bits that this version does not know there are none.
    public var names: [String] { Self.named.filter { contains($0.flag) }.map(\.name) }

    private static let named: [(flag: CallFlags, name: String)] = [
        (.estimated, "estimated"), (.reused, "reused"), (.intercepted, "intercepted"), (.tunnel, "tunnel"),
        (.retried, "retried"), (.activity, "activity"), (.ended, "ended"),
        (.endedByDependency, "ended_by_dependency"), (.closeNotify, "close_notify"),
        (.wouldBeDenied, "would_be_denied"), (.linkLocal, "link_local"),
    ]

    /// What of a known outcome tells that it is of the transport alone.
    public static let transportOnly: CallFlags = [.estimated, .tunnel]

    /// What the egress policy says of a call that went out.
    public static let ofPolicy: CallFlags = [.wouldBeDenied, .linkLocal]
}

/// One request with its response, or one connection through a tunnel.
public struct Call: Sendable, Hashable {
    /// Index of the call's operation in its block.
    public var operation: Int
    /// Microseconds since the epoch.
    public var start: Int64
    /// Microseconds, from a steady clock.
    public var duration: UInt32
    public var outcome: Outcome
    /// The HTTP status; 0 where there was none.
    public var status: UInt16
    public var errorType: ErrorType?
    public var phases: Phases
    /// Bytes of bodies or tunnels from the caller to the dependency.
    public var bytesSent: UInt64
    /// Bytes of bodies or tunnels from the dependency to the caller.
    public var bytesReceived: UInt64
    public var flags: CallFlags
    /// The W3C trace id, where the request carried one.
    public var traceID: TraceID?

    public init(
        operation: Int, start: Int64, duration: UInt32, outcome: Outcome, status: UInt16 = 0,
        errorType: ErrorType? = nil, phases: Phases = Phases(), bytesSent: UInt64 = 0, bytesReceived: UInt64 = 0,
        flags: CallFlags = [], traceID: TraceID? = nil
    ) {
        self.operation = operation
        self.start = start
        self.duration = duration
        self.outcome = outcome
        self.status = status
        self.errorType = errorType
        self.phases = phases
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.flags = flags
        self.traceID = traceID
    }
}
