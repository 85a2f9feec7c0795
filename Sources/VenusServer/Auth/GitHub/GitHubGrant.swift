public import VenusStore

/// Whom of GitHub we let in, and as what.
public struct GitHubGrant: Sendable, Hashable {
    /// Grants at most.
    public static let maximumCount = 1_000
    /// Organisations at most, those of teams among them: each is a question when somebody signs in.
    public static let maximumOrganizations = 20

    public enum Whom: Sendable, Hashable {
        /// By login, in lower case: whoever first comes in by it, under whatever login later.
        case user(String)
        case userID(Int64)
        /// Active members, by the organisation's login in lower case.
        case organization(String)
        /// Of an organisation, by the team's slug.
        case team(organization: String, slug: String)
    }

    public var whom: Whom
    public var role: Role

    public init(_ whom: Whom, as role: Role) {
        self.whom = whom
        self.role = role
    }

    /// Reads `LOGIN=ROLE` or `id:NUMBER=ROLE`.
    public init?(user text: String) {
        guard let (name, role) = Self.split(text) else { return nil }
        if name.hasPrefix("id:") {
            guard name.dropFirst(3).utf8.allSatisfy({ (48...57).contains($0) }), let id = Int64(name.dropFirst(3)),
                id > 0
            else { return nil }
            self.init(.userID(id), as: role)
        } else {
            guard Self.isName(name) else { return nil }
            self.init(.user(name), as: role)
        }
    }

    /// Reads `ORGANISATION=ROLE`.
    public init?(organization text: String) {
        guard let (name, role) = Self.split(text), Self.isName(name) else { return nil }
        self.init(.organization(name), as: role)
    }

    /// Reads `ORGANISATION/SLUG=ROLE`.
    public init?(team text: String) {
        guard let (name, role) = Self.split(text) else { return nil }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.isName) else { return nil }
        self.init(.team(organization: parts[0], slug: parts[1]), as: role)
    }

    /// The organisation that has to be asked about.
    package var organization: String? {
        switch whom {
        case .user, .userID: nil
        case .organization(let name), .team(let name, _): name
        }
    }

    private static func split(_ text: String) -> (name: String, role: Role)? {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let role = Role(rawValue: String(parts[1])) else { return nil }
        return (parts[0].lowercased(), role)
    }

    /// What can stand in a path as it is. GitHub's names have letters, digits, hyphens and underscores; slugs also
    /// dots.
    static func isName(_ text: String) -> Bool {
        let isShort = (1...100).contains(text.utf8.count)
        return isShort && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension GitHubGrant: CustomStringConvertible {
    /// As it is written.
    public var description: String {
        switch whom {
        case .user(let login): "\(login)=\(role.rawValue)"
        case .userID(let id): "id:\(id)=\(role.rawValue)"
        case .organization(let name): "\(name)=\(role.rawValue)"
        case .team(let organization, let slug): "\(organization)/\(slug)=\(role.rawValue)"
        }
    }
}
