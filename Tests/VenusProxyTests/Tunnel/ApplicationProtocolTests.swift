import Testing
import VenusCore
import VenusProxy

@Suite("The protocol inside TLS 1.3")
struct ApplicationProtocolTests {
    private static let both = ["h2", "http/1.1"]

    @Test(
        "shows in the length of the server's EncryptedExtensions",
        arguments: [
            (23, NetworkProtocol.tls13), (27, .tls13), (32, .tls13HTTP2), (36, .tls13HTTP2), (38, .tls13HTTP11),
            (42, .tls13HTTP11),
        ])
    func extensions(length: Int, expected: NetworkProtocol) {
        let tunnel = WatchedTunnel.established13(offering: Self.both, extensionsBytes: length)
        #expect(tunnel.calls.map(\.networkProtocol) == [expected])
        #expect(tunnel.observer.makesExchanges == (expected != .tls13HTTP2))
    }

    @Test("is HTTP/2 when the server's first word is as short as SETTINGS")
    func settings() {
        var tunnel = WatchedTunnel.established13(offering: Self.both, extensionsBytes: 2_900, joined: true)
        #expect(tunnel.calls.isEmpty)
        tunnel.client(81)
        tunnel.client(60)
        tunnel.wait(10)
        tunnel.server(57)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13HTTP2])
        #expect(tunnel.calls.map(\.handshake) == [20_000])
        tunnel.server(900)
        tunnel.wait(5_000)
        #expect(tunnel.exchanges.isEmpty)
    }

    @Test("is HTTP/2 when SETTINGS come with the server's handshake, or the client acknowledges them")
    func earlySettings() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello(Self.both))
        tunnel.wait(10)
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(2_900, 62)
        tunnel.client(69)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13HTTP2])

        tunnel = WatchedTunnel.established13(offering: Self.both, extensionsBytes: 2_900, joined: true)
        tunnel.client(64, 26)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13HTTP2])
    }

    @Test("is HTTP/1.1 when the server's first word is longer")
    func response() {
        var tunnel = WatchedTunnel.established13(offering: Self.both, extensionsBytes: 2_900, joined: true)
        tunnel.client(120)
        tunnel.wait(10)
        tunnel.server(250, 250)
        #expect(tunnel.calls.isEmpty)
        tunnel.wait(90)
        tunnel.server(900)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13HTTP11])
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(\.duration) == [100_000])
    }

    @Test("is not waited for longer than two seconds")
    func undecided() {
        var tunnel = WatchedTunnel.established13(offering: Self.both, extensionsBytes: 2_900, joined: true)
        tunnel.wait(1_999)
        #expect(tunnel.calls.isEmpty)
        tunnel.wait(1)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13])
        #expect(tunnel.calls.map(\.handshake) == [20_000])
        // Exchanges or not is still open.
        tunnel.client(81)
        tunnel.server(57)
        #expect(!tunnel.observer.makesExchanges)
        #expect(tunnel.calls.count == 1)
    }

    @Test("is no request and response where the client offers something else")
    func others() {
        let tunnel = WatchedTunnel.established13(offering: ["mqtt"], extensionsBytes: 34)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13])
        #expect(!tunnel.observer.makesExchanges)
    }

    @Test("is taken for requests and responses where the client offers nothing")
    func unnamed() {
        let tunnel = WatchedTunnel.established13(offering: [], extensionsBytes: 27)
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13])
        #expect(tunnel.observer.makesExchanges)
    }
}
