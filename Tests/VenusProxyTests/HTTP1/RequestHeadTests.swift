import Testing
import VenusCore
import VenusProxy

@Suite("A request head")
struct RequestHeadTests {
    private static let good = "GET http://api.example:8080/v1/a?q=1 HTTP/1.1\r\nHost: api.example:8080\r\n"

    @Test("in absolute form is taken apart")
    func absoluteForm() throws {
        let text = Self.good + "Accept: */*\r\n\r\nrest"
        let head = try #require(parseRequest(text).head)
        #expect(head.method == .get)
        #expect(text[head.authority] == "api.example:8080")
        #expect(text[head.host] == "api.example")
        #expect(head.port == 8080)
        #expect(text[head.path] == "/v1/a")
        #expect(text[head.pathAndQuery] == "/v1/a?q=1")
        #expect(head.length == text.utf8.count - 4)
    }

    @Test("has port 80 where the target names none", arguments: ["http://h/", "http://h:/", "HTTP://h/", "http://h"])
    func defaultPort(target: String) throws {
        let head = try #require(parseRequest("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").head)
        #expect(head.port == 80)
    }

    @Test("of CONNECT names host and port")
    func authorityForm() throws {
        let text = "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"
        let head = try #require(parseRequest(text).head)
        #expect(head.method == .connect)
        #expect(text[head.host] == "2001:db8::1")
        #expect(head.isIPv6Literal)
        #expect(head.port == 443)
    }

    @Test("carries the trace id of a valid traceparent")
    func traceparent() throws {
        let id = "0af7651916cd43dd8448eb211c80319c"
        func traceID(_ value: String) -> TraceID? {
            parseRequest(Self.good + "Traceparent: \(value)\r\n\r\n").head?.traceID
        }
        #expect(traceID("00-\(id)-b7ad6b7169203331-01")?.description == id)
        #expect(traceID("00-\(id.uppercased())-b7ad6b7169203331-01") == nil)
        #expect(traceID("00-\(String(repeating: "0", count: 32))-b7ad6b7169203331-01") == nil)
        #expect(traceID("00_\(id)-b7ad6b7169203331-01") == nil)
        #expect(traceID(id) == nil)
    }

