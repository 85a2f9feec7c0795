/// What failed sign-ins are counted by.
public struct SignInSubject: Sendable, Hashable, Comparable {
    /// `address:…` or `account:…`.
    public var text: String
    public var patience: SignInAttempts.Patience

    public static func address(_ address: String) -> SignInSubject {
        SignInSubject(text: StoredName.fit("address:" + address), patience: .address)
    }

    /// Whether or not there is such an account.
    public static func account(_ account: Account) -> SignInSubject {
        SignInSubject(text: StoredName.fit("account:" + account.text), patience: .account)
    }

    public static func < (left: SignInSubject, right: SignInSubject) -> Bool { left.text < right.text }
}
