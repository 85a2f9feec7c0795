/// Why the server cannot start.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The configured secret is too short.
        case weakSecret
        /// `publicURL` is no http or https URL.
        case invalidPublicURL
        /// One of `trustedProxies` is neither an address nor a network.
        case invalidTrustedProxy
        /// One of `corsOrigins` is no origin.
        case invalidCORSOrigin
        /// The key of alerts' secrets cannot be read or made.
        case invalidAlertKey
        /// One of the targets that messages about alerts may go to is neither an address nor a network.
        case invalidAlertTarget
        /// GitHub's URLs are not https.
        case invalidGitHubURL
        /// The certificate or its key cannot be read, or they are no pair.
        case badCertificate
        /// The address cannot be listened on.
        case cannotListen
    }

    public var code: Code
    /// What to do about it; holds no secret.
    public var description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
