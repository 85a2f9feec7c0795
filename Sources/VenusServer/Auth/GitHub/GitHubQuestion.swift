/// What GitHub is asked when somebody signs in.
package enum GitHubQuestion: Sendable, Equatable {
    /// A token for the code that the browser brought, with the secret that shows that we began.
    case token(code: String, verifier: String)
    /// Whose the token is.
    case user(token: String)
    /// How the person stands to an organisation.
    case membership(organization: String, token: String)
    /// The person's teams of all organisations, page by page, from 1.
    case teams(page: Int, token: String)
}

/// What GitHub answered.
package struct GitHubAnswer: Sendable, Equatable {
    package var status: Int
    package var body: [UInt8]
    /// Whether there is a further page (`Link: …; rel="next"`).
    package var hasNext: Bool
    /// Whether it has had enough of our questions for now.
    package var isRateLimited: Bool

    package init(status: Int, body: [UInt8] = [], hasNext: Bool = false, isRateLimited: Bool = false) {
        self.status = status
        self.body = body
        self.hasNext = hasNext
        self.isRateLimited = isRateLimited
    }
}
