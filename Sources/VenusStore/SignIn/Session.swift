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
