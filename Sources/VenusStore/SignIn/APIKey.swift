/// What a program shows to the server, for as long as nobody takes it away. The key itself is never stored.
public struct APIKey: Sendable, Hashable {
    /// Keys of a store at most. Those that were taken away are kept while there is room.
    public static let maximumCount = 1_000
    /// Longest name, in bytes.
    public static let maximumNameBytes = 100

    /// The part of the key that may be seen.
    public var id: String
    /// SHA-256 of the whole key.
    public var hash: [UInt8]
    /// What it is for.
    public var name: String
    public var scopes: Set<KeyScope>
    public var createdAt: Int64
    /// Whoever made it.
    public var createdBy: String
    /// With a grain of a minute; `nil`: never.
    public var usedAt: Int64?
    /// `nil`: it is good.
    public var revokedAt: Int64?

    public init(
        id: String, hash: [UInt8], name: String, scopes: Set<KeyScope>, createdAt: Int64, createdBy: String
    ) {
        self.id = id
        self.hash = hash
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}
