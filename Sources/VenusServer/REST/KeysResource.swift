import HTTPTypes
import Hummingbird
import VenusStore

/// `/api/v1/keys`: what programs show instead of a session. For admins.
struct KeysResource: Sendable {
    let store: any SignInStore
    let endings: Endings
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/keys", entry: .administering, handle: list),
            Route(.post, "/api/v1/keys", entry: .administering, handle: create),
            Route(.delete, "/api/v1/keys/{id}", entry: .administering, handle: revoke),
        ]
    }

    private struct NewKey: Decodable {
        var name: String
        var scopes: [String]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return .json(try JSONOutput.encode(Output(items: try await store.keys().map { Item($0) })))
    }

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.json(
            NewKey.self, explain: "The body is a JSON object with the text member name and the list scopes.")
        let isPrintable = body.name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard (1...APIKey.maximumNameBytes).contains(body.name.utf8.count), isPrintable else {
            throw Problem.invalidBody("name is 1 to \(APIKey.maximumNameBytes) bytes of text without line ends.")
        }
        let scopes = Set(body.scopes.compactMap { KeyScope(rawValue: $0) })
        guard !scopes.isEmpty, scopes.count == body.scopes.count else {
            let known = KeyScope.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.invalidBody("scopes holds each of the scopes that the key has, once. There are: \(known).")
        }
        let (key, token) = try await make(body.name, scopes, for: request)
        var item = Item(key)
        item.key = token.text
        return .json(try JSONOutput.encode(item), status: .created)
    }

    /// Makes a key, and notes who did.
    func make(
        _ name: String, _ scopes: Set<KeyScope>, for request: APIRequest
    ) async throws -> (key: APIKey, token: Token) {
        let token = Token.randomKey()
        guard let id = token.keyID else { preconditionFailure("a key has an id: see Token.randomKey()") }
        let principal = request.requirePrincipal()
        let key = APIKey(
            id: id, hash: token.hash, name: name, scopes: scopes, createdAt: now(), createdBy: principal.actor)
        guard try await store.addKey(key) else {
            throw Problem.conflict("There are \(APIKey.maximumCount) keys, which is the most.")
        }
        try await audit.note(
            .keyCreated, actor: principal.actor, subject: "key:" + id, address: request.address,
            detail: "\(Item(key).scopes.joined(separator: " ")): \(key.name)")
        return (key, token)
    }

    @Sendable private func revoke(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let id = request.pathParameters["id"] ?? ""
        guard id.utf8.count == Token.keyIDLength, id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            try await store.revokeKey(id: id, at: now())
        else {
            throw Problem.noSuch("key that is good")
        }
        endings.end { $0.actor == "key:" + id }
        try await audit.note(
            .keyRevoked, actor: request.requirePrincipal().actor, subject: "key:" + id, address: request.address)
        return Response(status: .noContent)
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Item: Encodable {
        var id: String
        /// The whole key, in the answer to its making and never again.
        var key: String?
        var name: String
        var scopes: [String]
        var created_at: String
        var created_by: String
        /// To the minute; absent: never.
        var used_at: String?
        var revoked_at: String?

        init(_ key: APIKey) {
            id = key.id
            name = key.name
            scopes = key.scopes.map(\.rawValue).sorted()
            created_at = Timestamp.text(milliseconds: key.createdAt)
            created_by = key.createdBy
            used_at = key.usedAt.map { Timestamp.text(milliseconds: $0) }
            revoked_at = key.revokedAt.map { Timestamp.text(milliseconds: $0) }
        }
    }
}
