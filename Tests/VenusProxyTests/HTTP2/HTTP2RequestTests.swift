import Testing
import VenusProxy

@Suite("Requests of other HTTP/2 clients")
struct HTTP2RequestTests {
    let server = HTTP2Session(.server)
    let time = SteadyTime(microseconds: 1_000_000)

    private func feed(_ frames: [UInt8]...) -> [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
        server.input(RawFrame.preface + RawFrame.settings + frames.flatMap { $0 }, at: time)
        return RawFrame.read(server.output(at: time))
    }

    @Test("cookie crumbs are joined")
    func cookies() {
        let block = RawFrame.field("cookie", "a=1") + RawFrame.field("cookie", "b=2")
        _ = feed(RawFrame.get(1, more: block))
        #expect(server.nextOpened() == 1)
        #expect(server.text(1) == "GET / HTTP/1.1\r\nHost: a.test\r\ncookie: a=1; b=2\r\n\r\n")
    }

    @Test("Host stands in for a missing :authority, and must not contradict it")
    func host() {
        let bare: [UInt8] = [0x82, 0x87, 0x84] + RawFrame.field("host", "b.test")
        let frames = feed(
            RawFrame.frame(0x1, flags: 0x5, stream: 1, bare),
            RawFrame.get(3, more: RawFrame.field("host", "A.test")),
            RawFrame.get(5, more: RawFrame.field("host", "b.test")))
        #expect(server.nextOpened() == 3)
        #expect(server.nextOpened() == 1)
        #expect(server.nextOpened() == nil)
        #expect(server.text(1).contains("Host: b.test\r\n"))
        #expect(server.text(3) == "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(frames.contains { $0.type == 1 && $0.stream == 5 })
    }

    @Test("CONNECT is answered with an error, and is no exchange")
    func connect() {
        let block: [UInt8] = [0x02, 0x07] + Array("CONNECT".utf8) + [0x01, 0x09] + Array("a.test:22".utf8)
        let frames = feed(RawFrame.frame(0x1, flags: 0x4, stream: 1, block))
        #expect(server.nextOpened() == nil)
        #expect(frames.contains { $0.type == 1 && $0.stream == 1 && $0.flags & 1 == 1 })
        #expect(frames.contains { $0.type == 3 && $0.stream == 1 && $0.payload == [0, 0, 0, 0] })
        #expect(server.streamCount == 0)
    }

    @Test(
        "malformed requests are reset, and others go on",
        arguments: [
            RawFrame.field("connection", "close"), RawFrame.field("transfer-encoding", "chunked"),
            RawFrame.field("Upper", "1"), RawFrame.field("te", "gzip"), RawFrame.field("x", "a\r\nb: c"),
            RawFrame.field("x", "a\0"), RawFrame.field(":late", "1"), RawFrame.field(":protocol", "websocket"),
            RawFrame.field("content-length", "7"), RawFrame.field("content-length", "x"),
        ])
    func malformed(block: [UInt8]) {
        let frames = feed(RawFrame.get(1, more: block), RawFrame.get(3))
        #expect(server.nextOpened() == 3)
        #expect(server.nextOpened() == nil)
        #expect(frames.contains { $0.type == 3 && $0.stream == 1 })
        #expect(server.streamCount == 1)
    }

    @Test("content that contradicts its length is reset")
    func wrongLength() {
        let head = RawFrame.get(1, flags: 0x4, more: RawFrame.field("content-length", "5"))
        let frames = feed(head, RawFrame.frame(0x0, flags: 0x1, stream: 1, Array("abc".utf8)))
        #expect(frames.contains { $0.type == 3 && $0.stream == 1 })
        _ = server.text(1)
        #expect(server.probe(1) == .failed)
    }

    @Test("a head that is too large is seen as one, and bounded")
    func largeHead() {
        // A field of 4,000 bytes in the table, and 30 references to it.
        let name = "x-large"
        var block = RawFrame.requestBlock + [0x40, UInt8(name.utf8.count)] + Array(name.utf8)
        block += [0x7F, 0xA1, 0x1E] + [UInt8](repeating: UInt8(ascii: "v"), count: 4_000)
        block += [UInt8](repeating: 0xBE, count: 30)
        _ = feed(RawFrame.frame(0x1, flags: 0x5, stream: 1, block))
        #expect(server.nextOpened() == 1)
        let bytes = server.bytes(1)
        #expect(bytes.count > 65_536 && bytes.count < 140_000)
        // Without an end, it is too large for every parser.
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n"))
    }

    @Test("trailers that must not stand there are left out")
    func trailers() {
        let trailer =
            RawFrame.field("x-sum", "9") + RawFrame.field("content-length", "3") + RawFrame.field("expect", "x")
        _ = feed(
            RawFrame.get(1, flags: 0x4), RawFrame.frame(0x0, stream: 1, Array("abc".utf8)),
            RawFrame.frame(0x1, flags: 0x5, stream: 1, trailer))
        #expect(server.text(1).hasSuffix("\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"))
    }
}
