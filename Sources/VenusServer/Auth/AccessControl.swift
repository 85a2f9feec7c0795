package import HTTPTypes
package import Logging

/// Decides who gets in: the name under which we were called, the site whose page is calling, the session.
package struct AccessControl: Sendable {
    private let hosts: HostAllowList
    private let publicURL: WebOrigin?
    private let sessions: Sessions

    package init(hosts: HostAllowList, publicURL: WebOrigin?, sessions: Sessions) {
        self.hosts = hosts
        self.publicURL = publicURL
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

    /// The session of a request that only reads, which a foreign page cannot make a browser do with our cookie
    /// (`SameSite=Strict`) and read (no CORS).
    package func authenticateReading(_ request: HTTPRequest, address: String, logger: Logger) async throws -> Principal
    {
        try await authenticate(Credentials(request.headerFields), address: address, logger: logger)
    }

    /// The session of a request that changes something, or of a live socket, to which no CORS applies: a cookie
    /// counts only from our own pages.
    package func authenticateActing(_ request: HTTPRequest, address: String, logger: Logger) async throws -> Principal {
        let credentials = Credentials(request.headerFields)
        if case .cookie = credentials { try checkOrigin(request) }
        return try await authenticate(credentials, address: address, logger: logger)
    }

    private func checkOrigin(_ request: HTTPRequest) throws(Problem) {
        guard let origin = request.headerFields[.origin].flatMap({ WebOrigin($0) }) else { throw .originNotAllowed }
        if let publicURL, origin == publicURL { return }
        guard let host = request.authority.flatMap({ Authority($0) }), origin.isPlain(at: host) else {
            throw .originNotAllowed
        }
    }

    private func authenticate(
        _ credentials: Credentials, address: String, logger: Logger
    ) async throws -> Principal {
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
