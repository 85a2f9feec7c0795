/// What a producer says of its service: that it is what others call at this address.
public struct Announcement: Sendable, Hashable {
    public var environment: String
    /// `host:port`, as dependencies are named.
    public var address: String
    public var service: String
    /// When the producer began, milliseconds since the epoch: of several services that announce one address, the one
    /// that began last has it.
    public var since: Int64

    public init(environment: String, address: String, service: String, since: Int64) {
        self.environment = environment
        self.address = address
        self.service = service
        self.since = since
    }
}
