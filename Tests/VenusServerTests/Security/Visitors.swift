import TestSupport
import VenusServer
import VenusStore

extension RunningServer {
    static var nowMilliseconds: Int64 { Timestamp.milliseconds("2026-01-01T00:00:00Z") ?? 0 }

    /// A session of that role, opened in the store.
    func session(
        _ role: Role, account: Account? = nil, expiresAt: Int64 = 4_000_000_000_000, idleExpiresAt: Int64? = nil
    ) async throws -> String {
        let token = Token.random()
        let session = Session(
            tokenHash: token.hash, account: account ?? .user(role.rawValue), role: role,
            createdAt: Self.nowMilliseconds, expiresAt: expiresAt, idleExpiresAt: idleExpiresAt)
        _ = try await store.addSession(session, of: nil)
        return token.text
    }

    /// A key with those scopes, made in the store.
    func key(_ scopes: Set<KeyScope>) async throws -> (text: String, id: String) {
        let token = Token.randomKey()
        let id = token.keyID ?? ""
        let key = APIKey(
            id: id, hash: token.hash, name: "test", scopes: scopes, createdAt: Self.nowMilliseconds, createdBy: "test")
        _ = try await store.addKey(key)
        return (token.text, id)
    }

    /// Asks a route of the table, its parameters filled in with what is not there.
    ///
    /// - Parameter query: what follows the path.
    func ask(_ route: RouteAccess, _ fields: [(String, String)], query: String = "") async throws -> HTTPResponse {
        let hasBody = route.method != "GET" && route.method != "DELETE"
        return try await request(
            route.method, route.path(with: "nothing") + query,
            fields + (hasBody ? [("content-type", "application/json")] : []), body: hasBody ? "{}" : nil)
    }
}

extension RouteAccess {
    /// The path, with that in the place of each parameter.
    func path(with segment: String) -> String {
        path.split(separator: "/").reduce("") { $0 + "/" + ($1.first == "{" ? segment : String($1)) }
    }
}
