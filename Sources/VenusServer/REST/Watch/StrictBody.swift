/// A body that has no members but these. What is set by a body must not be left out because a name was mistyped.
protocol KnownMembers: Decodable {
    static var members: Set<String> { get }
}

/// Throws a ``Problem`` that names the member which nobody knows.
struct StrictBody<Body: KnownMembers>: Decodable {
    let body: Body

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
        if let unknown = names.filter({ !Body.members.contains($0) }).min() {
            throw Problem.invalidMember(
                String(unknown.prefix(64)), "there is no such member.", allowed: Body.members.sorted())
        }
        body = try Body(from: decoder)
    }
}

extension APIRequest {
    /// The body as JSON, without members that nobody knows.
    func strictJSON<Body: KnownMembers>(_: Body.Type, explain: String) async throws -> Body {
        try await json(StrictBody<Body>.self, explain: explain).body
    }
}
