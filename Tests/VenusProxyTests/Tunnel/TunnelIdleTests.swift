import Testing
import VenusProxy

@Suite("A tunnel in which nothing is under way")
struct TunnelIdleTests {
    @Test("is one in which nothing was said, and no other without TLS")
    func withoutTLS() {
        var tunnel = WatchedTunnel()
        #expect(tunnel.observer.isIdle)
        tunnel.server(Array("220 ready\r\n".utf8))
        #expect(!tunnel.observer.isIdle)
        tunnel = WatchedTunnel()
        tunnel.client(Array("GET / HTTP/1.1\r\n".utf8))
        #expect(!tunnel.observer.isIdle)
    }

    @Test("is not one whose handshake goes on, or whose first answer is awaited behind the server's tickets")
    func firstAnswer() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        #expect(!tunnel.observer.isIdle)
        tunnel = .established13()
        #expect(tunnel.observer.isIdle)
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(282, 282)
        tunnel.wait(60_000)
        #expect(!tunnel.observer.isIdle)
        tunnel.server(1_000)
        tunnel.wait(1_999)
        #expect(!tunnel.observer.isIdle)
        tunnel.wait(1)
        #expect(tunnel.observer.isIdle)
    }

    @Test("is not one whose only answer may have been a ticket")
    func oneTicket() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(282)
        tunnel.wait(30_000)
        #expect(tunnel.exchanges.count == 1)
        #expect(!tunnel.observer.isIdle)
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(1_000)
        tunnel.wait(2_000)
        #expect(tunnel.observer.isIdle)
    }

    @Test("is not one whose dependency has gone on after a long silence")
    func streamed() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        for _ in 0..<2 {
            tunnel.server(1_000)
            tunnel.wait(1_500)
            #expect(!tunnel.observer.isIdle)
        }
        tunnel.wait(500)
        #expect(tunnel.observer.isIdle)
        tunnel.server(1_000)
        tunnel.wait(60_000)
        #expect(!tunnel.observer.isIdle)
    }

    @Test("is never one with HTTP/2")
    func http2() {
        var tunnel = WatchedTunnel.established13(offering: ["h2", "http/1.1"], extensionsBytes: 32)
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(60)
        tunnel.wait(60_000)
        #expect(!tunnel.observer.isIdle)
    }
}
