/// How an operation's dependency is spoken to.
public enum Scheme: UInt8, Sendable, Hashable, CaseIterable {
    case http
    case https
    /// A tunnel whose content is not visible.
    case tcp

    /// The name in the call log.
    public var staticName: StaticString {
        switch self {
        case .http: "http"
        case .https: "https"
        case .tcp: "tcp"
        }
    }
}
