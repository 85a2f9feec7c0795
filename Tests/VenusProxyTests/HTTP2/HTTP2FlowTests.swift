import Testing
import VenusProxy

@Suite("Flow control of HTTP/2")
struct HTTP2FlowTests {
    private func bounds(stream: Int32 = 65_535, connection: Int32 = 200_000, outbound: Int = 10_000) -> HTTP2Bounds {
        var bounds = HTTP2Bounds()
        bounds.streamWindowBytes = stream
        bounds.connectionWindowBytes = connection
        bounds.outboundBytes = outbound
        return bounds
    }

    /// Writes as much as is taken; how much that was.
    private func fill(_ session: HTTP2Session, _ key: Int32, of total: Int, _ pair: SessionPair) -> Int {
        var sent = 0
        while sent < total {
            let part = [UInt8](repeating: 0x61, count: min(50_000, total - sent))
            switch session.write(key, part, at: pair.time) {
            case .taken(let count): sent += count
            case .wouldBlock, .failed:
                pair.settle()
                if !session.isWritable(key) { return sent }
            }
        }
        return sent
    }

    @Test("an upload that nobody reads stops at the window, and goes on as it is read")
    func upload() throws {
        let pair = SessionPair(server: bounds(), client: bounds())
        let total = 1_000_000
        let (near, far) = pair.request("PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: \(total)\r\n\r\n")
        let key = try #require(far)
        var sent = fill(pair.client, near, of: total, pair)
        #expect(sent >= 65_535 && sent <= 65_535 + 20_000)
        var received = 0
        for _ in 0..<1_000 where received < total {
            received += pair.server.bytes(key).count
            pair.settle()
            sent += fill(pair.client, near, of: total - sent, pair)
        }
        #expect(sent == total)
        #expect(received > total && received < total + 200, "the head comes first")
    }

    @Test("a download to a client that does not read stops at window and bound")
    func download() throws {
        let pair = SessionPair(server: bounds(), client: bounds())
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let key = try #require(far)
        pair.server.write(key, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", at: pair.time)
        var sent = 0
        for _ in 0..<100 {
            guard case .taken(let count) = pair.server.write(key, [UInt8](repeating: 1, count: 20_000), at: pair.time)
            else { break }
            sent += count
            pair.settle()
        }
        #expect(sent <= 65_535 + 10_000)
        #expect(!pair.server.isWritable(key))
        #expect(pair.server.write(key, [1], at: pair.time) == .wouldBlock)
        // A byte of room, once a window is open again.
        _ = pair.client.bytes(near)
        pair.settle()
        #expect(pair.server.isWritable(key))
        #expect(pair.server.nextReady() == key)
    }

    @Test("one stalled stream leaves the others their windows")
    func others() throws {
        let pair = SessionPair(server: bounds(), client: bounds())
        let (_, stalled) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let key = try #require(stalled)
        pair.server.write(key, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", at: pair.time)
        while case .taken = pair.server.write(key, [UInt8](repeating: 1, count: 9_000), at: pair.time) { pair.settle() }
        let body = String(repeating: "b", count: 9_000)
        let seen = try #require(
            pair.exchange(
                "GET /b HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + body))
        #expect(seen.response.hasSuffix(body))
    }

    @Test("what a client never takes is dropped once it has stalled for too long")
    func stalls() throws {
        let pair = SessionPair(server: bounds(outbound: 100_000), client: bounds())
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let key = try #require(far)
        let body = String(repeating: "b", count: 90_000)
        pair.server.write(key, "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + body, at: pair.time)
        pair.server.release(key)
        pair.settle()
        #expect(pair.server.streamCount == 1)
        pair.server.dropStalled(since: SteadyTime(microseconds: 999_999))
        pair.settle()
        #expect(pair.server.streamCount == 1)
        pair.server.dropStalled(since: pair.time)
        pair.settle()
        #expect(pair.server.streamCount == 0)
        _ = pair.client.bytes(near)
        #expect(pair.client.probe(near) == .failed)
    }

    @Test("content for a stream that is done is thrown away, and the connection's window stays open")
    func discarded() throws {
        let pair = SessionPair(server: bounds(connection: 65_535), client: bounds(outbound: 70_000))
        for _ in 0..<8 {
            let (near, far) = pair.request("PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 60000\r\n\r\n")
            let key = try #require(far)
            pair.client.write(near, [UInt8](repeating: 1, count: 50_000), at: pair.time)
            pair.settle()
            pair.server.write(key, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", at: pair.time)
            pair.server.release(key)
            pair.settle()
            #expect(pair.client.text(near).hasPrefix("HTTP/1.1 400"))
            pair.client.release(near)
            pair.settle()
        }
        #expect(pair.server.streamCount == 0)
        #expect(pair.client.streamCount == 0)
    }
}
