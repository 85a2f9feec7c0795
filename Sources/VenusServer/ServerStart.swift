/// What the server tells about itself before it runs.
public struct ServerStart: Sendable {
    /// The administrator's secret where this start generated it: to be shown once, and kept by whoever sees it.
    public let generatedSecret: String?
}

/// Where a server listens.
public struct ServerAddress: Sendable, Hashable {
    /// An address; IPv6 without brackets.
    public let host: String
    public let port: Int
}
