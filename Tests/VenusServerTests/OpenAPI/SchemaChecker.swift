import TestSupport
import VenusServer

/// Holds values against the schemas of `openapi.json`, or of `asyncapi.json`.
struct SchemaChecker {
    let document: JSONValue

    init(_ document: [UInt8] = OpenAPIDocument.json) throws {
        self.document = try JSONValue(String(decoding: document, as: UTF8.self))
    }

    var paths: JSONValue { document["paths"] }

    /// What is wrong with an answer; `nil` where it is as described.
    func fault(_ method: String, _ target: String, _ response: HTTPResponse) throws -> String? {
        let path = template(of: String(target.prefix { $0 != "?" }))
        let operation = paths[path][method == "HEAD" ? "get" : method.lowercased()]
        // What is not there has no description.
        guard !operation.isNull else { return nil }
        var described = operation["responses"]["\(response.status)"]
        if let reference = described["$ref"].string { described = try resolve(reference) }
        guard !described.isNull else { return "status \(response.status) is not described" }
        guard method != "HEAD", let type = response["content-type"], response.bodyLength > 0 else { return nil }
        let content = described["content"][type]
        guard !content.isNull else { return "\(type) is not described for \(response.status)" }
        for name in described["headers"].names where response[name.lowercased()] == nil {
            return "\(name) is not there"
        }
        guard type.hasSuffix("json"), response["content-encoding"] == nil else { return nil }
        return try fault(try JSONValue(response.text), content["schema"], "$")
    }

    /// The described path that a request's path is one of; itself where there is none.
    private func template(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return paths.names.first { name in
            let names = name.split(separator: "/", omittingEmptySubsequences: false)
            return names.count == parts.count
                && zip(names, parts).allSatisfy { $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }
        } ?? path
    }

    /// What is wrong with a message of the live socket that has the payload of its type alone; `nil` where it is as
    /// `asyncapi.json` describes it.
    func fault(_ message: JSONValue) throws -> String? {
        guard let type = message["type"].string else { return "$: type is not there" }
        return try fault(message, try resolve("#/components/messages/\(type)")["payload"], "$")
    }

    func resolve(_ reference: String) throws -> JSONValue {
        let found = reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
        guard !found.isNull else { throw TestFailure("\(reference) leads nowhere") }
        return found
    }

    func fault(_ value: JSONValue, _ schema: JSONValue, _ place: String) throws -> String? {
        try JSONSchema(resolve: resolve).fault(value, schema, place)
    }
}
