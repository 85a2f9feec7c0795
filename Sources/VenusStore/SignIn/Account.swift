/// Whose a session is.
public enum Account: Sendable, Hashable {
    /// Whoever knows the administrator's secret, or had a sign-in link of the server itself.
    case administrator
    /// A user of this store.
    case user(String)
    /// Somebody whom GitHub vouches for: by number, which stays, and by login as it was then. A login may be somebody
    /// else's later.
    case github(id: Int64, login: String)

    /// As it is stored and shown: `administrator`, `user:NAME`, `github:LOGIN/ID`.
    public var text: String {
        switch self {
        case .administrator: "administrator"
        case .user(let name): "user:" + name
        case .github(let id, let login): "github:\(login)/\(id)"
        }
    }

    public init?(_ text: String) {
        if text == "administrator" {
            self = .administrator
        } else if text.hasPrefix("user:") {
            self = .user(String(text.dropFirst(5)))
        } else if text.hasPrefix("github:") {
            let parts = text.dropFirst(7).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, let id = Int64(parts[1]), id > 0 else { return nil }
            self = .github(id: id, login: String(parts[0]))
        } else {
            return nil
        }
    }
}
