/// Why somebody who came by way of GitHub is not let in: the code that the sign-in page and the audit log get.
package enum GitHubRefusal: String, Error, Sendable, CaseIterable {
    /// The person said no at GitHub.
    case denied
    /// The answer belongs to no sign-in that began in this browser, to one that took too long, or to one that is over.
    case state
    /// GitHub does not take the code, which is good once and for a short time.
    case code
    /// GitHub gave less than was asked for.
    case scope
    /// The token was taken back at once.
    case revoked
    /// Nobody has granted anything to this person.
    case notAllowed = "not_allowed"
    /// The person was invited to an organisation and has not accepted.
    case pending
    /// An organisation does not let the app see its members.
    case organization
    /// The login is granted something, and was somebody else's when it first came in.
    case renamed
    /// GitHub does not know us: client id, secret or callback URL are not right.
    case misconfigured
    /// GitHub does not answer, or not as it should.
    case unavailable
    /// Too many sign-ins are under way.
    case busy
    /// This address has failed too often.
    case delayed

    /// Whether it is nobody's failed attempt to get in.
    var isOurs: Bool {
        switch self {
        case .misconfigured, .unavailable, .busy, .delayed: true
        case .denied, .state, .code, .scope, .revoked, .notAllowed, .pending, .organization, .renamed: false
        }
    }
}
