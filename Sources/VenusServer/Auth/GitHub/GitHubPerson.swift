/// Who somebody is at GitHub.
package struct GitHubPerson: Sendable, Hashable, Decodable {
    /// Stays, whatever becomes of the login.
    package var id: Int64
    package var login: String

    package init(id: Int64, login: String) {
        self.id = id
        self.login = login
    }
}

struct GitHubToken: Decodable {
    var access_token: String?
    var token_type: String?
    var scope: String?
    var error: String?
}

struct GitHubOrganization: Sendable, Decodable {
    var id: Int64
    var login: String
}

struct GitHubMembership: Decodable {
    /// `active` or `pending`.
    var state: String
    var organization: GitHubOrganization
}

struct GitHubTeam: Decodable {
    var slug: String
    var organization: GitHubOrganization
}
