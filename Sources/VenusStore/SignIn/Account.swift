/// Whose a session is.
public enum Account: Sendable, Hashable {
    /// Whoever knows the administrator's secret, or had a sign-in link of the server itself.
    case administrator
    /// A user of this store.
    case user(String)
    /// Somebody whom GitHub vouches for, by login.
    case github(String)

    /// As it is stored and shown: `administrator`, `user:NAME`, `github:LOGIN`.
    public var text: String {
        switch self {
        case .administrator: "administrator"
        case .user(let name): "user:" + name
        case .github(let login): "github:" + login
        }
    }

    public init?(_ text: String) {
        if text == "administrator" {
            self = .administrator
        } else if text.hasPrefix("user:") {
            self = .user(String(text.dropFirst(5)))
        } else if text.hasPrefix("github:") {
            self = .github(String(text.dropFirst(7)))
        } else {
            return nil
        }
    }
}
