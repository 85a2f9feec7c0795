import TestSupport
import VenusServer

/// Holds values against the schemas of `openapi.json`, or of `asyncapi.json`. Stricter than JSON Schema: a member that
/// no schema names is an error too, so that what is served and what is described cannot drift apart.
struct SchemaChecker {
    private let document: JSONValue

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
        if let reference = schema["$ref"].string { return try fault(value, try resolve(reference), place) }
        if !schema["anyOf"].isNull {
            let faults = try schema["anyOf"].array.map { try fault(value, $0, place) }
            return faults.contains(nil) ? nil : faults.compactMap { $0 }.joined(separator: " and ")
        }
        if !schema["enum"].isNull, !schema["enum"].array.contains(value) {
            return "\(place): \(value) is not in the enum"
        }
        if !schema["const"].isNull, schema["const"] != value { return "\(place): \(value) is not \(schema["const"])" }
        let types = schema["type"].string.map { [$0] } ?? schema["type"].array.compactMap(\.string)
        guard types.isEmpty || types.contains(where: { Self.isOf($0, value) }) else {
            return "\(place): \(value) is not \(types)"
        }
        if let least = schema["minimum"].double, let number = value.double, number < least {
            return "\(place): \(number)"
        }
        if let most = schema["maximum"].double, let number = value.double, number > most {
            return "\(place): \(number)"
        }
        if schema["format"].string == "date-time", let text = value.string, Timestamp.milliseconds(text) == nil {
            return "\(place): \(text) is no time"
        }
        if let pattern = schema["pattern"].string, let text = value.string,
            try text.firstMatch(of: Regex(pattern)) == nil
        {
            return "\(place): \(text) does not match"
        }
        switch value {
        case .array(let items):
            for (number, item) in items.enumerated() {
                if let fault = try fault(item, schema["items"], "\(place)[\(number)]") { return fault }
            }
        case .object where !schema["properties"].isNull:
            for name in schema["required"].array.compactMap(\.string) where !value.names.contains(name) {
                return "\(place): \(name) is not there"
            }
            for name in value.names {
                let member = schema["properties"][name]
                guard !member.isNull else { return "\(place): \(name) is not described" }
                if let fault = try fault(value[name], member, "\(place).\(name)") { return fault }
            }
        case .object where !schema["additionalProperties"]["type"].isNull:
            for name in value.names {
                let fault = try fault(value[name], schema["additionalProperties"], "\(place).\(name)")
                if let fault { return fault }
            }
        default: break
        }
        return nil
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null),
            ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
