import HTTPTypes
import VenusCore

/// `openapi.json` (OpenAPI 3.1): what is served is what the tests hold every answer against.
package enum OpenAPIDocument {
    package static let path = "/api/v1/openapi.json"

    package static let json: [UInt8] = Array(text.utf8)

    private static var text: String {
        """
        {"openapi":"3.1.0","info":{"title":"Venus","version":"\(Version.current)","license":{"name":"MIT","identifier":\
        "MIT"},"description":"A self-hosted monitor for the services that an application depends on. Times are RFC 3339 \
        in UTC; rates are fractions from 0 to 1 with at most eight decimals, times and loads of KPIs have five significant \
        digits; what there is nothing to say about is null. Refusals are problems of RFC 9457, with a stable type. Parameters \
        that an operation does not know are refused."},\
        "servers":[{"url":"/"}],"security":[{"bearer":[]},{"cookie":[]}],\
        "paths":{\(paths)},"components":{"securitySchemes":{\
        "bearer":{"type":"http","scheme":"bearer","description":"The token of a session, or a key."},\
        "cookie":{"type":"apiKey","in":"cookie","name":"\(SessionCookie(isSecure: false).name)","description":"The session of a \
        browser, under https with the prefix __Host-. Where it changes something, Origin must be this server's, and \
        X-CSRF-Token the session's csrf_token."}},\
        "responses":{\(refusals)},"schemas":\(OpenAPISchemas.json)}}
        """
    }

    private static var paths: String {
        Dictionary(grouping: OpenAPIOperation.all, by: \.path).sorted { $0.key < $1.key }.map { path, operations in
            let methods = operations.map { "\(quoted($0.method.rawValue.lowercased())):\(item($0))" }
            return "\(quoted(path)):{\(methods.joined(separator: ","))}"
        }.joined(separator: ",")
    }

    private static func item(_ operation: OpenAPIOperation) -> String {
        var members = [
            "\"operationId\":\(quoted(operation.id))", "\"summary\":\(quoted(operation.summary))",
            "\"tags\":[\(quoted(operation.tag))]",
        ]
        if operation.isOpen { members.append("\"security\":[]") }
        if !operation.parameters.isEmpty {
            let parameters = operation.parameters.map { parameter in
                "{\"name\":\(quoted(parameter.name)),\"in\":\"\(parameter.isInPath ? "path" : "query")\","
                    + "\"required\":\(parameter.isInPath),\"description\":\(quoted(parameter.description)),\"schema\":\(parameter.schema)}"
            }
            members.append("\"parameters\":[\(parameters.joined(separator: ","))]")
        }
        if let body = operation.body {
            members.append(
                "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":"
                    + "{\"$ref\":\"#/components/schemas/\(body)\"}}}}")
        }
        members.append("\"responses\":{\(responses(operation).joined(separator: ","))}")
        return "{\(members.joined(separator: ","))}"
    }

    private static func responses(_ operation: OpenAPIOperation) -> [String] {
        var responses: [String] = []
        if operation.success != 0 {
            let contents = operation.contents.map { "\(quoted($0.mediaType)):{\"schema\":\($0.schema)}" }
            let content = contents.isEmpty ? "" : ",\"content\":{\(contents.joined(separator: ","))}"
            let headers =
                operation.isKept ? #","headers":{"ETag":{"schema":{"type":"string"},"required":true}}"# : ""
            responses.append("\"\(operation.success)\":{\"description\":\"Done.\"\(headers)\(content)}")
        }
        if operation.isKept { responses.append(#""304":{"description":"The client has it already."}"#) }
        if let content = operation.unavailable {
            responses.append(
                "\"503\":{\"description\":\"Not now.\",\"content\":{\(quoted(content.mediaType)):"
                    + "{\"schema\":\(content.schema)}}}")
        }
        var statuses = Set(operation.refusals).union([400, 414, 421, 431, 500])
        if !operation.isOpen { statuses.formUnion([401, 403, 503]) }
        if operation.method != .get { statuses.insert(403) }
        if operation.body != nil { statuses.formUnion([413, 415]) }
        responses += statuses.sorted().map { "\"\($0)\":{\"$ref\":\"#/components/responses/\($0)\"}" }
        return responses
    }

    private static let refusalNames: [(status: Int, description: String)] = [
        (400, "What is asked cannot be read, or is out of bounds; parameter names what is at fault."),
        (401, "Sign in first."), (403, "This session or site may not do that."), (404, "There is nothing here."),
        (409, "There is one already, or there are too many."),
        (413, "The body is too large."), (414, "The request target is too long."), (415, "The body is not JSON."),
        (421, "The server does not answer under this name."),
        (422, "What is asked is understood, and cannot be done; detail says what can."),
        (426, "This path speaks WebSocket."),
        (431, "The fields of the request are too long."),
        (429, "Too many attempts; Retry-After tells when to come back."),
        (500, "The server failed; the reason is in its log."), (503, "The store does not answer."),
    ]

    private static var refusals: String {
        refusalNames.map { status, description in
            "\"\(status)\":{\"description\":\(quoted(description)),\"content\":{\"application/problem+json\":"
                + "{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}"
        }.joined(separator: ",")
    }

    static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.value(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
