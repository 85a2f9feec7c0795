import Testing
import VenusProxy

@Suite("A body")
struct BodyDecoderTests {
    /// Feeds the bytes in pieces of a size; bytes taken, or nil for broken framing.
    private func feed(_ bytes: [UInt8], pieces: Int, into body: inout BodyDecoder) -> Int? {
        var taken = 0
        var place = 0
        while place < bytes.count, !body.isComplete {
            let piece = Array(bytes[place..<min(place + pieces, bytes.count)])
            guard let count = body.consume(piece.span) else { return nil }
            taken += count
            if count < piece.count { break }
            place += count
        }
        return taken
    }

    @Test("in chunks ends at the same place however its bytes are cut", arguments: 1...40)
    func chunked(pieces: Int) {
        let wire = Array("5\r\nhello\r\nA;name=\"v\"\r\n0123456789\r\n000\r\nTrailer: x\r\nB:\r\n\r\nNEXT".utf8)
        var body = BodyDecoder(.chunked)
        #expect(feed(wire, pieces: pieces, into: &body) == wire.count - 4)
        #expect(body.isComplete)
        #expect(body.contentBytes == 15)
    }

    @Test("in chunks can be taken out of them, however its bytes are cut", arguments: 1...40)
    func unchunked(pieces: Int) {
        let wire = Array("5\r\nhello\r\n1\r\n \r\nb\r\nwide world!\r\n0\r\n\r\nNEXT".utf8)
        var body = BodyDecoder(.chunked)
        var content: [UInt8] = []
        var taken = 0
        while !body.isComplete {
            var piece = Array(wire[taken..<min(taken + pieces, wire.count)])
            var span = piece.mutableSpan
            guard let result = body.unchunk(&span) else {
                Issue.record("broken framing")
                return
            }
            taken += result.taken
            content += piece.prefix(result.content)
        }
        #expect(String(decoding: content, as: UTF8.self) == "hello wide world!")
        #expect(taken == wire.count - 4)
    }

    @Test(
        "in chunks that are not strictly so is refused",
        arguments: [
            "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhelloX\r\n", "\r\n5\r\nhello", " 5\r\nhello",
            "5 \r\nhello\r\n",
            "0x5\r\nhello", "-1\r\n", "g\r\n", "1234567890123456\r\n", "5;a\u{0}\r\n", "5;a\n", "0\r\nno colon\r\n\r\n",
            "0\r\n folded: x\r\n\r\n", "0\r\nA: b\nC: d\r\n\r\n", "0\r\n\rX", "0\r\n: x\r\n", "5\r\nhello\r0\r\n",
        ])
    func brokenChunks(wire: String) {
        for pieces in [1, 1_000] {
            var body = BodyDecoder(.chunked)
            #expect(feed(Array(wire.utf8), pieces: pieces, into: &body) == nil)
        }
    }

    @Test("in chunks has bounds for extensions and trailers")
    func chunkBounds() {
        var body = BodyDecoder(.chunked)
        let chunk = "1;" + String(repeating: "e", count: 1_000) + "\r\nx\r\n"
        #expect(feed(Array(String(repeating: chunk, count: 16).utf8), pieces: 4_096, into: &body) != nil)
        #expect(feed(Array(chunk.utf8), pieces: 4_096, into: &body) == nil)
        var trailed = BodyDecoder(.chunked)
        let trailer = "0\r\n" + String(repeating: "T: \(String(repeating: "v", count: 1_000))\r\n", count: 17)
        #expect(feed(Array(trailer.utf8), pieces: 4_096, into: &trailed) == nil)
    }

