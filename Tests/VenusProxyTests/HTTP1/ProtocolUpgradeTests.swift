import Testing
import VenusProxy

@Suite("An upgrade")
struct ProtocolUpgradeTests {
    private func sent(_ fields: String, version: String = "HTTP/1.1", method: String = "GET") -> String {
        forwarded(request: "\(method) http://h/ \(version)\r\nHost: h\r\n\(fields)\r\n") ?? ""
    }

    private static let all = "Connection: upgrade\r\n"

    @Test("that a client offers is offered on, in words of our own")
    func offered() {
        #expect(
            sent("Connection: keep-alive, Upgrade, X\r\nX: gone\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n")
                == "GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Via: 1.1 venus-test\r\n\r\n")
        #expect(sent(Self.all + "Upgrade: a/1,,\t b\r\nUpgrade: c\r\n").contains("\r\nUpgrade: a/1, b, c\r\n"))
    }

    @Test(
        "is not offered on without Connection, in HTTP/1.0, of h2c, or of what is no protocol",
        arguments: [
            ("Upgrade: websocket\r\n", "HTTP/1.1"), ("Connection: close\r\nUpgrade: websocket\r\n", "HTTP/1.1"),
            (all + "Upgrade: websocket\r\n", "HTTP/1.0"), (all, "HTTP/1.1"), (all + "Upgrade:\r\n", "HTTP/1.1"),
            (all + "Upgrade: h2c\r\n", "HTTP/1.1"), (all + "Upgrade: H2C\r\nUpgrade: h2c/1\r\n", "HTTP/1.1"),
            (all + "Upgrade: a b\r\n", "HTTP/1.1"), (all + "Upgrade: /1, a/, a/b/c, \"q\"\r\n", "HTTP/1.1"),
        ])
    func notOffered(fields: String, version: String) {
        let head = sent(fields, version: version)
        #expect(head.hasPrefix("GET / HTTP/1.1\r\n"))
        #expect(!head.contains("Upgrade"))
        #expect(!head.contains("Connection"))
    }

    @Test("to h2c is left out of an offer of several, with its settings")
    func withoutH2C() {
        let head = sent(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABk\r\n")
        #expect(head.contains("\r\nUpgrade: websocket\r\n"))
        #expect(!head.contains("HTTP2"))
    }

    @Test("is bounded in the protocols that it offers on")
    func bounded() {
        let names = (1...20).map { "p\($0)" }
        let head = sent(Self.all + "Upgrade: \(names.joined(separator: ","))\r\n")
        #expect(head.contains("\r\nUpgrade: p1, p2, p3, p4, p5, p6, p7, p8\r\n"))
        let separators = String(repeating: ",", count: 10_000)
        #expect(sent(Self.all + "Upgrade: \(separators)websocket\(separators)\r\n").contains("Upgrade: websocket\r\n"))
    }

    private func acceptance(_ fields: String, of offer: String) throws -> ProtocolUpgrade.Acceptance {
        var table = FieldTable()
        let request = Array("GET http://h/ HTTP/1.1\r\nHost: h\r\n\(Self.all)Upgrade: \(offer)\r\n\r\n".utf8)
        #expect(HeadParser.parseRequest(request.span, limits: HeadLimits(), fields: &table).head != nil)
        let kept = try #require(written { sink, _ in ProtocolUpgrade.appendOffer(request.span, table, into: &sink) })
        let response = Array("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n".utf8)
        #expect(HeadParser.parseResponse(response.span, limits: HeadLimits(), fields: &table).head != nil)
        return ProtocolUpgrade.acceptance(response.span, table, offer: Array(kept.utf8).span)
    }

    @Test("is accepted by a 101 that names nothing but what was offered")
    func accepted() throws {
        #expect(try acceptance("Upgrade: websocket\r\n", of: "WebSocket") == .webSocket)
        #expect(try acceptance("Connection: upgrade\r\nUpgrade: WEBSOCKET\r\n", of: "a, websocket") == .webSocket)
        #expect(try acceptance("Upgrade: tcp\r\n", of: "tcp, websocket") == .other)
        #expect(try acceptance("Upgrade: IRC/6.9\r\n", of: "irc/6.9") == .other)
        #expect(try acceptance("Upgrade: b\r\nUpgrade: websocket, a\r\n", of: "a,b,websocket") == .webSocket)
    }

    @Test(
        "is not accepted by a 101 that names something else, or nothing",
        arguments: [
            ("", "websocket"), ("Upgrade:\r\n", "websocket"), ("Upgrade: h2c\r\n", "websocket, h2c"),
            ("Upgrade: websocket2\r\n", "websocket"), ("Upgrade: web\r\n", "websocket"),
            ("Upgrade: websocket, tcp\r\n", "websocket"), ("Upgrade: IRC\r\n", "IRC/6.9"),
            ("X: websocket\r\n", "websocket"),
        ])
    func notAccepted(fields: String, offer: String) throws { #expect(try acceptance(fields, of: offer) == .none) }

    @Test("is told to the client by a 101, and what to upgrade to by a 426; others say nothing of it")
    func response() {
        let fields =
            "Date: d\r\nConnection: x, Upgrade\r\nX: gone\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n"
        #expect(
            forwarded(response: "HTTP/1.1 101 Switching Protocols\r\n" + fields)
                == "HTTP/1.1 101 Switching Protocols\r\nDate: d\r\nSec-WebSocket-Accept: a\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nVia: 1.1 venus-test\r\n\r\n")
        #expect(
            forwarded(response: "HTTP/1.1 426 Upgrade Required\r\n" + fields, close: true)?
                .contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n") == true)
        #expect(forwarded(response: "HTTP/1.1 200 OK\r\n" + fields)?.contains("Upgrade") == false)
    }
}
