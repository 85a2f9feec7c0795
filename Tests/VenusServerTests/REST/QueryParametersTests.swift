import HTTPTypes
import Testing
import VenusServer

@Suite("Query parameters")
struct QueryParametersTests {
    @Test("values are decoded, plus is a space, empty parts are skipped")
    func decodes() throws {
        let parameters = try QueryParameters("a=1%2F2&&b=x+y%C3%A9&c", allowed: ["a", "b", "c"])
        #expect(parameters["a"] == "1/2")
        #expect(parameters["b"] == "x yé")
        #expect(parameters["c"] == nil)
        #expect(parameters.has("c"))
        #expect(try QueryParameters(nil, allowed: []) == QueryParameters("", allowed: []))
    }

    @Test("an unknown parameter is named, with those that are known")
    func unknown() {
        let problem = #expect(throws: Problem.self) { try QueryParameters("windw=5m", allowed: ["service", "window"]) }
        #expect(problem?.status == .badRequest)
        #expect(problem?.parameter == "windw")
        #expect(problem?.allowed == ["service", "window"])
    }

    @Test(
        "what is given twice, or is not UTF-8, is refused",
        arguments: ["a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%ff", "%ff=1"])
    func malformed(query: String) {
        let problem = #expect(throws: Problem.self) { try QueryParameters(query[...], allowed: ["a"]) }
        #expect(problem?.status == .badRequest)
    }

    @Test("a value that is not known is refused with those that are")
    func value() throws {
        let parameters = try QueryParameters("window=5y", allowed: ["window"])
        let problem = #expect(throws: Problem.self) { try View(topic: .graph, parameters: parameters) }
        #expect(problem?.parameter == "window")
        #expect(problem?.allowed == ["10s", "1m", "5m", "15m", "1h"])
    }
}
