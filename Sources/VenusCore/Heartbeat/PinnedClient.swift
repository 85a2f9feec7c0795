/// A client that a proxy passes through to a host, because it does not take the certificates that interception shows.
public struct PinnedClient: Sendable, Hashable {
    /// A service, or an address.
    public var client: String
    public var host: String
    /// Seconds since the epoch.
    public var learned: Int64
    /// Seconds since the epoch: then it is intercepted again.
    public var expires: Int64

    public init(client: String, host: String, learned: Int64, expires: Int64) {
        self.client = client
        self.host = host
        self.learned = learned
        self.expires = expires
    }
}
