import Testing
import VenusCore
import VenusProxy

@Suite("An HTTP proxy's answer to CONNECT")
struct ProxyConnectStateMachineTests {
    private typealias Action = ProxyConnectStateMachine.Action

    /// Feeds a text in pieces of `size`; the first action that is not waiting.
    private func feed(_ text: String, pieces size: Int = .max) -> Action {
        let bytes = Array(text.utf8)
        var machine = ProxyConnectStateMachine()
        var fields = FieldTable()
        var known = 0
        while known < bytes.count {
            let count = min(bytes.count, known + min(size, bytes.count))
            let some = Array(bytes[..<count])
            let action = machine.received(some.span, known: known, fields: &fields)
            if action != .wait { return action }
            known = count
        }
        return .wait
    }

    @Test(
        "any 2xx is a connection, and what is behind its head belongs to the destination", arguments: [1, 2, 7, 1_000])
    func established(size: Int) {
        let plain = "HTTP/1.1 200 Connection established\r\n\r\n"
        #expect(feed(plain + "SSH-2.0", pieces: size) == .established(length: plain.utf8.count))
        // Framing in such an answer means nothing (RFC 9110, section 9.3.6).
        let framed = "HTTP/1.0 204 x\r\nContent-Length: 5\r\n\r\n"
        #expect(feed(framed + "hello", pieces: size) == .established(length: framed.utf8.count))
        let interim = "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 103 Early\r\n\r\n"
        #expect(
            feed(interim + plain, pieces: size) == .established(length: interim.utf8.count + plain.utf8.count))
    }

    @Test(
        "a refusal, by its status",
        arguments: [
            (407, .proxyConfigurationError), (403, .httpRequestDenied), (400, .httpRequestDenied),
            (302, .httpRequestDenied), (500, .destinationUnavailable), (502, .destinationUnavailable),
            (503, .destinationUnavailable), (504, .connectionTimeout), (101, .httpProtocolError),
        ] as [(Int, ErrorType)])
    func refused(status: Int, type: ErrorType) {
        let answer = "HTTP/1.1 \(status) x\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 1\r\n\r\nx"
        for size in [1, 1_000] { #expect(feed(answer, pieces: size) == .failed(type, proxyStatus: nil)) }
    }

    @Test("a refusal, by what the proxy says in Proxy-Status")
    func proxyStatus() {
        let value = "origin-side; details=\"a, error=dns_error;\", squid; error=connection_refused; x=1"
        let head = "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 502 Bad Gateway\r\nVia: 1.1 x\r\nproxy-status:  "
        let expected = ByteRange(head.utf8.count, head.utf8.count + value.utf8.count)
        for size in [1, 9, 1_000] {
            #expect(
                feed(head + value + "\r\n\r\n", pieces: size)
                    == .failed(.connectionRefused, proxyStatus: expected))
        }
        #expect(ErrorType.allCases.filter { error("a; error=\($0.name)") == $0 }.count == ErrorType.allCases.count - 1)
        #expect(error("a;error=dns_timeout ;x, b; error=connection_refused") == .dnsTimeout)
        #expect(error("a; error=unheard_of, b; ERROR=tls_protocol_error") == .tlsProtocolError)
        for none in ["", "a", "a; error", "a; error=", "\"x; error=dns_error", "a; myerror=dns_error", ";;,,;"] {
            #expect(error(none) == nil, "\(none)")
        }
    }

    private func error(_ text: String) -> ErrorType? {
        let bytes = Array(text.utf8)
        return ProxyStatus.errorType(bytes.span, ByteRange(0, bytes.count))
    }

    @Test("what is no answer, and what never ends")
    func malformed() {
        #expect(feed("SSH-2.0-OpenSSH\r\n") == .failed(.httpProtocolError, proxyStatus: nil))
        #expect(feed("HTTP/1.1 200 OK\r\nbad line\r\n\r\n") == .failed(.httpProtocolError, proxyStatus: nil))
        let endless = "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 100_000)
        if case .failed = feed(endless, pieces: 1_000) {} else { Issue.record("an endless head is not refused") }
        let interims = String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 100)
        #expect(feed(interims, pieces: 30) == .failed(.httpProtocolError, proxyStatus: nil))
        #expect(feed("HTTP/1.1 200 OK\r\n", pieces: 1) == .wait)
    }

    @Test("any bytes come to an end without harm", arguments: 0..<300 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var random = SystemlessRandom(seed)
        var bytes = Array(
            "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 502 x\r\nProxy-Status: a; error=dns_error, b;c=\"d\\\"\"\r\n\r\nrest".utf8)
        for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xFF) }
        var machine = ProxyConnectStateMachine()
        var fields = FieldTable()
        var known = 0
        while known < bytes.count {
            let count = min(bytes.count, known + Int(random.next() % 9) + 1)
            let some = Array(bytes[..<count])
            let action = machine.received(some.span, known: known, fields: &fields)
            known = count
            if case .established(let length) = action { #expect(length <= count) }
            if case .failed(_, let range?) = action { #expect(range.end <= count) }
            if action != .wait { break }
        }
    }
}
