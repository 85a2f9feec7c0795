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

/// The committed cells of one shard's open minutes.
public struct OpenCells: Sendable, Hashable {
    public var shard: Int
    /// Start of the first minute that is not closed, seconds since the epoch.
    public var openSince: Int64
    public var cells: [Cell]

    public init(shard: Int, openSince: Int64, cells: [Cell]) {
        self.shard = shard
        self.openSince = openSince
        self.cells = cells
    }
}

/// A signed-in person or program. The token itself is never stored.
public struct Session: Sendable, Hashable {
    /// SHA-256 of the token.
    public var tokenHash: [UInt8]
    public var createdAt: Int64
    public var expiresAt: Int64

    public init(tokenHash: [UInt8], createdAt: Int64, expiresAt: Int64) {
        self.tokenHash = tokenHash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
