/// Calls that a producer gave numbers to and that never arrived.
public struct Loss: Sendable, Hashable {
    public var producer: String
    public var environment: String
    public var service: String
    /// The first lost sequence number.
    public var first: UInt64
    public var count: UInt64
    /// When it was noticed.
    public var at: Int64

    public init(producer: String, environment: String, service: String, first: UInt64, count: UInt64, at: Int64) {
        self.producer = producer
        self.environment = environment
        self.service = service
        self.first = first
        self.count = count
        self.at = at
    }
}
