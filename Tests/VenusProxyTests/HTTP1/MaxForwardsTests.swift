import Foundation
import Testing
import VenusProxy

@Suite("Max-Forwards")
struct MaxForwardsTests {
    private func head(_ method: String, _ fields: String) -> HeadResult<RequestHead> {
        parseRequest("\(method) http://h/ HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
    }

    @Test("of TRACE and OPTIONS is read, whatever its size", arguments: ["TRACE", "OPTIONS"])
    func read(method: String) throws {
        for (text, value) in [
            ("0", 0), ("000", 0), ("7", 7), ("0010", 10), ("999999999", 999_999_999), ("1000000000", 1_000_000_000),
            (String(repeating: "9", count: 50), 1_000_000_000),
        ] {
            let head = try #require(head(method, "Max-Forwards: \(text)\r\n").head)
            #expect(head.maxForwards == UInt32(value))
        }
        #expect(try #require(head(method, "").head).maxForwards == nil)
    }

    @Test("that cannot be counted down is refused", arguments: ["", "-1", "+1", "1.5", "a", "1,2", "0x1"])
    func malformed(value: String) {
        #expect(head("TRACE", "Max-Forwards: \(value)\r\n").fault == .malformedMaxForwards)
        #expect(HeadError.malformedMaxForwards.status == 400)
        #expect(head("OPTIONS", "Max-Forwards: 1\r\nmax-forwards: 1\r\n").fault == .malformedMaxForwards)
        // It means nothing for other methods.
        #expect(head("GET", "Max-Forwards: \(value)\r\n").head?.maxForwards == .some(nil))
    }

    @Test("is counted down for TRACE and OPTIONS, and untouched for others")
    func countedDown() throws {
        func sent(_ method: String, _ value: String) throws -> String {
            try #require(
                forwarded(request: "\(method) http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: \(value)\r\n\r\n"))
        }
        #expect(try sent("TRACE", "3").contains("\r\nMax-Forwards: 2\r\n"))
        #expect(try sent("OPTIONS", "1").contains("\r\nMax-Forwards: 0\r\n"))
        #expect(try sent("OPTIONS", "99999999999").contains("\r\nMax-Forwards: 999999999\r\n"))
        #expect(try sent("TRACE", "3").components(separatedBy: "Max-Forwards").count == 2)
        #expect(try sent("GET", "0").contains("\r\nMax-Forwards: 0\r\n"))
        #expect(try sent("POST", "many").contains("\r\nMax-Forwards: many\r\n"))
    }

    @Test("of 0 makes TRACE answered with the head that came, less its secrets")
    func trace() throws {
        let line = "TRACE http://h/a?b HTTP/1.1\r\n"
        let request =
            line + "Host: h\r\nAuthorization: Basic a\r\nX: 1\r\nCOOKIE: b=c\r\nProxy-Authorization: Basic d\r\n"
            + "Max-Forwards: 0\r\n\r\n"
        let bytes = Array(("\r\n" + request).utf8)
        var fields = FieldTable()
        let head = try #require(HeadParser.parseRequest(bytes.span, limits: HeadLimits(), fields: &fields).head)
        let answer = try #require(
            written { sink, _ in
                HeadSerializer.trace(
                    head, bytes.span, fields: fields, close: false, date: HTTPDate(second: 0), into: &sink)
            })
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
        let own = try #require(parseResponse(parts[0] + "\r\n\r\n").head)
        #expect(own.status == 200)
        #expect(parts[0].contains("\r\nContent-Type: message/http\r\n"))
        #expect(parts[1] == line + "Host: h\r\nX: 1\r\nMax-Forwards: 0\r\n\r\n")
        #expect(Int(own.contentLength) == parts[1].utf8.count)
    }

    @Test("of 0 makes OPTIONS answered with what is forwarded")
    func options() throws {
        let answer = try #require(
            written { sink, _ in HeadSerializer.options(close: true, date: HTTPDate(second: 0), into: &sink) })
        let head = try #require(parseResponse(answer).head)
        #expect(head.status == 200)
        #expect(head.flags.isSuperset(of: [.hasContentLength, .hasDate, .close]))
        #expect(answer.contains("\r\nAllow: "))
    }
}
