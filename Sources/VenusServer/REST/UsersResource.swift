import HTTPTypes
import Hummingbird
import VenusStore

/// `/api/v1/users`: who may sign in with a name and a password. For admins. A change ends the sessions of the user.
struct UsersResource: Sendable {
    /// Bytes of a password.
    static let passwordBytes = 10...AdministratorSecret.maximumLength

    let store: any SignInStore
    let hasher: SecretHasher
    let endings: Endings
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/users", entry: .administering, handle: list),
            Route(.post, "/api/v1/users", entry: .administering, handle: add),
            Route(.patch, "/api/v1/users/{name}", entry: .administering, handle: change),
            Route(.delete, "/api/v1/users/{name}", entry: .administering, handle: remove),
        ]
    }

    private struct NewUser: Decodable {
        var name: String
        var role: String
        var password: String
    }

    private struct Change: Decodable {
        var role: String?
        var password: String?
        var active: Bool?
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return .json(try JSONOutput.encode(Output(items: try await store.users().map(Item.init))))
    }

    @Sendable private func add(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.json(
            NewUser.self, explain: "The body is a JSON object with the text members name, role and password.")
        guard let name = User.name(body.name) else {
            throw Problem.invalidBody(
                "A name has 1 to \(User.maximumNameBytes) characters: a to z, digits, and . _ - @")
        }
        let hash = try await hash(of: body.password)
        let user = User(name: name, role: try Self.role(body.role), passwordHash: hash, createdAt: now())
        guard try await store.addUser(user) else {
            throw Problem.conflict(
                "There is a user of this name already, or there are \(User.maximumCount) users, which is the most.")
        }
        try await note(.userAdded, name, "as \(user.role.rawValue)", request)
        return .json(try JSONOutput.encode(Item(user)), status: .created)
    }

    @Sendable private func change(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let explain = "The body is a JSON object with role, password or active, or several of them."
        let body = try await request.json(Change.self, explain: explain)
        guard body.role != nil || body.password != nil || body.active != nil else {
            throw Problem.invalidBody(explain)
        }
        let name = try name(request)
        // Not hashed for nobody.
        guard try await store.user(named: name) != nil else { throw Problem.noSuch("user") }
        let role = try body.role.map { try Self.role($0) }
        var hash: String?
        if let password = body.password { hash = try await self.hash(of: password) }
        guard
            let user = try await store.changeUser(
                name, role: role, passwordHash: hash, isActive: body.active, keeping: nil, at: now())
        else { throw Problem.noSuch("user") }
        endings.end { $0.account == .user(name) }
        if hash != nil { try await note(.passwordChanged, name, "", request) }
        if role != nil || body.active != nil {
            try await note(
                .userChanged, name, "\(user.role.rawValue), \(user.isActive ? "active" : "inactive")", request)
        }
        return .json(try JSONOutput.encode(Item(user)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let name = try name(request)
        guard try await store.removeUser(name) else { throw Problem.noSuch("user") }
        endings.end { $0.account == .user(name) }
        try await note(.userRemoved, name, "", request)
        return Response(status: .noContent)
    }

    private func name(_ request: APIRequest) throws -> String {
        guard let name = request.pathParameters["name"].flatMap({ User.name($0) }) else { throw Problem.noSuch("user") }
        return name
    }

    private static func role(_ text: String) throws -> Role {
        guard let role = Role(rawValue: text) else {
            throw Problem.invalidBody("role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return role
    }

    private func hash(of password: String) async throws -> String {
        try Self.checkLength(of: password)
        return try await hasher.run { try SecretHash(secret: password).text }
    }

    static func checkLength(of password: String) throws {
        guard passwordBytes.contains(password.utf8.count) else {
            throw Problem.invalidBody(
                "A password has \(passwordBytes.lowerBound) to \(passwordBytes.upperBound) bytes.")
        }
    }

    private func note(
        _ event: AuditEntry.Event, _ name: String, _ detail: String, _ request: APIRequest
    ) async throws {
        try await audit.note(
            event, actor: request.requirePrincipal().actor, subject: Account.user(name).text, address: request.address,
            detail: detail)
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Item: Encodable {
        var name: String
        var role: String
        var active: Bool
        var created_at: String
        var changed_at: String

        init(_ user: User) {
            name = user.name
            role = user.role.rawValue
            active = user.isActive
            created_at = Timestamp.text(milliseconds: user.createdAt)
            changed_at = Timestamp.text(milliseconds: user.changedAt)
        }
    }
}
