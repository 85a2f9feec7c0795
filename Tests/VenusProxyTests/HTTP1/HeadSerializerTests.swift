import Foundation
import Testing
import VenusCore
import VenusProxy

@Suite("A head that is passed on")
struct HeadSerializerTests {
    @Test("goes to the origin in origin form, with Host from the target and Via")
    func request() {
        let text = "GET http://Api.example:81/a/b?c=d HTTP/1.1\r\nUser-Agent: u\r\nHost: other\r\nX: 1\r\nx: 2\r\n\r\n"
        #expect(
            forwarded(request: text)
                == "GET /a/b?c=d HTTP/1.1\r\nHost: Api.example:81\r\nUser-Agent: u\r\nX: 1\r\nx: 2\r\n"
                + "Via: 1.1 venus-test\r\n\r\n"
        )
    }

    @Test("has a path where the target had none")
    func emptyPaths() {
        func line(_ start: String) -> Substring? {
            forwarded(request: "\(start) HTTP/1.1\r\nHost: h\r\n\r\n")?.split(separator: "\r\n").first
        }
        #expect(line("GET http://h") == "GET / HTTP/1.1")
        #expect(line("GET http://h?q") == "GET /?q HTTP/1.1")
        #expect(line("OPTIONS http://h") == "OPTIONS * HTTP/1.1")
        #expect(line("OPTIONS http://h/") == "OPTIONS / HTTP/1.1")
    }

    @Test(
        "keeps path and query byte for byte",
        arguments: [
            "/", "//", "/a//b/../c/./", "/%2e%2E/%41%7e", "/a;b=c?d=e&f", "/?", "/??a=?", "/a?b=%00%zz", "/{}|\\^`\"<>",
            "/a?x=http://other/", "/@user:pass@h/",
        ])
    func untouched(path: String) {
        let request = "GET http://h\(path) HTTP/1.1\r\nHost: h\r\n\r\n"
        #expect(forwarded(request: request)?.hasPrefix("GET \(path) HTTP/1.1\r\nHost: h\r\n") == true)
    }

    @Test("names the host as the target does, without a port that is empty")
    func host() {
        func host(_ target: String) -> Substring? {
            forwarded(request: "GET \(target) HTTP/1.1\r\nHost: other:1\r\n\r\n")?.split(separator: "\r\n")[1]
        }
        #expect(host("http://H.example/") == "Host: H.example")
        #expect(host("http://h:80/") == "Host: h:80")
        #expect(host("http://h:/") == "Host: h")
        #expect(host("http://h:?q") == "Host: h")
        #expect(host("http://[2001:db8::1]:81/") == "Host: [2001:db8::1]:81")
        #expect(host("http://[::1]/") == "Host: [::1]")
    }

    @Test("passes every expectation on, but none of HTTP/1.0, where it means nothing")
    func expectations() {
        func sent(_ version: String, _ value: String) -> String {
            forwarded(request: "POST http://h/ \(version)\r\nHost: h\r\nExpect: \(value)\r\n\r\n") ?? ""
        }
        #expect(sent("HTTP/1.1", "100-continue").contains("\r\nExpect: 100-continue\r\n"))
        #expect(sent("HTTP/1.1", "200-maybe").contains("\r\nExpect: 200-maybe\r\n"))
        #expect(!sent("HTTP/1.0", "100-continue").contains("Expect"))
    }

    @Test("leaves out the fields of this hop and those that Connection names")
    func hopByHop() {
        let text = """
            POST http://h/ HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Gone\r\n\
            Keep-Alive: 5\r\nA: 1\r\nTE: trailers\r\n\
            Proxy-Connection: keep-alive\r\nUpgrade: websocket\r\nProxy-Authorization: Basic c2VjcmV0\r\nx-gone: 1\r\n\
            Transfer-Encoding: chunked\r\nB: 2\r\n\r\n
            """
        #expect(
            forwarded(request: text)
                == "POST / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nTransfer-Encoding: chunked\r\n"
                + "Via: 1.1 venus-test\r\n\r\n"
        )
    }

    @Test("keeps an earlier Via and adds ours behind it")
    func via() {
        let text = "GET http://h/ HTTP/1.0\r\nHost: h\r\nVia: 1.1 other\r\n\r\n"
        #expect(
            forwarded(request: text) == "GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 other\r\nVia: 1.0 venus-test\r\n\r\n")
    }

    @Test("goes to the client with Via, and with Date where the origin gave none")
    func response() {
        let bare = "HTTP/1.0 200 Fine\r\nConnection: keep-alive\r\nServer: s\r\n\r\n"
        #expect(
            forwarded(response: bare)
                == "HTTP/1.1 200 Fine\r\nServer: s\r\nVia: 1.0 venus-test\r\n"
                + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
        )
        let dated = "HTTP/1.1 200 Fine\r\nDate: then\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(
            forwarded(response: dated, close: true, chunked: true)
                == "HTTP/1.1 200 Fine\r\nDate: then\r\nTransfer-Encoding: chunked\r\nVia: 1.1 venus-test\r\n"
                + "Connection: close\r\n\r\n")
    }

    @Test("goes to the client without the fields of the origin's hop and those that its Connection names")
    func responseHopByHop() {
        let text =
            "HTTP/1.1 200 OK\r\nDate: d\r\nA: 1\r\nConnection: close, x-gone\r\nConnection: Y-Gone\r\nKeep-Alive: timeout=5\r\n"
            + "Proxy-Connection: close\r\nUpgrade: h2c\r\nTE: x\r\nX-Gone: 1\r\nB: 2\r\na: 3\r\ny-gone: 2\r\nHost: h\r\n\r\n"
        #expect(
            forwarded(response: text)
                == "HTTP/1.1 200 OK\r\nDate: d\r\nA: 1\r\nB: 2\r\na: 3\r\nVia: 1.1 venus-test\r\n\r\n")
    }

    @Test("has no length and no coding where there can be no body; the one to HEAD and a 304 keep theirs")
    func bodiless() {
        func sent(_ status: String, _ field: String, chunked: Bool = false) -> Bool {
            forwarded(response: "HTTP/1.1 \(status)\r\n\(field)\r\n\r\n", chunked: chunked)?
                .contains("\r\n\(field)\r\n") == true
        }
        for status in ["100 Continue", "103 Early Hints", "204 No Content"] {
            #expect(!sent(status, "Content-Length: 5"))
            #expect(!sent(status, "Transfer-Encoding: chunked", chunked: true))
        }
        for status in ["200 OK", "304 Not Modified"] {
            #expect(sent(status, "Content-Length: 5"))
            #expect(sent(status, "Transfer-Encoding: chunked", chunked: true))
        }
    }

    @Test("has the space before a reason also where there is none")
    func noReason() {
        for line in ["HTTP/1.1 200", "HTTP/1.1 200 "] {
            #expect(forwarded(response: "\(line)\r\nDate: d\r\n\r\n")?.hasPrefix("HTTP/1.1 200 \r\nDate") == true)
        }
    }

    @Test("keeps bytes that are no UTF-8")
    func rawBytes() {
        var bytes = Array("GET http://h/ HTTP/1.1\r\nHost: h\r\nX: ".utf8)
        bytes += [0xFF, 0xC0, 0x80]
        bytes += Array("\r\n\r\n".utf8)
        #expect(parseRequest(bytes).head != nil)
    }

    @Test("that does not fit is noticed, not written beyond the end")
    func overflow() {
        #expect(written(capacity: 8) { sink, _ in sink.append("123456789") } == nil)
        #expect(written(capacity: 9) { sink, _ in sink.append("123456789") } == "123456789")
    }

    @Test("of our own says what failed, and to HEAD says nothing more", arguments: [false, true])
    func refusal(isHead: Bool) throws {
        let text = try #require(
            written { sink, _ in
                HeadSerializer.refusal(
                    Refusal(.dnsError), close: true, isHead: isHead, date: HTTPDate(second: 0), into: &sink)
            })
        let parts = text.components(separatedBy: "\r\n\r\n")
        let head = try #require(parseResponse(parts[0] + "\r\n\r\n").head)
        #expect(head.status == 502)
        #expect(text.contains("Proxy-Status: venus; error=dns_error\r\n"))
        #expect(text.contains("Connection: close\r\n"))
        #expect(isHead ? parts[1].isEmpty : Int(head.contentLength) == parts[1].utf8.count)
    }
}

@Suite("An HTTP date")
struct HTTPDateTests {
    @Test(
        "is written as the RFC has it",
        arguments: [
            (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
        ])
    func known(second: Int64, text: String) {
        let date = HTTPDate(second: second)
        #expect(String(decoding: date.bytes.indices.map { date.bytes[$0] }, as: UTF8.self) == text)
    }
}
