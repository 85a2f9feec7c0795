public import VenusCore

/// What a store holds, and how much room that takes.
public struct StoreStatus: Sendable, Equatable {
    public struct TierStatus: Sendable, Equatable {
        public var tier: Tier
        public var rows: Int64
        /// Start of the oldest bucket that is kept, seconds since the epoch; `nil` where there is none.
        public var oldest: Int64?
        /// Start of the newest bucket.
        public var newest: Int64?
        /// With indexes; `nil` where the database does not say.
        public var bytes: Int64?
        /// Buckets that are still to be made from their children.
        public var marks: Int64
        /// 0 where the database has none.
        public var partitions: Int64
    }

    /// `SQLite`, `PostgreSQL`.
    public var database: String
    public var schema: Int64
    public var tiers: [TierStatus]
    /// Of the whole database.
    public var bytes: Int64

    /// Whether there is any history.
    public var isEmpty: Bool { tiers.allSatisfy { $0.rows == 0 } }
}
