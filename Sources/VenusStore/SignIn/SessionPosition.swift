/// Where a page of sessions ended: they are listed the newest first.
public struct SessionPosition: Sendable, Hashable {
    public var createdAt: Int64
    /// Tells those apart that began in the same millisecond: see ``Session/idBytes``.
    public var id: [UInt8]

    public init(createdAt: Int64, id: [UInt8]) {
        self.createdAt = createdAt
        self.id = id
    }
}
