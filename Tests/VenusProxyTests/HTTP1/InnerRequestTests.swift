import Testing
import VenusProxy

@Suite("The head of a request inside an intercepted tunnel")
struct InnerRequestTests {
    @Test("is in origin form, its authority is Host's, with port 443 where that names none")
    func originForm() throws {
        let text = "GET /v1/a?q=/1 HTTP/1.1\r\nAccept: */*\r\nHost: API.example\r\n\r\n"
        let head = try #require(parseInnerRequest(text).head)
        #expect(text[head.authority] == "API.example")
        #expect(text[head.host] == "API.example")
        #expect(head.port == 443)
        #expect(text[head.path] == "/v1/a")
        #expect(text[head.pathAndQuery] == "/v1/a?q=/1")
        let other = try #require(parseInnerRequest("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n").head)
        #expect(other.port == 8443)
        #expect(other.isIPv6Literal)
    }

    @Test("may be in absolute form for https, and in asterisk form for OPTIONS")
    func otherForms() throws {
        let text = "GET https://api.example:8443/a?b HTTP/1.1\r\nHost: other\r\n\r\n"
        let head = try #require(parseInnerRequest(text).head)
        #expect(text[head.host] == "api.example")
        #expect(head.port == 8443)
        #expect(text[head.path] == "/a")
        let options = try #require(parseInnerRequest("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").head)
        #expect(options.pathAndQuery.isEmpty)
        #expect(options.port == 443)
    }

    @Test(
        "that is anything else is refused",
        arguments: [
            ("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", HeadError.malformedTarget),
            ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
            ("GET h HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
            ("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
            ("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", .malformedTarget),
            ("GET / HTTP/1.1\r\n\r\n", .missingHost),
            ("GET / HTTP/1.0\r\n\r\n", .missingHost),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost: user@h\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", .duplicateHost),
            ("GET https://user@h/ HTTP/1.1\r\nHost: h\r\n\r\n", .userInformation),
        ])
    func refused(text: String, fault: HeadError) {
        #expect(parseInnerRequest(text).fault == fault)
    }
}
