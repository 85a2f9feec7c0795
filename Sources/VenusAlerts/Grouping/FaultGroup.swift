public import VenusCore

/// All that one fault explains: one message.
public struct FaultGroup: Sendable, Hashable, Codable {
    /// What is at fault. Of several that fail each other in a circle, the first by name.
    public var node: FaultNode
    /// Rules whose alerts are about what is at fault, firing or without data, by id.
    public var alerts: [String]
    /// Rules whose alerts are its consequence further up, by id. Nobody is told of them by themselves.
    public var inhibited: [String]
    /// Services that call what is at fault and see it fail, sorted.
    public var services: [String]
    /// Of ``alerts``, the gravest.
    public var severity: Severity
    /// Seconds since the epoch; of ``alerts``, the earliest.
    public var since: Int64
    /// Whether all of ``alerts`` are silenced.
    public var isSilenced: Bool

    public init(
        node: FaultNode, alerts: [String], inhibited: [String], services: [String], severity: Severity, since: Int64,
        isSilenced: Bool
    ) {
        self.node = node
        self.alerts = alerts
        self.inhibited = inhibited
        self.services = services
        self.severity = severity
        self.since = since
        self.isSilenced = isSilenced
    }
}
