public import VenusCore

/// Which rows to read. Names that are `nil` match all.
public struct RollupQuery: Sendable, Hashable {
    public var tier: Tier
    /// Seconds since the epoch: buckets that start at or after it.
    public var from: Int64
    /// Seconds since the epoch: buckets that start before it.
    public var to: Int64
    public var level: Level
    public var environment: String?
    public var service: String?
    public var dependency: String?
    public var operation: String?

    public init(
        tier: Tier, from: Int64, to: Int64, level: Level, environment: String? = nil, service: String? = nil,
        dependency: String? = nil, operation: String? = nil
    ) {
        self.tier = tier
        self.from = from
        self.to = to
        self.level = level
        self.environment = environment
        self.service = service
        self.dependency = dependency
        self.operation = operation
    }
}
