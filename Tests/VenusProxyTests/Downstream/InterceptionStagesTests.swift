import Testing
import VenusCore
import VenusProxy

@Suite("The exchange of an intercepted tunnel")
struct InterceptionStagesTests {
    private static let timeouts = ExchangeTimeouts(
        idle: 1, head: 30, connect: 10, dns: 5, response: 60, body: 61, tunnel: 62, linger: 2)

    private func time(_ microseconds: UInt64) -> SteadyTime { SteadyTime(microseconds: 1_000 + microseconds) }

    /// A CONNECT at 0, whose connection is there at 100.
    private func connected() throws -> ExchangeStateMachine {
        let head = try #require(parseRequest("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n").head)
        var exchange = ExchangeStateMachine()
        exchange.requestBegan(head, at: time(0), wallTime: 5_000_000)
        exchange.awaitConnection(.resolving, at: time(0))
        exchange.awaitConnection(.connecting, at: time(40))
        exchange.tunnelPromised(at: time(100))
        return exchange
    }

    @Test("both handshakes are the first call's phase tls, and part of its duration; waiting for the client is not")
    func phases() throws {
        var exchange = try connected()
        // The hello comes late.
        exchange.awaitConnection(.securing, at: time(1_000))
        exchange.tunnelPromised(at: time(1_200))
        exchange.tunnelUncovered(handshake: 50, at: time(1_300))
        #expect(exchange.stage == .idle)
        #expect(!exchange.isCalling)
        let setup = exchange.times
        let head = try #require(parseInnerRequest("GET / HTTP/1.1\r\nHost: h\r\n\r\n").head)
        exchange.requestBegan(head, at: time(9_000), wallTime: 6_000_000)
        exchange.preceded(by: setup)
        exchange.awaitConnection(.blocked, at: time(9_000))
        exchange.connected(isReused: true, at: time(9_010))
        exchange.callEnded(at: time(9_100))
        #expect(exchange.times.phases[.dns] == 40)
        #expect(exchange.times.phases[.connect] == 60)
        #expect(exchange.times.phases[.tls] == 250)
        #expect(exchange.times.phases[.blocked] == 10)
        #expect(exchange.times.duration == 100 + 40 + 60 + 250)
        #expect(exchange.times.wallStart == 6_000_000 - 350)
    }

    @Test("a later call has no handshake")
    func laterCall() throws {
        let head = try #require(parseInnerRequest("GET / HTTP/1.1\r\nHost: h\r\n\r\n").head)
        var exchange = ExchangeStateMachine()
        exchange.requestBegan(head, at: time(0), wallTime: 0)
        exchange.connected(isReused: true, at: time(1))
        #expect(exchange.times.phases[.tls] == nil)
    }

    @Test("a call that waits for a handshake fails as one that waits for a connection")
    func securing() throws {
        let head = try #require(parseInnerRequest("GET / HTTP/1.1\r\nHost: h\r\n\r\n").head)
        var exchange = ExchangeStateMachine()
        exchange.requestBegan(head, at: time(0), wallTime: 0)
        exchange.awaitConnection(.connecting, at: time(0))
        exchange.awaitConnection(.securing, at: time(3))
        #expect(exchange.isCalling)
        #expect(exchange.deadline(Self.timeouts) == time(13))
        let expiry = exchange.timedOut(clientStalls: false, upstreamStalls: false, at: time(13))
        #expect(expiry == .failed(.refuse(.connectionTimeout, .failed(.connectionTimeout))))
        #expect(exchange.times.phases[.tls] == nil)
    }

    @Test("the client has the time of a head for its handshake, and counts as a caller in it")
    func intercepting() throws {
        var exchange = try connected()
        #expect(exchange.isCalling)
        #expect(exchange.deadline(Self.timeouts) == time(130))
        #expect(exchange.clientLeft(at: time(120), patience: 1_000) == CallEnd(.cancelled))
        exchange = try connected()
        #expect(exchange.timedOut(clientStalls: false, upstreamStalls: false, at: time(130)) == .close)
    }
}
