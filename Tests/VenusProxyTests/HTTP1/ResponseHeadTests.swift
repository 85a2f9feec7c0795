import Foundation
import Testing
import VenusCore
import VenusProxy

@Suite("A response head")
struct ResponseHeadTests {
    @Test(
        "is taken apart, with or without a reason",
        arguments: [
            "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", "HTTP/1.1 200\r\n\r\n\r\n",
            "HTTP/1.0 200 \u{e9}\r\n\r\n",
        ])
    func status(text: String) throws { #expect(try #require(parseResponse(text).head).status == 200) }

    @Test(
        "that is no HTTP is refused at its first wrong byte",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 20x OK\r\n\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
            "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 2000 X\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 O\nK\r\n\r\n",
        ])
    func malformed(text: String) { #expect(parseResponse(text).fault == .malformedStatusLine) }

    @Test(
        "with framing that can be read in two ways is refused",
        arguments: [
            ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", HeadError.conflictingFraming),
            ("Content-Length: 5\r\nContent-Length: 6\r\n", .duplicateContentLength),
            ("Content-Length: five\r\n", .malformedContentLength),
            ("Transfer-Encoding: gzip\r\n", .malformedTransferEncoding),
            ("Transfer-Encoding: br\r\n", .malformedTransferEncoding),
            ("Transfer-Encoding: br, chunked\r\n", .unsupportedTransferCoding),
            ("A: b\r\n c\r\n", .foldedField),
            ("A b: c\r\n", .malformedField),
            (" : b\r\n", .foldedField),
            ("Content-Length : 5\r\n", .spaceBeforeColon),
            ("transfer-encoding\t: chunked\r\n", .spaceBeforeColon),
            ("Connection: content-length\r\n", .nominatedCriticalField),
        ])
    func ambiguous(fields: String, fault: HeadError) {
        #expect(parseResponse("HTTP/1.1 200 OK\r\n\(fields)\r\n").fault == fault)
    }

    @Test("with space before a colon goes on without it, and means the same")
    func spaceBeforeColon() throws {
        let fields = ["A: b", "X \t : c ", "Connection\t: close, D", "D : d", "Y :", "E: f"]
        let text = "HTTP/1.1 200 OK\r\nDate: d\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try #require(parseResponse(text).head).flags.isSuperset(of: [.close, .nominates]))
        let head = try #require(forwarded(response: text))
        #expect(head.contains("\r\nA: b\r\nX: c\r\nY: \r\nE: f\r\n"))
        #expect(!head.contains("close") && !head.contains("D: d"))
    }

    @Test("with zeros before its length goes on without them", arguments: [("0012", "12"), ("00", "0"), ("0", "0")])
    func leadingZeros(value: String, length: String) throws {
        let text = "HTTP/1.1 200 OK\r\nDate: d\r\ncontent-length: \(value)\r\nA: b\r\n\r\n"
        #expect(try #require(parseResponse(text).head).contentLength == UInt64(length))
        #expect(try #require(forwarded(response: text)).contains("\r\ncontent-length: \(length)\r\nA: b\r\n"))
    }

    @Test("may repeat one length, which goes on once")
    func repeatedLength() throws {
        let text = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"
        #expect(try #require(parseResponse(text).head).contentLength == 5)
        let head = try #require(forwarded(response: text))
        #expect(head.components(separatedBy: "Content-Length").count == 2)
    }

    @Test("is incomplete at every place before its end")
    func everyPrefix() {
        let bytes = Array("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n".utf8)
        for count in 0..<bytes.count { #expect(parseResponse(Array(bytes[..<count])).isIncomplete, "\(count)") }
        #expect(parseResponse(bytes).head?.length == bytes.count)
    }

    @Test("is bounded")
    func bounds() {
        let value = String(repeating: "v", count: 70_000)
        #expect(parseResponse("HTTP/1.1 200 OK\r\nX: \(value)").fault == .headTooLarge)
        #expect(HeadError.headTooLarge.responseErrorType == .httpResponseHeaderSectionSize)
        #expect(HeadError.unsupportedTransferCoding.responseErrorType == .httpResponseTransferCoding)
        #expect(HeadError.conflictingFraming.responseErrorType == .httpProtocolError)
    }
}
