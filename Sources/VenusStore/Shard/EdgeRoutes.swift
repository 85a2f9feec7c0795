public import VenusCore

/// What a shard's owner has learned of the routes of one edge: how they are made templates of few.
public struct EdgeRoutes: Sendable, Hashable {
    /// At the level edge.
    public var edge: SeriesKey
    /// As the analysis writes it, with its version.
    public var routes: [UInt8]
    /// When it was last needed, to the day: milliseconds since the epoch.
    public var usedAt: Int64

    public init(edge: SeriesKey, routes: [UInt8], usedAt: Int64) {
        self.edge = edge
        self.routes = routes
        self.usedAt = usedAt
    }
}
