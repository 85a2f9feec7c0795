/// What a person may do. Each role may do what those before it may.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Looks.
    case viewer
    /// Also changes what is watched: thresholds, rules, webhooks; forgets what is gone.
    case `operator`
    /// Also decides who gets in: users, keys, the audit log.
    case admin

    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }
}
