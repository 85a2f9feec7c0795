import Testing
import VenusProxy

@Suite("Abuse of HTTP/2")
struct HTTP2AbuseTests {
    let server = HTTP2Session(.server)
    var time = SteadyTime(microseconds: 1_000_000)

    init() { server.input(RawFrame.preface + RawFrame.settings, at: time) }

    /// The error code of the GOAWAY that was sent; `nil` without one.
    private func goAway() -> UInt8? {
        RawFrame.read(server.output(at: time)).last { $0.type == 7 }?.payload[7]
    }

    /// From then on streams have the windows that we offer.
    private func acknowledgeSettings(_ session: HTTP2Session) {
        _ = session.output(at: time)
        session.input(RawFrame.frame(0x4, flags: 0x1, stream: 0), at: time)
    }

    private func repeatFrame(_ frame: [UInt8], _ count: Int) {
        for _ in 0..<(count / 100) { server.input((0..<100).flatMap { _ in frame }, at: time) }
    }

    @Test("streams that are opened and reset over and over end the connection")
    func rapidReset() {
        var stream: UInt32 = 1
        for _ in 0..<990 {
            server.input(RawFrame.get(stream) + RawFrame.reset(stream), at: time)
            while let key = server.nextOpened() { server.release(key) }
            stream += 2
        }
        #expect(server.excess == nil)
        #expect(server.streamCount == 0)
        for _ in 0..<20 {
            server.input(RawFrame.get(stream) + RawFrame.reset(stream), at: time)
            while let key = server.nextOpened() { server.release(key) }
            stream += 2
        }
        #expect(server.excess == .resets)
        #expect(goAway() == 0xB)
        #expect(server.isOver)
        #expect(server.streamCount == 0)
    }

    @Test("a client that cancels now and then is no abuser")
    mutating func cancelling() {
        var stream: UInt32 = 1
        for _ in 0..<5_000 {
            time = time + 50_000
            server.input(RawFrame.get(stream) + RawFrame.reset(stream), at: time)
            while let key = server.nextOpened() { server.release(key) }
            stream += 2
        }
        #expect(server.excess == nil)
        #expect(server.streamCount == 0)
    }

    @Test("a client that has us reset its streams is no better than one that does it itself")
    func provokedResets() {
        var stream: UInt32 = 1
        for _ in 0..<1_100 {
            // A window of 0 is a fault of the stream.
            server.input(RawFrame.get(stream) + RawFrame.frame(0x8, stream: stream, [0, 0, 0, 0]), at: time)
            _ = server.output(at: time)
            while let key = server.nextOpened() { server.release(key) }
            stream += 2
        }
        // Newer versions of nghttp2 may be quicker to say so.
        #expect(server.isOver)
        server.connectionEnded()
        #expect(server.streamCount == 0)
    }

    @Test("a field section without end is not collected")
    func continuations() {
        server.input(RawFrame.get(1, flags: 0), at: time)
        let piece = RawFrame.frame(0x9, stream: 1, RawFrame.field("x", "y"))
        for _ in 0..<100 { server.input(piece, at: time) }
        #expect(server.excess == .fieldSection)
        #expect(goAway() == 0xB)
    }

    @Test("nor one in few but large pieces")
    func largeContinuations() {
        server.input(RawFrame.get(1, flags: 0), at: time)
        let piece = RawFrame.frame(0x9, stream: 1, [UInt8](repeating: 0x82, count: 16_000))
        for _ in 0..<5 { server.input(piece, at: time) }
        #expect(server.excess == .fieldSection || server.isOver)
    }

    @Test("a field section that is small only as long as it is not decoded ends the connection")
    func largeList() {
        // A field of nearly the whole table, then its index, which is a byte.
        let value = [UInt8](repeating: 0x79, count: 4_000)
        let field: [UInt8] = [0x40, 0x01, 0x78, 0x7F, 0xA1, 0x1E] + value
        let fits = field + [UInt8](repeating: 0xBE, count: 30)
        server.input(RawFrame.get(1, more: fits), at: time)
        #expect(server.excess == nil)
        #expect(server.nextOpened() == 1)
        // For the parser behind to refuse.
        #expect(server.bytes(1).count > HeadLimits().headBytes)
        let bomb = field + [UInt8](repeating: 0xBE, count: 10_000)
        server.input(RawFrame.get(3, more: bomb) + RawFrame.get(5), at: time)
        #expect(server.excess == .fieldSection)
        #expect(server.nextOpened() == nil)
        #expect(goAway() == 0xB)
        #expect(server.isOver)
    }

    @Test("content in pieces of a byte costs no more than a window and its framing")
    func confetti() {
        acknowledgeSettings(server)
        server.input(RawFrame.get(1, flags: 0x4), at: time)
        #expect(server.nextOpened() == 1)
        let piece = RawFrame.frame(0x0, stream: 1, [0x61])
        for _ in 0..<600 where server.excess == nil { repeatFrame(piece, 100) }
        #expect(server.excess == nil)
        #expect(server.bytes(1).count > 60_000)
        for _ in 0..<700 where server.excess == nil { repeatFrame(piece, 100) }
        #expect(server.excess == .framing)
        #expect(goAway() == 0xB)
        #expect(server.isOver)
    }

