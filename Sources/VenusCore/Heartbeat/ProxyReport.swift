/// What a proxy says of itself in a heartbeat, beside its calls. A proxy of an older version says none of it.
public struct ProxyReport: Sendable, Hashable {
    /// Pins in one heartbeat, at most: those that last longest.
    public static let maximumPins = 100
    /// Addresses that one service announces, at most.
    public static let maximumAnnounced = 32

    /// When the producer began, in milliseconds since the epoch.
    public var startedAt: Int64?
    public var policy: PolicyReport?
    /// At most ``maximumPins`` of the proxy's pins.
    public var pins: [PinnedClient]
    /// How many it has.
    public var pinCount: Int
    /// The addresses, `host:port` as dependencies are named, under which others call the proxy's service; at most
    /// ``maximumAnnounced``.
    public var announced: [String]

    public init(
        startedAt: Int64? = nil, policy: PolicyReport? = nil, pins: [PinnedClient] = [], pinCount: Int? = nil,
        announced: [String] = []
    ) {
        self.startedAt = startedAt
        self.policy = policy
        self.pins = pins
        self.pinCount = pinCount ?? pins.count
        self.announced = announced
    }
}
