import HTTPTypes
import Hummingbird
import VenusStore

/// `POST /api/v1/logout`: ends the session and closes its live sockets, here at once, at other servers when they next
/// look after their sessions.
struct LogoutResource: Sendable {
    let sessions: Sessions
    let hub: LiveHub
    let cookie: SessionCookie
    let audit: AuditLog

    var route: Route { Route(.post, "/api/v1/logout", entry: .signedIn, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let principal = request.requirePrincipal()
        try await sessions.end(principal)
        hub.end { $0.tokenHash == principal.tokenHash }
        try await audit.note(.signOut, actor: principal.actor, address: request.address)
        return Response(status: .noContent, headers: [.setCookie: cookie.clear])
    }
}
