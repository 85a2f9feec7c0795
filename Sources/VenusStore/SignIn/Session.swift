/// A signed-in person or program. The token itself is never stored.
public struct Session: Sendable, Hashable {
    /// SHA-256 of the token.
    public var tokenHash: [UInt8]
    /// Whose it is, as ``Account/text`` writes it.
    public var account: Account
    public var role: Role
    public var createdAt: Int64
    /// Nothing keeps it alive beyond.
    public var expiresAt: Int64
    /// With a grain of a minute.
    public var seenAt: Int64
    /// When it ends unless it is used before.
    public var idleExpiresAt: Int64
    /// Where it was opened from.
    public var address: String
    /// What opened it, as it calls itself.
    public var agent: String

    public init(
        tokenHash: [UInt8], account: Account = .administrator, role: Role = .admin, createdAt: Int64, expiresAt: Int64,
        idleExpiresAt: Int64? = nil, address: String = "", agent: String = ""
    ) {
        self.tokenHash = tokenHash
        self.account = account
        self.role = role
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        seenAt = createdAt
        self.idleExpiresAt = idleExpiresAt ?? expiresAt
        self.address = StoredName.fit(address)
        self.agent = StoredName.fit(agent)
    }

    /// Bytes of ``tokenHash`` that name a session; they open nothing.
    public static let idBytes = 9

    public func isValid(at now: Int64) -> Bool { now < min(expiresAt, idleExpiresAt) }
}
