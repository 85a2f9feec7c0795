import TestSupport
import Testing
import VenusServer

/// What holds of `openapi.json` and `asyncapi.json` alike.
@Suite("The descriptions")
struct DescriptionsTests {
    static let documents = [OpenAPIDocument.json, AsyncAPI.document]

    /// The schemas that stand in a part of a description, and not in another schema.
    private static func roots(_ part: JSONValue) -> [JSONValue] {
        switch part {
        case .object(let members):
            members.flatMap { ["payload", "schema"].contains($0.key) ? [$0.value] : roots($0.value) }
        case .array(let items): items.flatMap(roots)
        default: []
        }
    }

    /// The schemas that are inside these, and those that they lead to, with them.
    private static func all(_ roots: [JSONValue], _ checker: SchemaChecker) throws -> [JSONValue] {
        var found: [JSONValue] = []
        var seen: Set<String> = []
        var rest = roots
        while let schema = rest.popLast() {
            found.append(schema)
            if let reference = schema["$ref"].string, seen.insert(reference).inserted {
                rest.append(try checker.resolve(reference))
            }
            for keyword in ["additionalProperties", "else", "if", "items", "then"] {
                if case .object = schema[keyword] { rest.append(schema[keyword]) }
            }
            rest += schema["allOf"].array + schema["anyOf"].array
            rest += schema["properties"].names.map { schema["properties"][$0] }
        }
        return found
    }

    @Test("the check of values knows every keyword that is there", arguments: documents)
    func keywords(document: [UInt8]) throws {
        let checker = try SchemaChecker(document)
        let roots = Self.roots(checker.document["paths"]) + Self.roots(checker.document["components"])
        let keywords = Set(try Self.all(roots, checker).flatMap(\.names))
        #expect(keywords.isSuperset(of: ["$ref", "additionalProperties", "properties", "required", "type"]))
        #expect(keywords.subtracting(JSONSchemaTests.cases.map(\.keyword)) == [])
    }

    @Test("every reference leads somewhere, and every schema is used", arguments: documents)
    func references(document: [UInt8]) throws {
        let checker = try SchemaChecker(document)
        var used: Set<String> = []
        func walk(_ value: JSONValue) throws {
            switch value {
            case .object(let members):
                if let reference = members["$ref"]?.string {
                    _ = try checker.resolve(reference)
                    used.insert(String(reference.split(separator: "/").last ?? ""))
                }
                for member in members.values { try walk(member) }
            case .array(let items): for item in items { try walk(item) }
            default: break
            }
        }
        try walk(checker.document)
        #expect(Set(checker.document["components"]["schemas"].names).subtracting(used).isEmpty)
    }

    @Test("no object that the server says has members that are not described", arguments: documents)
    func closed(document: [UInt8]) throws {
        let checker = try SchemaChecker(document)
        let (paths, components) = (checker.document["paths"], checker.document["components"])
        let answers = paths.names.flatMap { path in
            paths[path].names.flatMap { Self.roots(paths[path][$0]["responses"]) }
        }
        let messages = checker.document["operations"]["sendToClient"]["messages"].array.compactMap {
            $0["$ref"].string?.split(separator: "/").last.map { components["messages"][String($0)]["payload"] }
        }
        let said = try Self.all(answers + Self.roots(components["responses"]) + messages, checker)
        // Of what may be an object; that of `if` and `then` says only more of one.
        let open = said.filter {
            $0["type"] == .string("object") || $0["type"].array.contains(.string("object"))
        }.filter { !$0["properties"].isNull && $0["additionalProperties"] != .bool(false) }
        #expect(said.count > 100)
        #expect(open == [])
    }

    @Test("what REST and the live socket tell alike is described in the same words")
    func alike() throws {
        let (rest, live) = (try SchemaChecker().document, try SchemaChecker(AsyncAPI.document).document)
        let both = Set(rest["components"]["schemas"].names).intersection(live["components"]["schemas"].names)
        // The socket tells of now alone.
        let different = both.filter { rest["components"]["schemas"][$0] != live["components"]["schemas"][$0] }
        #expect(Set(different) == ["Graph", "GraphEdge", "GraphNode"])
        #expect(both.isSuperset(of: ["Alert", "Calls", "Hosts", "KPIs", "Transition"]))
    }
}
