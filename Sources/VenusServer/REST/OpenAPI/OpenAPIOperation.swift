import HTTPTypes

/// One operation as `openapi.json` describes it.
struct OpenAPIOperation: Sendable {
    /// A parameter of the query, or one that stands in the path.
    struct Parameter: Sendable {
        var name: String
        var isInPath = false
        var description: String
        /// JSON Schema, as JSON.
        var schema: String
    }

    /// What a success looks like in one media type.
    struct Content: Sendable {
        var mediaType: String
        /// JSON Schema, as JSON.
        var schema: String

        static func json(_ schemas: String...) -> Content {
            let references = schemas.map { "{\"$ref\":\"#/components/schemas/\($0)\"}" }
            let schema = references.count == 1 ? references[0] : "{\"anyOf\":[\(references.joined(separator: ","))]}"
            return Content(mediaType: "application/json", schema: schema)
        }

        static func text(_ mediaType: String) -> Content {
            Content(mediaType: mediaType, schema: #"{"type":"string"}"#)
        }
    }

    var method: HTTPRequest.Method = .get
    var path: String
    var id: String
    var summary: String
    var tag: String
    /// Whether it answers without a session.
    var isOpen = false
    var parameters: [Parameter] = []
    /// The schema of the request's body, where it has one.
    var body: String?
    var success = 200
    var contents: [Content] = []
    /// What an answer with 503 holds, where that is no problem.
    var unavailable: Content?
    /// Whether the client may keep the answer, and ask with `If-None-Match` whether it is still so.
    var isKept = false
    /// Statuses of refusals that are this operation's own.
    var refusals: [Int] = []
}
