import Testing
import VenusCore
import VenusProxy

@Suite("Exchanges over HTTP/2, in the form of HTTP/1.1")
struct HTTP2ExchangeTests {
    let pair = SessionPair()

    @Test("a request and its response keep target, fields and content")
    func plain() throws {
        let (request, response) = try #require(
            pair.exchange(
                "POST /v1/charges?x=1 HTTP/1.1\r\nHost: api.test\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-Two: 2\r\n\r\nabc"))
        #expect(
            request == "POST /v1/charges?x=1 HTTP/1.1\r\nHost: api.test\r\nx-one: 1\r\ncontent-length: 5\r\n\r\nhello")
        #expect(response == "HTTP/1.1 201 \r\nx-two: 2\r\ncontent-length: 3\r\n\r\nabc")
    }

    @Test("a request without content has none in either form")
    func bare() throws {
        let (request, response) = try #require(
            pair.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"))
        #expect(request == "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(response == "HTTP/1.1 204 \r\n\r\n")
    }

    @Test("content of unknown length goes through in chunks, with its trailers")
    func chunked() throws {
        let (request, response) = try #require(
            pair.exchange(
                "PUT /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\nX-End: yes\r\n\r\n"))
        #expect(
            request
                == "PUT /x HTTP/1.1\r\nHost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"
        )
        #expect(
            response
                == "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\nx-end: yes\r\n\r\n")
    }

    @Test("the answer to HEAD keeps its length and has no content")
    func head() throws {
        let (_, response) = try #require(
            pair.exchange(
                "HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"))
        #expect(response == "HTTP/1.1 200 \r\ncontent-length: 77\r\n\r\n")
    }

    @Test("an empty answer says so, so that HTTP/1.1 does not wait for the end of the connection")
    func empty() throws {
        let (_, response) = try #require(
            pair.exchange(
                "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        #expect(response == "HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n")
    }

    @Test("interim responses go through before the final one")
    func interim() throws {
        let (_, response) = try #require(
            pair.exchange(
                "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))
        #expect(
            response
                == "HTTP/1.1 103 \r\nlink: </a>\r\n\r\nHTTP/1.1 200 \r\ncontent-length: 1\r\n\r\nx")
    }

    @Test("fields of a connection end there, in both directions")
    func hopByHop() throws {
        let (request, response) = try #require(
            pair.exchange(
                "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: x-mine, keep-alive\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nProxy-Connection: close\r\nContent-Length: 0\r\n\r\n"
            ))
        #expect(request == "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(response == "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n")
    }

    @Test("a response that only the end of the connection ends is complete with it, and reset otherwise")
    func untilClose() {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.server.write(far ?? 0, "HTTP/1.1 200 OK\r\n\r\nsome", at: pair.time)
        pair.server.release(far ?? 0)
        pair.settle()
        #expect(pair.client.text(near) == "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n\r\n")

        let (nextNear, nextFar) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.server.write(nextFar ?? 0, "HTTP/1.1 200 OK\r\n\r\nsome", at: pair.time)
        pair.settle()
        pair.server.release(nextFar ?? 0, withReset: true)
        pair.settle()
        #expect(pair.client.text(nextNear).hasSuffix("4\r\nsome\r\n"))
        #expect(pair.client.probe(nextNear) == .failed)
    }

    @Test("a response that is cut short resets the stream, and the others go on")
    func cutShort() throws {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.server.write(far ?? 0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", at: pair.time)
        pair.server.release(far ?? 0)
        pair.settle()
        _ = pair.client.text(near)
        #expect(pair.client.probe(near) == .failed)
        pair.client.release(near)
        _ = try #require(
            pair.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    }

    @Test("an early answer ends the exchange: the client is told to stop sending")
    func earlyAnswer() {
        let (near, far) = pair.request("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nabc")
        pair.server.write(far ?? 0, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", at: pair.time)
        #expect(pair.server.probe(far ?? 0) == .ended)
        pair.server.release(far ?? 0)
        pair.settle()
        #expect(pair.client.text(near) == "HTTP/1.1 413 \r\ncontent-length: 0\r\n\r\n")
        #expect(pair.server.streamCount == 0)
        #expect(pair.client.isOver(near))
    }

    @Test("a client that leaves is seen, before and during the response")
    func leaving() {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        _ = pair.server.text(far ?? 0)
        #expect(pair.server.probe(far ?? 0) == .wouldBlock)
        pair.client.release(near)
        pair.settle()
        #expect(pair.server.isOver(far ?? 0))
        #expect(pair.server.nextReady() == far)
        #expect(pair.server.write(far ?? 0, "HTTP/1.1 200 OK\r\n\r\n", at: pair.time) == .failed)
    }

    @Test("the end of the connection ends every stream")
    func connectionEnds() {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.client.connectionEnded()
        pair.server.connectionEnded()
        #expect(pair.client.probe(near) == .failed)
        #expect(pair.server.isOver(far ?? 0))
        #expect(pair.client.isOver && !pair.client.canOpen)
        pair.client.release(near)
        #expect(pair.client.streamCount == 0)
    }

    @Test("GOAWAY lets streams go on, and no new ones begin")
    func goingAway() {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        pair.server.beginEnding()
        pair.settle()
        #expect(!pair.client.canOpen)
        pair.server.write(far ?? 0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", at: pair.time)
        pair.settle()
        #expect(pair.client.text(near).hasPrefix("HTTP/1.1 200"))
    }

    @Test("what is written in pieces is the same message")
    func pieces() {
        let text =
            "PUT /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n"
        let key = pair.client.open()
        for byte in text.utf8 { pair.client.write(key, [byte], at: pair.time) }
        pair.settle()
        let far = pair.server.nextOpened()
        #expect(
            pair.server.text(far ?? 0)
                == "PUT /x HTTP/1.1\r\nHost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"
        )
    }

    @Test("what is no HTTP/1.1 resets the stream")
    func garbage() {
        let (near, far) = pair.request("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(pair.server.write(far ?? 0, "SSH-2.0-x\r\n\r\n", at: pair.time) == .failed)
        pair.settle()
        #expect(pair.client.probe(near) == .failed)
    }
}
