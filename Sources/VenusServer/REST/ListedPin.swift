/// A client that is passed through to a host, because it does not take the certificates that we intercept with.
public struct ListedPin: Sendable, Hashable {
    public var host: String
    /// A service, or an address.
    public var client: String
    /// Seconds since the epoch.
    public var learned: Int64
    /// Seconds since the epoch.
    public var expires: Int64

    public init(host: String, client: String, learned: Int64, expires: Int64) {
        self.host = host
        self.client = client
        self.learned = learned
        self.expires = expires
    }
}