    @Test(
        "in chunks has no trailer that frames or routes a message, or ends at a hop", arguments: [1, 2, 7, 1_000]
    )
    func trailers(pieces: Int) {
        for name in [
            "Connection", "CONTENT-LENGTH", "Expect", "host", "Keep-Alive", "Max-Forwards", "Proxy-Authorization",
            "Proxy-Connection", "te", "Transfer-Encoding", "Upgrade",
        ] {
            var body = BodyDecoder(.chunked)
            let wire = Array("1\r\nx\r\n0\r\nDigest: a\r\n\(name): 1\r\n\r\n".utf8)
            #expect(feed(wire, pieces: pieces, into: &body) == nil, "\(name)")
        }
        for name in ["Digest", "Content-Length2", "XHost", "t", "ETag", "Server-Timing", "Hos", "Connectio"] {
            var body = BodyDecoder(.chunked)
            let wire = Array("1\r\nx\r\n0\r\nA: b\r\n\(name): 1\r\n\r\n".utf8)
            #expect(feed(wire, pieces: pieces, into: &body) == wire.count, "\(name)")
            #expect(body.isComplete)
        }
    }

    @Test("with a length takes so many bytes and no more")
    func length() {
        var body = BodyDecoder(.length(7))
        #expect(feed(Array("0123456789".utf8), pieces: 3, into: &body) == 7)
        #expect(body.isComplete)
        #expect(body.contentBytes == 7)
    }

    @Test("that ends with the connection is complete only then; a shorter one never")
    func connectionEnd() {
        var open = BodyDecoder(.untilClose)
        #expect(feed(Array("abc".utf8), pieces: 2, into: &open) == 3)
        #expect(!open.isComplete)
        #expect(open.connectionEnded() == true)
        var short = BodyDecoder(.length(4))
        #expect(feed(Array("abc".utf8), pieces: 2, into: &short) == 3)
        #expect(short.connectionEnded() == false)
        var chunks = BodyDecoder(.chunked)
        #expect(feed(Array("3\r\nabc\r\n".utf8), pieces: 2, into: &chunks) == 8)
        #expect(chunks.connectionEnded() == false)
    }

    @Test("of a response is framed by request and status")
    func responseFraming() throws {
        func framing(_ text: String, _ method: Method) throws -> BodyFraming {
            .response(try #require(parseResponse(text).head), to: method)
        }
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        #expect(try framing(sized, .get) == .length(5))
        #expect(try framing(sized, .head) == .none)
        #expect(try framing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .post) == .chunked)
        #expect(try framing("HTTP/1.1 200 OK\r\n\r\n", .get) == .untilClose)
        #expect(try framing("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", .get) == .none)
        #expect(try framing("HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", .get) == .none)
        #expect(try framing("HTTP/1.1 103 Hints\r\n\r\n", .get) == .none)
        #expect(try framing("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .get) == .none)
    }
}

@Suite("Reading an incomplete head again")
struct HeadAssemblyTests {
    @Test("happens at the end of the first line, whatever stands before it")
    func firstLine() {
        for emptyLines in 0...4 {
            var assembly = HeadAssembly()
            let line = Array((String(repeating: "\r\n", count: emptyLines) + "GET http://example/\r\n").utf8)
            let read = (1...line.count).filter { count in
                let isRead = assembly.isWorthReading(Array(line[..<count]), known: count - 1)
                if isRead { assembly.wasIncomplete(count: count) }
                return isRead
            }
            #expect(read.last == line.count)
            #expect(read.count <= 10)
        }
    }

    @Test("waits for an empty line or twice the bytes")
    func worth() {
        var assembly = HeadAssembly()
        let start = Array("GET http://h/ HTTP/1.1\r\nHost: h\r\n".utf8)
        #expect(assembly.isWorthReading(start, known: 0) == true)
        assembly.wasIncomplete(count: start.count)
        for line in 0..<5 { #expect(assembly.isWorthReading(start + [10], known: start.count) == true, "line \(line)") }
        let more = start + Array("A: b\r\n".utf8)
        #expect(assembly.isWorthReading(more, known: start.count) == false)
        let complete = more + Array("\r\n".utf8)
        #expect(assembly.isWorthReading(complete, known: more.count) == true)
        let split = more + Array("\r".utf8)
        #expect(assembly.isWorthReading(split, known: more.count) == false)
        #expect(assembly.isWorthReading(complete, known: split.count) == true)
        let doubled = start + start
        #expect(assembly.isWorthReading(doubled, known: start.count) == true)
        #expect(assembly.isWorthReading(more, known: start.count, limit: more.count) == true)
    }
}
