import Foundation
import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

/// What RFC 9110 and 9112 ask of a proxy, as it shows on both of its sides.
@Suite("A forwarded message", .timeLimit(.minutes(2)))
struct DutiesTests {
    private static let get = "GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

    @Test("loses the fields of each hop and those that Connection names, gains Via, and Date where it is missing")
    func hopByHop() async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy,
                "GET http://ORIGIN/a?b HTTP/1.1\r\nA: 1\r\nHost: other\r\nConnection: close, X-One\r\nX-One: gone\r\n"
                    + "TE: trailers\r\nKeep-Alive: 5\r\nVia: 1.0 before\r\nProxy-Authorization: Basic gone\r\na: 2\r\n\r\n",
                response: "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: X-Two, close\r\nX-Two: gone\r\n"
                    + "B: 1\r\nKeep-Alive: timeout=1\r\nb: 2\r\nVia: 1.1 there\r\n\r\nok")
            var seen = exchange.seen.components(separatedBy: "\r\n")
            try #require(seen.count == 8)
            #expect(seen[0] == "GET /a?b HTTP/1.1")
            #expect(seen[1].hasPrefix("Host: 127.0.0.1:"))
            seen.removeFirst(2)
            #expect(seen[0..<3] == ["A: 1", "Via: 1.0 before", "a: 2"])
            #expect(seen[3].hasPrefix("Via: 1.1 venus-"))
            #expect(seen[4...] == ["", ""])
            let answer = exchange.answer.components(separatedBy: "\r\n")
            try #require(answer.count == 10)
            #expect(answer[0...4] == ["HTTP/1.1 200 Fine", "Content-Length: 2", "B: 1", "b: 2", "Via: 1.1 there"])
            #expect(answer[5].hasPrefix("Via: 1.1 venus-"))
            #expect(answer[6].hasPrefix("Date: ") && answer[6].hasSuffix(" GMT"))
            #expect(answer[7...] == ["Connection: close", "", "ok"])
        }
    }

    @Test(
        "has the path that the target names, or the one that stands for none",
        arguments: [
            ("GET http://ORIGIN", "GET / HTTP/1.1"), ("GET http://ORIGIN?q", "GET /?q HTTP/1.1"),
            ("GET http://ORIGIN//a/../%2e?%00", "GET //a/../%2e?%00 HTTP/1.1"),
            ("OPTIONS http://ORIGIN", "OPTIONS * HTTP/1.1"), ("OPTIONS http://ORIGIN/", "OPTIONS / HTTP/1.1"),
            ("OPTIONS http://ORIGIN?q", "OPTIONS /?q HTTP/1.1"),
        ])
    func target(start: String, line: String) async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy, "\(start) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(exchange.seen.hasPrefix("\(line)\r\n"))
            #expect(exchange.answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(
        "with a Host that is missing, twice there or not valid is 400 and goes nowhere",
        arguments: ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/\r\n", "Host:\r\n", "Host: a:b\r\n"])
    func host(fields: String) async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(proxy, "GET http://ORIGIN/ HTTP/1.1\r\n\(fields)\r\n")
            #expect(exchange.answer.hasPrefix("HTTP/1.1 400 "))
            #expect(exchange.accepted == 0)
            #expect(proxy.calls.isEmpty)
        }
    }

    @Test("has all its interim responses passed on, also those that nobody knows, with no length")
    func interim() async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy, Self.get + "\r\n",
                response:
                    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n"
                    + "HTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            let heads = exchange.answer.components(separatedBy: "\r\n\r\n")
            try #require(heads.count == 5)
            #expect(heads[0].hasPrefix("HTTP/1.1 102 Processing\r\nVia: "))
            #expect(heads[1].hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: "))
            #expect(heads[2].hasPrefix("HTTP/1.1 199 Odd\r\n"))
            for head in heads[0...2] { #expect(!head.contains("Date") && !head.contains("Length")) }
            #expect(heads[3].hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"))
            #expect(heads[4] == "x")
            #expect(try await proxy.calls(1)[0].call.status == 200)
        }
    }

    @Test(
        "that expects 100-continue may be answered finally; the connection ends, for a body may come or not",
        arguments: ["417 Expectation Failed", "401 Unauthorized", "200 OK"])
    func expectation(status: String) async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy, "PUT http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
                response: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
            #expect(exchange.seen.contains("\r\nExpect: 100-continue\r\n"))
            #expect(exchange.answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            #expect(exchange.answer.hasSuffix("\r\nConnection: close\r\n\r\n"))
            #expect(!exchange.isReset)
        }
    }

    @Test("that expects something else is passed on, for the origin to judge")
    func unknownExpectation() async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(proxy, Self.get + "Expect: x=1\r\n\r\n")
            #expect(exchange.seen.contains("\r\nExpect: x=1\r\n"))
        }
    }

    @Test("of TRACE or OPTIONS with Max-Forwards 0 is answered here, is no call, and the next follows")
    func maxForwardsZero() async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy,
                "TRACE http://ORIGIN/a HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\nCookie: secret\r\n\r\n"
                    + "OPTIONS http://ORIGIN HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n" + Self.get
                    + "Max-Forwards: 0\r\n\r\n", response: "HTTP/1.1 200 Origin\r\nContent-Length: 0\r\n\r\n")
            let parts = exchange.answer.components(separatedBy: "HTTP/1.1 200 ")
            try #require(parts.count == 4)
            #expect(parts[1].contains("\r\nContent-Type: message/http\r\n"))
            #expect(parts[1].contains("/a HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n"))
            #expect(!exchange.answer.contains("secret"))
            #expect(parts[2].contains("\r\nAllow: "))
            #expect(parts[3].hasPrefix("Origin"))
            // Only the GET, for which it means nothing.
            #expect(exchange.seen.contains("\r\nMax-Forwards: 0\r\n"))
            #expect(exchange.accepted == 1)
            #expect(try await proxy.calls(1).map(\.operation.name) == ["GET /"])
        }
    }

    @Test(
        "of TRACE or OPTIONS is counted down, and refused where it cannot be",
        arguments: [("3", "2"), ("1", "0"), ("x", nil)])
    func maxForwards(value: String, next: String?) async throws {
        try await withProxy { proxy, _ in
            for method in ["TRACE", "OPTIONS"] {
                let exchange = try await RawExchange.run(
                    proxy,
                    "\(method) http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nMax-Forwards: \(value)\r\n\r\n"
                )
                if let next {
                    #expect(exchange.seen.contains("\r\nMax-Forwards: \(next)\r\n"))
                } else {
                    #expect(exchange.answer.hasPrefix("HTTP/1.1 400 "))
                    #expect(exchange.accepted == 0)
                }
            }
        }
    }

    @Test("has its trailers passed on where they stand, both ways")
    func trailers() async throws {
        try await withProxy { proxy, _ in
            let body = "1\r\nx\r\n0\r\nDigest: a\r\nX-Sum: 1\r\n\r\n"
            let exchange = try await RawExchange.run(
                proxy,
                "POST http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + body,
                body: body.utf8.count, response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            #expect(exchange.seen.hasSuffix("\r\n\r\n" + body))
            #expect(exchange.answer.hasSuffix("\r\n\r\n" + body))
            #expect(exchange.answer.components(separatedBy: "Digest").count == 2)
            #expect(try await proxy.calls(1)[0].call.outcome == .success)
        }
    }

    @Test("with trailers that frame or route is refused, and in a response cut off")
    func forbiddenTrailers() async throws {
        try await withProxy { proxy, _ in
            let body = "1\r\nx\r\n0\r\nContent-Length: 1\r\n\r\n"
            let request = try await RawExchange.run(
                proxy, "POST http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            #expect(request.answer.hasPrefix("HTTP/1.1 400 "))
            #expect(request.accepted == 0)
            let response = try await RawExchange.run(
                proxy, Self.get + "\r\n", response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            #expect(!response.answer.contains("\r\n0\r\n"))
            #expect(try await proxy.calls(1)[0].call.errorType == .httpProtocolError)
        }
    }

    @Test("has no Content-Length nor coding with 204, and those to HEAD and of 304 as they are")
    func bodiless() async throws {
        try await withProxy { proxy, _ in
            for (method, status, field, isKept) in [
                ("GET", "204 None", "Content-Length: 5", false),
                ("GET", "204 None", "Transfer-Encoding: chunked", false),
                ("GET", "304 Same", "Content-Length: 5", true), ("HEAD", "200 OK", "Content-Length: 5", true),
                ("HEAD", "200 OK", "Transfer-Encoding: chunked", true), ("HEAD", "404 No", "X: y", true),
            ] {
                let exchange = try await RawExchange.run(
                    proxy, "\(method) http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    response: "HTTP/1.1 \(status)\r\n\(field)\r\n\r\n")
                #expect(exchange.answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
                #expect(exchange.answer.hasSuffix("\r\n\r\n"))
                #expect(exchange.answer.contains("\r\n\(field)\r\n") == isKept, "\(method) \(status) \(field)")
            }
        }
    }

    @Test("from an origin of HTTP/1.0 goes on in our version, and its connection is not used again")
    func version10Origin() async throws {
        try await withProxy { proxy, _ in
            for fields in ["", "Connection: keep-alive\r\nContent-Length: 5\r\n"] {
                let exchange = try await RawExchange.run(
                    proxy, Self.get + "\r\n", response: "HTTP/1.0 200 Old\r\n\(fields)\r\nhello")
                #expect(exchange.seen.hasPrefix("GET / HTTP/1.1\r\n"))
                #expect(exchange.answer.hasPrefix("HTTP/1.1 200 Old\r\n"))
                #expect(exchange.answer.contains("\r\nVia: 1.0 venus-"))
                #expect(exchange.answer.hasSuffix("\r\nConnection: close\r\n\r\nhello"))
                #expect(!exchange.answer.contains("keep-alive"))
            }
            #expect(try await proxy.calls(2).allSatisfy { $0.call.outcome == .success })
        }
    }

    @Test("to a client of HTTP/1.0 has neither chunks nor trailers, and ends by the connection")
    func version10Client() async throws {
        try await withProxy { proxy, _ in
            let exchange = try await RawExchange.run(
                proxy, "GET http://ORIGIN/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\n\r\n"
                    + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nDigest: a\r\n\r\n")
            #expect(exchange.seen.contains("\r\nVia: 1.0 venus-"))
            #expect(exchange.answer.hasSuffix("\r\nConnection: close\r\n\r\nabc"))
            #expect(!exchange.answer.contains("Transfer-Encoding"))
            #expect(!exchange.isReset)
        }
    }
}
