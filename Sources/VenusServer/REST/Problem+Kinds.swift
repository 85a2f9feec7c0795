import HTTPTypes
package import VenusStore

/// Every problem this server answers with.
extension Problem {
    // MARK: Who is asking

    package static let unauthenticated = Problem(
        .unauthorized, .unauthenticated, title: "Sign in first",
        detail: "Send a session token from POST /api/v1/login, or an API key: Authorization: Bearer TOKEN; or the "
            + "session cookie.",
        fields: [.wwwAuthenticate: "Bearer realm=\"venus\""])

    package static let sessionNotValid = Problem(
        .unauthorized, .sessionNotValid, title: "The session is not valid",
        detail: "The token is unknown, expired, signed out or revoked. Sign in again, or use another key.",
        fields: [.wwwAuthenticate: "Bearer realm=\"venus\", error=\"invalid_token\""])

    package static let signInRefused = Problem(
        .unauthorized, .signInRefused, title: "Sign-in refused",
        detail: "The secret, the password, the sign-in link or the command line's code is not valid. A link and a code "
            + "work once, and for a short time.",
        fields: [.wwwAuthenticate: "Bearer realm=\"venus\""])

    package static let passwordRefused = Problem(
        .forbidden, .passwordRefused, title: "The old password is not right",
        detail: "To change a password, the one from before is needed. An admin can set another without.")

    package static func tooManySignIns(retryAfter seconds: Int64) -> Problem {
        Problem(
            .tooManyRequests, .tooManySignIns, title: "Too many failed sign-ins",
            detail: "Try again in \(seconds) s.", fields: [.retryAfter: String(seconds)])
    }

    package static let originNotAllowed = Problem(
        .forbidden, .originNotAllowed, title: "The request comes from another site",
        detail: "A browser's cookie counts only for requests of our own pages: Origin must be this server's. "
            + "Behind a proxy that ends TLS, set server.public_url.")

    package static let csrfTokenMissing = Problem(
        .forbidden, .csrfTokenMissing, title: "The request lacks its page's token",
        detail: "With the session cookie, what changes something needs X-CSRF-Token: the csrf_token of POST "
            + "/api/v1/login or GET /api/v1/session.")

    package static func roleTooLow(_ needed: Role) -> Problem {
        Problem(
            .forbidden, .roleTooLow, title: "Your role does not allow this",
            detail: "This needs the role \(needed.rawValue). An admin can change roles.", allowed: [needed.rawValue])
    }

    package static func scopeMissing(_ needed: KeyScope) -> Problem {
        Problem(
            .forbidden, .scopeMissing, title: "The key is not made for this",
            detail: "This needs a key with the scope \(needed.rawValue).", allowed: [needed.rawValue])
    }

    package static let keysNotAllowed = Problem(
        .forbidden, .keysNotAllowed, title: "Not with an API key",
        detail: "This is for people: sign in, and use the session's token.")

    package static let hostNotAllowed = Problem(
        .misdirectedRequest, .hostNotAllowed, title: "The server does not answer under this name",
        detail: "Use the listen address, or add the name to server.allowed_hosts.")

    // MARK: What is asked

    package static let notFound = Problem(
        .notFound, .notFound, title: "Not found", detail: "There is nothing under this path.")

    package static func noSuch(_ what: String) -> Problem {
        Problem(.notFound, .notFound, title: "Not found", detail: "There is no such \(what).")
    }

    package static func conflict(_ why: String) -> Problem {
        Problem(.conflict, .conflict, title: "That is not possible as things are", detail: why)
    }

    package static let dashboardAbsent = Problem(
        .notFound, .dashboardAbsent, title: "The dashboard is not here",
        detail: "The dashboard's files were not found where this server was told to look. The API is under /api/v1.")

    package static func methodNotAllowed(_ allowed: [String]) -> Problem {
        Problem(
            .methodNotAllowed, .methodNotAllowed, title: "Method not allowed",
            detail: "This path answers to \(allowed.joined(separator: ", ")).", allowed: allowed,
            fields: [.allow: allowed.joined(separator: ", ")])
    }

    package static func unknownParameter(_ name: String, allowed: [String]) -> Problem {
        let known = allowed.isEmpty ? "It takes none." : "It takes: \(allowed.joined(separator: ", "))."
        return Problem(
            .badRequest, .unknownParameter, title: "Unknown parameter",
            detail: "This path has no parameter \(quoted(name)). \(known)", parameter: name, allowed: allowed)
    }

    package static func invalidParameter(_ name: String, _ why: String, allowed: [String]? = nil) -> Problem {
        Problem(
            .badRequest, .invalidParameter, title: "Invalid parameter", detail: "Parameter \(quoted(name)): \(why)",
            parameter: name, allowed: allowed)
    }

    package static func invalidBody(_ why: String) -> Problem {
        Problem(.badRequest, .invalidBody, title: "The body cannot be read", detail: why)
    }

    /// - Parameter why: what the member has to be.
    package static func invalidMember(_ name: String, _ why: String, allowed: [String]? = nil) -> Problem {
        Problem(
            .badRequest, .invalidBody, title: "The body cannot be read", detail: "Member \(quoted(name)): \(why)",
            parameter: name, allowed: allowed)
    }

    /// What is understood, and cannot be done.
    ///
    /// - Parameter why: and what can.
    package static func notPossible(_ member: String, _ why: String) -> Problem {
        Problem(.unprocessableContent, .notPossible, title: "That cannot be done", detail: why, parameter: member)
    }

    package static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            .contentTooLarge, .bodyTooLarge, title: "The body is too large",
            detail: "At most \(limit) bytes are read.")
    }

    package static let mediaTypeNotSupported = Problem(
        .unsupportedMediaType, .mediaTypeNotSupported, title: "Not JSON",
        detail: "Send the body as application/json.")

    package static let targetTooLong = Problem(
        .uriTooLong, .targetTooLong, title: "The request target is too long",
        detail: "At most \(QueryParameters.maximumTargetBytes) bytes are read.")

    package static let malformedRequest = Problem(
        .badRequest, .malformedRequest, title: "Malformed request", detail: "This is no HTTP/1.1 request.")

    package static let headTooLarge = Problem(
        .requestHeaderFieldsTooLarge, .headTooLarge, title: "The request's header is too large",
        detail: "At most \(ConnectionLimits.maximumHeadBytes) bytes of header fields are read.")

    package static let upgradeRequired = Problem(
        .upgradeRequired, .upgradeRequired, title: "This path speaks WebSocket",
        detail: "Connect with WebSocket version 13, as the first request of a connection.",
        fields: [.upgrade: "websocket", .connection: "close", .secWebSocketVersion: "13"])

    package static let malformedHandshake = Problem(
        .badRequest, .malformedHandshake, title: "Malformed WebSocket handshake",
        detail: "Sec-WebSocket-Key must be sixteen bytes in base64, once.")

    // MARK: What is wrong with us

    package static let storeUnavailable = Problem(
        .serviceUnavailable, .storeUnavailable, title: "The store does not answer",
        detail: "The database is away or too slow. Try again in a moment.", fields: [.retryAfter: "2"])

    package static let busy = Problem(
        .serviceUnavailable, .busy, title: "Too busy", detail: "Try again in a moment.", fields: [.retryAfter: "1"])

    package static let failed = Problem(
        .internalServerError, .failed, title: "The server failed", detail: "The reason is in the server's log.")

    /// Text of the client's in quotes, shortened.
    private static func quoted(_ text: String) -> String { "\"" + text.prefix(64) + (text.count > 64 ? "…\"" : "\"") }
}