    @Test("all streams of all connections together hold no more than there is memory for, and give it back")
    func memory() {
        let memory = HTTP2Memory(maximumBytes: 200_000)
        let content = RawFrame.frame(0x0, stream: 1, [UInt8](repeating: 0x61, count: 10_000))
        let sessions = (0..<4).map { _ in HTTP2Session(.server, memory: memory) }
        for session in sessions {
            session.input(RawFrame.preface + RawFrame.settings, at: time)
            acknowledgeSettings(session)
            session.input(RawFrame.get(1, flags: 0x4), at: time)
            for _ in 0..<8 { session.input(content, at: time) }
        }
        #expect((200_000..<220_000).contains(memory.bytes))
        // Those that came first keep what they have; the next get no more.
        #expect(sessions[0].bytes(1).count > 80_000)
        let resets = RawFrame.read(sessions[3].output(at: time)).filter { $0.type == 3 }
        #expect(resets.map(\.payload) == [[0, 0, 0, 0xB]])
        #expect(sessions[3].excess == nil && !sessions[3].isOver)
        // There is room again, for an answer too.
        let answer = sessions[1].write(1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", at: time)
        #expect(answer != .failed && answer != .wouldBlock)
        #expect(memory.bytes < 140_000)
        for session in sessions {
            while let key = session.nextOpened() { session.release(key) }
            session.connectionEnded()
        }
        #expect(memory.bytes == 0)
        #expect(sessions.allSatisfy { $0.streamCount == 0 })
    }

    @Test(
        "frames of no use are too many at some point",
        arguments: [
            RawFrame.frame(0x6, stream: 0, [UInt8](repeating: 0, count: 8)),
            RawFrame.settings,
            RawFrame.frame(0x2, stream: 7, [0, 0, 0, 0, 1]),
            RawFrame.frame(0xBB, stream: 0),
            RawFrame.frame(0x8, stream: 0, [0, 0, 0, 1]),
        ])
    func floods(frame: [UInt8]) {
        repeatFrame(frame, 1_900)
        #expect(server.excess == nil)
        _ = server.output(at: time)
        repeatFrame(frame, 3_000)
        #expect(server.excess == .control || server.isOver)
    }

    @Test("empty DATA frames are too many at some point")
    func emptyData() {
        server.input(RawFrame.get(1, flags: 0x4), at: time)
        repeatFrame(RawFrame.frame(0x0, stream: 1), 3_000)
        #expect(server.excess == .control)
        #expect(server.isOver(1))
    }

    @Test("a download earns the windows that its client opens")
    func windowUpdates() {
        let pair = SessionPair()
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.server.write(far ?? 0, "HTTP/1.1 200 OK\r\n\r\n", at: pair.time)
        for _ in 0..<20_000 {
            pair.server.write(far ?? 0, [UInt8](repeating: 1, count: 16_384), at: pair.time)
            pair.settle()
            _ = pair.client.bytes(near)
        }
        #expect(pair.server.excess == nil && !pair.server.isOver)
    }

    @Test("streams beyond the limit are refused, and those before them go on")
    func manyStreams() {
        for place in 0..<400 { server.input(RawFrame.get(UInt32(place * 2 + 1)), at: time) }
        #expect(server.streamCount == 128)
        let refused = RawFrame.read(server.output(at: time)).filter { $0.type == 3 && $0.payload == [0, 0, 0, 7] }
        #expect(refused.count == 400 - 128)
        #expect(server.excess == nil)
        #expect(server.text(1).hasPrefix("GET / "))
    }

    @Test("a table size that is asked for is not taken")
    func tableSize() {
        // SETTINGS_HEADER_TABLE_SIZE of 4 GiB: our encoder stays at its own bound.
        server.input(RawFrame.frame(0x4, stream: 0, [0, 1, 0xFF, 0xFF, 0xFF, 0xFF]), at: time)
        for place in 0..<100 {
            let stream = UInt32(place * 2 + 1)
            server.input(RawFrame.get(stream), at: time)
            let key = server.nextOpened() ?? 0
            server.write(key, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-\(place): \(place)\r\n\r\n", at: time)
            server.release(key)
        }
        _ = server.output(at: time)
        #expect(server.streamCount == 0)
        // A dynamic table beyond what our SETTINGS allow is a fault of the connection.
        server.input(
            RawFrame.frame(0x1, flags: 0x5, stream: 999, [0x3F, 0xFF, 0xFF, 0xFF, 0x07] + RawFrame.requestBlock),
            at: time)
        #expect(goAway() == 0x9)
        #expect(server.isOver)
    }

    @Test("bytes that are no HTTP/2 end the connection")
    func garbage() {
        let session = HTTP2Session(.server)
        session.input(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), at: time)
        _ = session.output(at: time)
        #expect(session.isOver)
    }

    @Test("random bytes behind the preface never do more than end it")
    func noise() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let session = HTTP2Session(.server)
            session.input(RawFrame.preface + RawFrame.settings, at: time)
            for _ in 0..<20 where !session.isOver {
                let type = UInt8.random(in: 0...10, using: &random)
                let length = Int.random(in: 0...60, using: &random)
                let payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                session.input(
                    RawFrame.frame(type, flags: .random(in: 0...255), stream: .random(in: 0...5), payload), at: time)
                while let key = session.nextOpened() {
                    _ = session.bytes(key)
                    session.write(key, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", at: time)
                    session.release(key)
                }
                _ = session.output(at: time)
            }
            #expect(session.streamCount <= 128)
        }
    }
}
