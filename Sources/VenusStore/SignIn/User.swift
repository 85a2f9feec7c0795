/// A person who signs in with a name and a password.
public struct User: Sendable, Hashable {
    /// Longest name, in bytes.
    public static let maximumNameBytes = 64
    /// Users of a store at most.
    public static let maximumCount = 1_000

    /// Lower case: `a`–`z`, digits, `.`, `_`, `-`, `@`.
    public var name: String
    public var role: Role
    /// Of the password, as the server writes it.
    public var passwordHash: String
    /// Whether the user may sign in.
    public var isActive: Bool
    public var createdAt: Int64
    public var changedAt: Int64

    public init(name: String, role: Role, passwordHash: String, isActive: Bool = true, createdAt: Int64) {
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.isActive = isActive
        self.createdAt = createdAt
        changedAt = createdAt
    }

    /// The name as it is stored; `nil` where it can be nobody's.
    public static func name(_ text: String) -> String? {
        let name = text.lowercased()
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789._-@".utf8)
        guard (1...maximumNameBytes).contains(name.utf8.count), name.utf8.allSatisfy(allowed.contains) else {
            return nil
        }
        return name
    }
}
