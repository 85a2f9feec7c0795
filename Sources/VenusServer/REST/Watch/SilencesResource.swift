import Hummingbird
import VenusCore
import VenusStore

/// `/api/v1/silences`: times in which nobody is told of some alerts. Everybody may look, operators set.
struct SilencesResource: Sendable {
    static let path = "/api/v1/silences"

    let editor: WatchEditor

    var routes: [Route] {
        [
            Route(.get, Self.path, entry: .reading, handle: list),
            Route(.post, Self.path, entry: .operating, handle: add),
            Route(.delete, Self.path + "/{id}", entry: .operating, handle: remove),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let second = editor.now() / 1_000
        let items = try await editor.store.watched(Silence.self).map { SilenceItem($0, at: second) }
        return request.answer(
            try JSONOutput.encode(Output(items: items.sorted { ($1.starts, $0.id) < ($0.starts, $1.id) })))
    }

    @Sendable private func add(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let now = editor.now()
        let id = Base64URL.encode(SecureBytes.random(12))
        let silence = try await request.strictJSON(SilenceBody.self, explain: SilenceBody.explain)
            .silence(id: id, author: request.requirePrincipal().actor, now: now)
        let record = try await editor.set(silence, id: id, .silenceSet, detail: Self.detail(silence), request)
        return .json(try JSONOutput.encode(SilenceItem(record, at: now / 1_000)), status: .created)
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        return try await editor.remove(
            Silence.self, id: request.pathParameters["id"] ?? "", .silenceRemoved, request, detail: Self.detail)
    }

    private static func detail(_ silence: Silence) -> String {
        let matchers = silence.matchers.map { "\($0.field.rawValue)\($0.isNegated ? "!=" : "=")\($0.pattern)" }
        return "until \(Timestamp.text(seconds: silence.ends)): \(matchers.joined(separator: ", "))"
    }

    private struct Output: Encodable {
        /// The newest first; those that ended a week ago are forgotten.
        var items: [SilenceItem]
    }
}

/// A silence as a client sets it.
struct SilenceBody: KnownMembers {
    static let explain = """
        The body is a JSON object with matchers, a list of objects with field, pattern and, if wanted, negated; ends_at, a \
        time; and if wanted starts_at and comment.
        """
    static let members: Set<String> = ["matchers", "starts_at", "ends_at", "comment"]
    static let maximumCommentBytes = 1_000
    static let maximumPatternBytes = 512

    private enum CodingKeys: String, CodingKey {
        case matchers, comment
        case startsAt = "starts_at"
        case endsAt = "ends_at"
    }

    private struct MatcherBody: KnownMembers {
        static let members: Set<String> = ["field", "pattern", "negated"]
        var field: String
        var pattern: String
        var negated: Bool?
    }

    private let matchers: [StrictBody<MatcherBody>]
    private let startsAt: String?
    private let endsAt: String
    private let comment: String?

    /// - Parameter now: milliseconds since the epoch.
    func silence(id: String, author: String, now: Int64) throws(Problem) -> Silence {
        guard (1...Silence.maximumMatchers).contains(matchers.count) else {
            throw .invalidMember("matchers", "there are 1 to \(Silence.maximumMatchers), all of which must match.")
        }
        var known: [Silence.Matcher] = []
        for matcher in matchers.map(\.body) {
            guard let field = AlertLabels.Field(rawValue: matcher.field) else {
                let names = AlertLabels.Field.allCases.map(\.rawValue)
                throw .invalidMember("field", "it is one of \(names.joined(separator: ", ")).", allowed: names)
            }
            try SubjectBody.checkText(matcher.pattern, "pattern", bytes: 0...Self.maximumPatternBytes)
            known.append(Silence.Matcher(field, matcher.pattern, isNegated: matcher.negated ?? false))
        }
        let starts = try Self.instant(startsAt, "starts_at") ?? now / 1_000
        guard let ends = try Self.instant(endsAt, "ends_at") else {
            throw .invalidMember("ends_at", "a silence has an end.")
        }
        guard ends > now / 1_000, ends > starts, ends - starts <= Silence.maximumSeconds else {
            throw .invalidMember(
                "ends_at",
                "it is after now and after starts_at, by \(Silence.maximumSeconds / 86_400) days at most.")
        }
        if let comment { try SubjectBody.checkText(comment, "comment", bytes: 0...Self.maximumCommentBytes) }
        guard
            let silence = Silence(
                id: id, matchers: known, starts: starts, ends: ends, author: author, comment: comment ?? "")
        else { throw .invalidBody(Self.explain) }
        return silence
    }

    private static func instant(_ text: String?, _ member: String) throws(Problem) -> Int64? {
        guard let text else { return nil }
        guard let milliseconds = Timestamp.milliseconds(text), milliseconds >= 0 else {
            throw .invalidMember(member, "it is a time such as 2026-01-31T18:00:00Z.")
        }
        return milliseconds / 1_000
    }
}

/// A silence as it is listed.
struct SilenceItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, matchers, state, author, comment
        case startsAt = "starts_at"
        case endsAt = "ends_at"
    }

    private struct MatcherItem: Encodable {
        var field: String
        var pattern: String
        var negated: Bool
    }

    let id: String
    /// Seconds since the epoch.
    let starts: Int64
    private let silence: Silence
    private let state: String

    init(_ record: WatchRecord<Silence>, at second: Int64) {
        id = record.id
        silence = record.item
        starts = silence.starts
        state = silence.isActive(at: second) ? "active" : second < silence.starts ? "pending" : "ended"
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(
            silence.matchers.map {
                MatcherItem(field: $0.field.rawValue, pattern: $0.pattern, negated: $0.isNegated)
            }, forKey: .matchers)
        try members.encode(state, forKey: .state)
        try members.encode(Timestamp.text(seconds: silence.starts), forKey: .startsAt)
        try members.encode(Timestamp.text(seconds: silence.ends), forKey: .endsAt)
        try members.encode(silence.author, forKey: .author)
        try members.encode(silence.comment, forKey: .comment)
    }
}
