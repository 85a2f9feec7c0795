/// How much is kept of what strangers can make more of; of each the newest.
public struct SignInBounds: Sendable, Hashable {
    public var auditEntries = 200_000
    /// Addresses and accounts whose failed sign-ins are remembered.
    public var subjects = 100_000

    public init() {}
}
