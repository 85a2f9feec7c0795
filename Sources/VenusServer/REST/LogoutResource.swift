import HTTPTypes
import Hummingbird

/// `POST /api/v1/logout`: ends the session and closes its live sockets, here at once, at other servers when they next
/// look after their sessions.
struct LogoutResource: Sendable {
    let sessions: Sessions
    let hub: LiveHub
    let cookie: SessionCookie

    var route: Route { Route(.post, "/api/v1/logout", entry: .acting, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        guard let principal = request.principal else { preconditionFailure("the route's entry demands a session") }
        try await sessions.end(principal)
        hub.sessionEnded(principal.tokenHash)
        return Response(status: .noContent, headers: [.setCookie: cookie.clear])
    }
}