    @Test(
        "that is ambiguous, malformed or not for a proxy is refused",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", HeadError.originForm),
            ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", .originForm),
            ("GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .unsupportedScheme),
            ("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .unsupportedScheme),
            ("GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n", .unsupportedScheme),
            ("GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://user:pass@h/ HTTP/1.1\r\nHost: h\r\n\r\n", .userInformation),
            ("GET http://h:0/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://h:65536/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://h:8x/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://[::1/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://[1.2.3.4]/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://h%2fx/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://h\\x/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("GET http://h/#a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
            ("GET http://h/a\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
            ("GET http://h/a b HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("GET  http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("GET http://h/\r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("GET http://h/ http/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("GET http://h/ HTTP/1.1 \r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("GET http://h/ HTTP/1.1\nHost: h\n\n", .malformedRequestLine),
            ("G@T http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
            (" GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
            ("GET http://h/ HTTP/3.1\r\nHost: h\r\n\r\n", .unsupportedVersion),
            ("CONNECT h HTTP/1.1\r\nHost: h\r\n\r\n", .missingPort),
            ("CONNECT h: HTTP/1.1\r\nHost: h\r\n\r\n", .missingPort),
            ("CONNECT http://h:443/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedAuthority),
            ("CONNECT a@h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .userInformation),
            ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", .contentOfConnect),
            ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", .contentOfConnect),
            ("\u{16}\u{3}\u{1}\u{2}", .malformedRequestLine),
        ])
    func refusedLines(text: String, fault: HeadError) { #expect(parseRequest(text).fault == fault) }

    @Test(
        "with fields that can be read in two ways is refused",
        arguments: [
            ("", HeadError.missingHost),
            ("Host: h\r\nHost: h\r\n", .duplicateHost),
            ("Host: h/x\r\n", .malformedHost),
            ("Host:\r\n", .malformedHost),
            ("Host: a@h\r\n", .malformedHost),
            ("Host : h\r\n", .spaceBeforeColon),
            ("Host\t: h\r\n", .spaceBeforeColon),
            ("Host: h\r\n folded: x\r\n", .foldedField),
            ("Host: h\r\n\tfolded\r\n", .foldedField),
            ("Host: h\r\nA: b\nC: d\r\n", .malformedLineEnd),
            ("Host: h\r\nA: b\rC: d\r\n", .malformedLineEnd),
            ("Host: h\r\nA: b\u{0}c\r\n", .malformedLineEnd),
            ("Host: h\r\nA: b\u{7f}c\r\n", .malformedLineEnd),
            ("Host: h\r\n: x\r\n", .malformedField),
            ("Host: h\r\nA(: x\r\n", .malformedField),
            ("Host: h\r\nno colon\r\n", .spaceBeforeColon),
            ("Host: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n", .duplicateContentLength),
            ("Host: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n", .duplicateContentLength),
            ("Host: h\r\nContent-Length: 5, 5\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length: +5\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length: -1\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length: 0x5\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length:\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length: 9999999999999999999\r\n", .malformedContentLength),
            ("Host: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", .conflictingFraming),
            ("Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", .conflictingFraming),
            ("Host: h\r\nTransfer-Encoding: chunked, chunked\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: chunked, gzip\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: gzip\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding:\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: xchunked\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: identity\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: chunked;a=b\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: gzip, chunked\r\n", .unsupportedTransferCoding),
            ("Host: h\r\nTransfer-Encoding: frob, chunked\r\n", .unsupportedTransferCoding),
            ("Host: h\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", .unsupportedTransferCoding),
            ("Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: frob, chunked, chunked\r\n", .malformedTransferEncoding),
            ("Host: h\r\nTransfer-Encoding: \u{b}chunked\r\n", .malformedLineEnd),
            ("Host: h\r\nConnection: close, content-length\r\n", .nominatedCriticalField),
            ("Host: h\r\nConnection: Host\r\n", .nominatedCriticalField),
        ])
    func refusedFields(fields: String, fault: HeadError) {
        #expect(parseRequest("POST http://h/ HTTP/1.1\r\n\(fields)\r\n").fault == fault)
    }

    @Test("of HTTP/1.0 may lack Host but not have Transfer-Encoding")
    func version10() throws {
        let head = try #require(parseRequest("GET http://h/ HTTP/1.0\r\n\r\n").head)
        #expect(head.flags.contains(.version10))
        let chunked = "POST http://h/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(parseRequest(chunked).fault == .transferEncodingInHTTP10)
    }

    @Test("may be preceded by empty lines, and by nothing else")
    func emptyLines() throws {
        let head = try #require(parseRequest("\r\n\r\n" + Self.good + "\r\n").head)
        #expect(head.length == 4 + Self.good.utf8.count + 2)
        #expect(parseRequest("\r\nX").isIncomplete)
        #expect(parseRequest("\n" + Self.good).fault == .malformedRequestLine)
    }

    @Test("is incomplete at every place before its end, whatever the place")
    func everyPrefix() {
        let bytes = Array((Self.good + "Content-Length: 5\r\nConnection: close, x\r\nX: y\r\n\r\n").utf8)
        for count in 0..<bytes.count { #expect(parseRequest(Array(bytes[..<count])).isIncomplete, "\(count)") }
        #expect(parseRequest(bytes).head?.length == bytes.count)
    }

    @Test("is bounded in target, size, fields, method and connection options")
    func bounds() {
        func target(_ count: Int) -> String {
            "GET http://h/\(String(repeating: "a", count: count - 9)) HTTP/1.1\r\nHost: h\r\n\r\n"
        }
        #expect(parseRequest(target(16 << 10)).head != nil)
        #expect(parseRequest(target((16 << 10) + 1)).fault == .targetTooLong)
        let value = String(repeating: "v", count: 70_000)
        #expect(parseRequest(Self.good + "X: \(value)").fault == .headTooLarge)
        #expect(parseRequest(Self.good + "X: \(value)\r\n\r\n").fault == .headTooLarge)
        let fields = (0..<255).map { "F\($0): v\r\n" }.joined()
        #expect(parseRequest(Self.good + fields + "\r\n").head != nil)
        #expect(parseRequest(Self.good + fields + "One: more\r\n\r\n").fault == .tooManyFields)
        #expect(parseRequest(String(repeating: "M", count: 65)).fault == .methodTooLong)
        let options = (0..<33).map { "o\($0)" }.joined(separator: ",")
        #expect(parseRequest(Self.good + "Connection: \(options)\r\n\r\n").fault == .tooManyConnectionOptions)
    }

    @Test("is answered with the documented status when refused")
    func statuses() {
        #expect(HeadError.conflictingFraming.status == 400)
        #expect(HeadError.targetTooLong.status == 414)
        #expect(HeadError.headTooLarge.status == 431)
        #expect(HeadError.unsupportedTransferCoding.status == 501)
        #expect(HeadError.unsupportedVersion.status == 505)
    }
}
