import Testing
import VenusCore
import VenusProxy

@Suite("gRPC over HTTP/2")
struct HTTP2GRPCTests {
    let pair = SessionPair()

    private let request =
        "POST /pkg.Service/Method HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"

    private func status(of response: String) throws -> GRPCStatus? {
        let (_, far) = pair.request(request)
        let key = try #require(far)
        pair.server.write(key, response, at: pair.time)
        return pair.server.grpcStatus(key)
    }

    @Test("the trailers tell how a call ended")
    func trailers() throws {
        let response =
            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc+proto\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\ngrpc-status: 14\r\ngrpc-message: gone\r\n\r\n"
        #expect(try status(of: response) == .unavailable)
        #expect(try status(of: response.replacing("14", with: "0")) == .ok)
        #expect(try status(of: response.replacing("14", with: "99")) == .unknown)
        #expect(try status(of: response.replacing("grpc-status", with: "x-status")) == .unknown)
    }

    @Test("so does a head that is all there is")
    func trailersOnly() throws {
        let response =
            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nGrpc-Status: 12\r\nContent-Length: 0\r\n\r\n"
        #expect(try status(of: response) == .unimplemented)
    }

    @Test("other content has no such status, and neither has a call that is not over")
    func others() throws {
        #expect(
            try status(
                of:
                    "HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web\r\nGrpc-Status: 2\r\nContent-Length: 0\r\n\r\n"
            )
                == nil)
        #expect(try status(of: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n") == nil)
        #expect(
            try status(
                of: "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
                == nil)
    }

    @Test("trailers reach the client, also where a length was given; the server hears that they may come")
    func passedOn() throws {
        let (near, far) = pair.request(request)
        let key = try #require(far)
        let seen = pair.server.text(key)
        #expect(seen.contains("content-type: application/grpc\r\n"))
        pair.server.write(
            key,
            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\ngrpc-status: 0\r\n\r\n",
            at: pair.time)
        pair.settle()
        #expect(pair.client.text(near).hasSuffix("1\r\nx\r\n0\r\ngrpc-status: 0\r\n\r\n"))
    }

    @Test("both sides may speak at once")
    func streaming() throws {
        let (near, far) = pair.request(
            "POST /a.B/C HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        let key = try #require(far)
        _ = pair.server.text(key)
        pair.server.write(
            key, "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n",
            at: pair.time)
        pair.settle()
        _ = pair.client.text(near)
        for round in 0..<50 {
            pair.client.write(near, "2\r\n\(round % 10)q\r\n", at: pair.time)
            pair.settle()
            #expect(pair.server.text(key) == "2\r\n\(round % 10)q\r\n")
            pair.server.write(key, "2\r\n\(round % 10)a\r\n", at: pair.time)
            pair.settle()
            #expect(pair.client.text(near) == "2\r\n\(round % 10)a\r\n")
        }
        pair.client.write(near, "0\r\n\r\n", at: pair.time)
        pair.server.write(key, "0\r\ngrpc-status: 0\r\n\r\n", at: pair.time)
        pair.settle()
        #expect(pair.client.text(near) == "0\r\ngrpc-status: 0\r\n\r\n")
        pair.server.release(key)
        pair.client.release(near)
        pair.settle()
        #expect(pair.server.streamCount == 0 && pair.client.streamCount == 0)
    }
}
