import TestSupport
import Testing
import VenusServer

@Suite("JSON Schema, as the tests hold answers and messages against it")
struct JSONSchemaTests {
    /// A value that is as a schema has it, and one that is not, for one keyword.
    struct Case: Sendable, CustomTestStringConvertible {
        var keyword: String
        var schema: String
        var right: String
        var wrong: String

        init(_ keyword: String, _ schema: String, right: String, wrong: String) {
            self.keyword = keyword
            self.schema = schema
            self.right = right
            self.wrong = wrong
        }

        var testDescription: String { "\(keyword) \(schema)" }
    }

    static let cases = values + texts + lists + objects + composed

    private static let values = [
        Case("type", #"{"type":"object"}"#, right: "{}", wrong: "[]"),
        Case("type", #"{"type":"array"}"#, right: "[]", wrong: "{}"),
        Case("type", #"{"type":"string"}"#, right: #""1""#, wrong: "1"),
        Case("type", #"{"type":"boolean"}"#, right: "true", wrong: "1"),
        Case("type", #"{"type":"null"}"#, right: "null", wrong: "false"),
        Case("type", #"{"type":"number"}"#, right: "1.5", wrong: #""1.5""#),
        Case("type", #"{"type":"integer"}"#, right: "2", wrong: "1.5"),
        Case("type", #"{"type":["string","null"]}"#, right: "null", wrong: "1"),
        Case("enum", #"{"enum":["a",null]}"#, right: "null", wrong: #""b""#),
        Case("const", #"{"const":1}"#, right: "1", wrong: #""1""#),
        Case("minimum", #"{"minimum":0}"#, right: "0", wrong: "-0.1"),
        Case("maximum", #"{"maximum":1}"#, right: "1", wrong: "1.1"),
        Case("exclusiveMinimum", #"{"exclusiveMinimum":0}"#, right: "0.1", wrong: "0"),
        Case("exclusiveMaximum", #"{"exclusiveMaximum":1}"#, right: "0.9", wrong: "1"),
    ]

    private static let texts = [
        Case("minLength", #"{"minLength":2}"#, right: #""ab""#, wrong: #""a""#),
        Case("maxLength", #"{"maxLength":1}"#, right: #""a""#, wrong: #""ab""#),
        // As JSON Schema counts them: code points.
        Case("maxLength", #"{"maxLength":1}"#, right: #""\u00e9""#, wrong: #""e\u0301""#),
        Case("pattern", #"{"pattern":"^[0-9a-f]{2}$"}"#, right: #""0f""#, wrong: #""0fa""#),
        Case("format", #"{"format":"date-time"}"#, right: #""2026-01-01T00:00:00Z""#, wrong: #""yesterday""#),
        Case("format", #"{"format":"uri"}"#, right: #""https://github.com/login""#, wrong: #""/login""#),
    ]

    private static let lists = [
        Case("items", #"{"items":{"type":"string"}}"#, right: #"["a","b"]"#, wrong: #"["a",1]"#),
        Case("minItems", #"{"minItems":1}"#, right: "[1]", wrong: "[]"),
        Case("maxItems", #"{"maxItems":1}"#, right: "[1]", wrong: "[1,2]"),
        Case("uniqueItems", #"{"uniqueItems":true}"#, right: #"[1,"1"]"#, wrong: "[1,2,1]"),
    ]

    private static let objects = [
        Case("properties", #"{"properties":{"a":{"type":"null"}}}"#, right: #"{"a":null,"b":1}"#, wrong: #"{"a":1}"#),
        Case("required", #"{"required":["a"]}"#, right: #"{"a":null}"#, wrong: #"{"b":1}"#),
        Case(
            "additionalProperties", #"{"properties":{"a":{}},"additionalProperties":false}"#, right: #"{"a":1}"#,
            wrong: #"{"a":1,"b":1}"#),
        Case(
            "additionalProperties", #"{"additionalProperties":{"type":"string"}}"#, right: #"{"a":"1"}"#,
            wrong: #"{"a":1}"#),
        Case("minProperties", #"{"minProperties":1}"#, right: #"{"a":1}"#, wrong: "{}"),
    ]

    private static let composed = [
        Case("$ref", ##"{"$ref":"#/components/schemas/Flag"}"##, right: "true", wrong: "1"),
        Case("allOf", #"{"allOf":[{"minimum":1},{"maximum":2}]}"#, right: "2", wrong: "3"),
        Case("anyOf", #"{"anyOf":[{"type":"null"},{"minimum":1}]}"#, right: "null", wrong: "0"),
        Case("if", #"{"if":{"type":"null"},"then":{},"else":{"const":1}}"#, right: "null", wrong: "2"),
        Case("then", #"{"if":{"minimum":5},"then":{"maximum":6}}"#, right: "4", wrong: "7"),
        Case("else", #"{"if":{"minimum":5},"else":{"maximum":3}}"#, right: "7", wrong: "4"),
        Case("description", #"{"description":"One.","const":1}"#, right: "1", wrong: "2"),
    ]

    private static func fault(_ value: String, _ schema: String) throws -> String? {
        let document = #"{"components":{"schemas":{"Flag":{"type":"boolean"}}}}"#
        return try SchemaChecker(Array(document.utf8)).fault(try JSONValue(value), try JSONValue(schema), "$")
    }

    @Test("each keyword lets pass what is as described, and nothing else", arguments: cases)
    func keyword(_ one: Case) throws {
        #expect(try Self.fault(one.right, one.schema) == nil)
        let fault = try #require(try Self.fault(one.wrong, one.schema))
        #expect(fault.hasPrefix("$"))
    }

    @Test("a keyword of one type says nothing of others")
    func otherTypes() throws {
        let schema = #"""
            {"minimum":5,"maxLength":1,"pattern":"^a$","format":"date-time","minItems":1,"items":{"type":"null"},
            "required":["a"],"properties":{"a":{"type":"null"}},"additionalProperties":false,"minProperties":1}
            """#
        #expect(try Self.fault("true", schema) == nil)
        #expect(try Self.fault("7", schema) == nil && Self.fault("4", schema) != nil)
        #expect(try Self.fault("[null]", schema) == nil && Self.fault("[]", schema) != nil)
    }

    @Test("a fault says where it is")
    func place() throws {
        let schema = #"{"properties":{"a":{"items":{"properties":{"b":{"type":"null"}}}}}}"#
        let fault = try #require(try Self.fault(#"{"a":[{"b":null},{"b":1}]}"#, schema))
        #expect(fault.hasPrefix("$.a[1].b:"), "\(fault)")
    }

    @Test(
        "what is not known is said, whatever the value is",
        arguments: [
            (#"{"oneOf":[]}"#, "1", "oneOf"), (#"{"unevaluatedProperties":false}"#, "1", "unevaluatedProperties"),
            (#"{"maximun":1}"#, "0", "maximun"), (#"{"type":"float"}"#, "1", "float"),
            (#"{"format":"email"}"#, #""a@b""#, "email"), (#"{"items":[{}]}"#, "[]", "items"),
            (#"{"minItems":"1"}"#, "[]", "minItems"), (#"{"then":{}}"#, "1", "without if"),
            (##"{"$ref":"#/components/schemas/Flag","minimum":1}"##, "1", "beside $ref"),
            (##"{"$ref":"#/components/schemas/None"}"##, "1", "leads nowhere"), (#""string""#, "1", "is no schema"),
        ])
    func unknown(schema: String, value: String, words: String) throws {
        let failure = #expect(throws: TestFailure.self) { try Self.fault(value, schema) }
        let said = try #require(failure.map { "\($0)" })
        #expect(said.contains(words), "\(said)")
    }
}
