/// Something that people are told.
public struct Notice: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case firing
        /// Graver than what was said before.
        case escalated
        /// Still so, and nobody has acknowledged it.
        case repeated
        case resolved
    }

    /// The id of this message on all its ways, over all attempts. Without full stops.
    public var id: String
    /// The same for all messages of one fault from its first to its resolution.
    public var fault: String
    public var kind: Kind
    public var node: FaultNode
    /// What is known; of a resolution what was known last.
    public var group: FaultGroup
    /// Seconds since the epoch.
    public var at: Int64

    public init(id: String, fault: String, kind: Kind, node: FaultNode, group: FaultGroup, at: Int64) {
        self.id = id
        self.fault = fault
        self.kind = kind
        self.node = node
        self.group = group
        self.at = at
    }
}
