import Foundation
import HTTPTypes
import TestSupport
import Testing
import VenusServer

@Suite("openapi.json")
struct OpenAPITests {
    @Test("it is served as it is, and describes every route and no other")
    func routes() async throws {
        let checker = try SchemaChecker()
        try await withServer { server in
            let token = try await server.signIn()
            let served = try await server.request("GET", OpenAPIDocument.path, [server.bearer(token)])
            #expect(served.status == 200 && served.body == OpenAPIDocument.json)
            let described = Set(
                checker.paths.names.flatMap { path in
                    checker.paths[path].names.map { "\($0.uppercased()) \(path)" }
                })
            #expect(Set(server.server.accessTable.map { "\($0.method) \($0.path)" }) == described)
        }
    }

    @Test("it is of OpenAPI 3.1, and the ids of operations are distinct")
    func operations() throws {
        let document = try JSONValue(String(decoding: OpenAPIDocument.json, as: UTF8.self))
        #expect(document["openapi"].string == "3.1.0")
        let ids = document["paths"].names.flatMap { path in
            document["paths"][path].names.map { document["paths"][path][$0]["operationId"].string }
        }
        #expect(!ids.contains(nil) && Set(ids).count == ids.count)
    }

    @Test("every parameter that is described is taken, and every one that is taken is described")
    func parameters() async throws {
        let checker = try SchemaChecker()
        try await withServer { server in
            let token = try await server.signIn()
            for path in checker.paths.names where path.hasPrefix("/api/v1/") && path != "/api/v1/live" {
                let operation = checker.paths[path]["get"]
                guard !operation.isNull else { continue }
                let refused = try await server.request("GET", path + "?no_such_parameter=1", [server.bearer(token)])
                #expect(refused.status == 400, "\(path)")
                let taken = try JSONValue(refused.text)["allowed"].array.compactMap(\.string)
                #expect(
                    taken
                        == operation["parameters"].array.filter { $0["in"].string == "query" }.compactMap {
                            $0["name"].string
                        }, "\(path)")
            }
        }
    }

    @Test("a problem's type is one of those that there are, each of which is in the schema")
    func problemTypes() throws {
        let checker = try SchemaChecker()
        let schema = try checker.resolve("#/components/schemas/Problem")
        let types = schema["properties"]["type"]["enum"].array.compactMap(\.string)
        #expect(types.count == 29 && Set(types).count == 29)
        #expect(types.contains("urn:venus:problem:sign-in-refused") && types.contains("urn:venus:problem:busy"))
        for type in ProblemType.allCases {
            let problem = Problem(.badRequest, type, title: "T", detail: "D")
            let written = try JSONValue(String(decoding: JSONEncoder().encode(problem), as: UTF8.self))
            #expect(try checker.fault(written, schema, "$") == nil, "\(type)")
            #expect(written["type"].string == "urn:venus:problem:" + type.rawValue)
        }
        let other = #"{"type":"urn:venus:problem:other","title":"T","status":400,"detail":"D"}"#
        #expect(try checker.fault(try JSONValue(other), schema, "$") != nil)
    }

    @Test("what differs from its schema is found")
    func checker() throws {
        let checker = try SchemaChecker()
        let schema = try checker.resolve("#/components/schemas/Losses")
        for (text, isRight) in [
            (#"{"calls":0,"items":[],"quarantined":{"count":0,"items":[]},"since":"2026-01-01T00:00:00Z"}"#, true),
            (#"{"calls":0,"items":[],"quarantined":{"count":0,"items":[]},"since":"yesterday"}"#, false),
            (#"{"calls":-1,"items":[],"quarantined":{"count":0,"items":[]},"since":"2026-01-01T00:00:00Z"}"#, false),
            (#"{"calls":0.5,"items":[],"quarantined":{"count":0,"items":[]},"since":"2026-01-01T00:00:00Z"}"#, false),
            (#"{"calls":0,"items":[{}],"quarantined":{"count":0,"items":[]},"since":"2026-01-01T00:00:00Z"}"#, false),
            (
                #"{"calls":0,"items":[],"quarantined":{"count":0,"items":[]},"since":"2026-01-01T00:00:00Z","more":1}"#,
                false
            ), (#"{"calls":0}"#, false),
            ("[]", false),
        ] {
            let whole = text.replacing(
                ",\"items\"", with: ",\"is_complete\":true,\"total\":{\"calls\":0,\"count\":0},\"items\"",
                maxReplacements: 1)
            #expect(try (checker.fault(try JSONValue(whole), schema, "$") == nil) == isRight, "\(whole)")
        }
    }

    @Test("a gap that is not as asyncapi.json has it is found")
    func gaps() throws {
        let checker = try SchemaChecker(AsyncAPI.document)
        let right = #"{"type":"gap","topic":"calls","filter":{"limit":"9"},"epoch":7,"seq":9,"from":4,"dropped":5}"#
        #expect(try checker.fault(try JSONValue(right)) == nil)
        for (one, other) in [
            (#""topic":"calls""#, #""topic":"graph""#), (#""dropped":5"#, #""dropped":0"#),
            (#""epoch":7"#, #""epoch":0"#), (#","dropped":5"#, ""), (#","epoch":7"#, ""),
            (#","from":4"#, #","from":"4""#), (#""9""#, "9"),
            (#"{"type""#, #"{"more":1,"type""#),
        ] {
            let wrong = right.replacing(one, with: other)
            #expect(wrong != right)
            #expect(try checker.fault(try JSONValue(wrong)) != nil, "\(wrong)")
        }
        // Only what has the payload's own type.
        let gap = try checker.resolve("#/components/schemas/gap")
        #expect(try checker.fault(try JSONValue(right.replacing("gap", with: "update")), gap, "$") != nil)
    }
}
