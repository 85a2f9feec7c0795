package import HTTPTypes
package import Logging

/// Decides who gets in: the name under which we were called, the site whose page is calling, the session or key.
package struct AccessControl: Sendable {
    /// What a request is about to do.
    package enum Manner: Sendable {
        /// A foreign page cannot make a browser do it with our cookie (`SameSite=Strict`) and read the answer (no
        /// CORS).
        case reading
        /// A cookie counts only from our own pages, with their token.
        case changing
        /// A live socket, to which no CORS applies: a cookie counts only from our own pages.
        case listening
    }

    private let hosts: HostAllowList
    private let publicURL: WebOrigin?
    private let isSecure: Bool
    private let cookie: SessionCookie
    private let sessions: Sessions

    /// - Parameter isSecure: whether we speak TLS ourselves.
    package init(
        hosts: HostAllowList, publicURL: WebOrigin?, isSecure: Bool, cookie: SessionCookie, sessions: Sessions
    ) {
        self.hosts = hosts
        self.publicURL = publicURL
        self.isSecure = isSecure
        self.cookie = cookie
        self.sessions = sessions
    }

    /// Whether we answer under the request's `Host`.
    package func checkHost(_ request: HTTPRequest) throws(Problem) {
        guard let authority = request.authority.flatMap({ Authority($0) }) else { throw .malformedRequest }
        guard hosts.allows(authority) else { throw .hostNotAllowed }
    }

    /// Whether a request that changes something, and bears no token of its own, comes from one of our pages. One
    /// without `Origin` comes from no browser.
    package func checkOriginIfAny(_ request: HTTPRequest) throws(Problem) {
        guard request.headerFields[.origin] != nil else { return }
        try checkOrigin(request)
    }

    package func authenticate(
        _ request: HTTPRequest, _ manner: Manner, address: String, logger: Logger
    ) async throws -> Principal {
        let credentials = Credentials(request.headerFields, cookieName: cookie.name)
        if case .cookie = credentials {
            switch manner {
            case .reading: break
            case .changing, .listening: try checkOrigin(request)
            }
        }
        let principal = try await identify(credentials, address: address, logger: logger)
        if case (.cookie, .changing) = (credentials, manner) {
            let shown = request.headerFields[.csrfToken] ?? ""
            guard SecureBytes.areEqual(Array(shown.utf8), Array(principal.csrfToken.utf8)) else {
                throw Problem.csrfTokenMissing
            }
        }
        return principal
    }

    /// Whether a request comes from one of our pages.
    package func checkOrigin(_ request: HTTPRequest) throws(Problem) {
        guard let origin = request.headerFields[.origin].flatMap({ WebOrigin($0) }) else { throw .originNotAllowed }
        if let publicURL, origin == publicURL { return }
        guard let host = request.authority.flatMap({ Authority($0) }), origin.isOurs(at: host, isSecure: isSecure)
        else {
            throw .originNotAllowed
        }
    }

    private func identify(_ credentials: Credentials, address: String, logger: Logger) async throws -> Principal {
        switch credentials {
        case .none: throw Problem.unauthenticated
        case .unusable:
            logger.warning("Refused a request with an invalid token", metadata: ["address": "\(address)"])
            throw Problem.sessionNotValid
        case .bearer(let token), .subprotocol(let token), .cookie(let token):
            guard let principal = try await sessions.recognise(token) else {
                logger.warning("Refused a request with an invalid token", metadata: ["address": "\(address)"])
                throw Problem.sessionNotValid
            }
            return principal
        }
    }
}

extension HTTPField.Name {
    // A valid token.
    static let csrfToken = HTTPField.Name("X-CSRF-Token")!
}
