import Testing
import VenusCore
import VenusProxy

@Suite("Exchanges in a tunnel")
struct TunnelExchangeTests {
    /// Start, time to first byte, duration, in milliseconds.
    private func times(_ exchange: EstimatedExchange) -> [Int] {
        [
            WatchedTunnel.milliseconds(exchange.start), exchange.phases[.ttfb].map { Int($0) / 1_000 } ?? -1,
            Int(exchange.duration) / 1_000,
        ]
    }

    @Test("are bursts of the client with what the dependency answers, each ended by the next")
    func keepAlive() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.wait(70)  // 100
        tunnel.client(150)
        tunnel.wait(30)
        tunnel.server(300)
        tunnel.wait(20)
        tunnel.server(16_401, 500)
        #expect(tunnel.exchanges.isEmpty)
        tunnel.wait(850)  // 1000
        tunnel.client(90)
        tunnel.wait(2)
        tunnel.client(400)
        #expect(tunnel.exchanges.map(times) == [[100, 30, 50]])
        #expect(tunnel.exchanges.map(\.bytes) == [.init(sent: 155, received: 17_216)])
        tunnel.wait(40)
        tunnel.server(120)
        tunnel.wait(2_001)
        #expect(tunnel.exchanges.map(times) == [[100, 30, 50], [1_000, 40, 42]])
        #expect(tunnel.exchanges.map(\.isReused) == [false, true])
        #expect(tunnel.exchanges.allSatisfy { $0.outcome == CallEnd(.unknown) })
    }

    @Test("close after two seconds of silence, and end at the dependency's last byte")
    func silence() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(1_000)
        tunnel.wait(1_990)
        tunnel.server(1_000)
        tunnel.wait(1_999)
        #expect(tunnel.exchanges.isEmpty)
        tunnel.wait(1)
        #expect(tunnel.exchanges.map(times) == [[30, 10, 2_000]])
    }

    @Test("wait for a slow answer as long as it takes")
    func slow() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(60_000)
        tunnel.server(1_000)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[30, 60_000, 60_000]])
    }

    @Test("do not begin with the tickets of a server, which cross the first request")
    func twoTickets() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(282)
        tunnel.server(282)
        tunnel.wait(140)
        tunnel.server(900)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 150, 150]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [905])
    }

    @Test("do not begin with a ticket that had to wait for the acknowledgement of the one before")
    func delayedTicket() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(282)
        tunnel.wait(41)
        tunnel.server(282)
        tunnel.wait(99)
        tunnel.server(900)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 150, 150]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [905])
    }

    @Test("do not begin with tickets that come one by one while a large request is on its way")
    func ticketsInUpload() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150, 16_401, 16_401)
        tunnel.wait(1)
        tunnel.client(16_401)
        tunnel.server(282)
        tunnel.wait(1)
        tunnel.client(16_401)
        tunnel.wait(1)
        tunnel.server(282)
        tunnel.client(9_000)
        tunnel.wait(30)
        tunnel.server(300)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 30, 33]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [305])
    }

    @Test("do not begin with tickets that come between a large request's fields and its body")
    func ticketsBeforeBody() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(1)
        tunnel.server(282)
        tunnel.client(16_401, 16_401)
        tunnel.wait(1)
        tunnel.server(282)
        tunnel.client(9_000)
        tunnel.wait(30)
        tunnel.server(300)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 30, 32]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [305])
    }

    @Test("do not begin with a single ticket that is followed by the response")
    func oneTicket() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(200)
        tunnel.wait(4_000)
        tunnel.server(900)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 4_010, 4_010]])
    }

    @Test("begin with what could be a ticket if nothing else follows, or if it came too late for one")
    func noTicket() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(200)
        tunnel.wait(11_000)
        #expect(tunnel.exchanges.map(times) == [[20, 10, 10]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [205])
        // Two round trips and 5 ms after the Finished.
        tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(26)
        tunnel.server(200)
        tunnel.wait(100)
        tunnel.server(300)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[20, 26, 126]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [510])
        // The client's next request shows that there was an answer.
        tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(200)
        tunnel.wait(50)
        tunnel.client(150)
        #expect(tunnel.exchanges.map(times) == [[20, 10, 10]])
    }

    @Test("are not begun by tickets that come before any request")
    func earlyTickets() {
        for tickets in [[200], [200, 200], [74, 74]] {
            var tunnel = WatchedTunnel.established13()
            tunnel.wait(10)
            for ticket in tickets { tunnel.server(ticket) }
            tunnel.wait(5_000)
            tunnel.client(150)
            tunnel.wait(8)
            tunnel.server(230)
            tunnel.wait(3_000)
            #expect(tunnel.exchanges.map(times) == [[5_030, 8, 8]])
        }
    }

    @Test("go on when the client is asked to send its body")
    func interim() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(42)
        tunnel.wait(5)
        tunnel.client(16_401, 300)
        tunnel.wait(50)
        tunnel.server(200)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[30, 50, 65]])
    }

    @Test("are not begun by alerts")
    func alerts() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(500)
        tunnel.wait(10)
        tunnel.client(19)
        tunnel.wait(10)
        tunnel.server(19)
        let ending = tunnel.end(.finished(by: .client))
        #expect(ending.isAnnounced)
        #expect(ending.end == .finished(by: .client))
        #expect(tunnel.exchanges.map(times) == [[30, 10, 10]])
    }

    @Test("of a side that announces its end come from it, though the other closes first")
    func announced() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(500)
        tunnel.client(19)
        tunnel.sideEnded(.dependency)
        let ending = tunnel.end(.finished(by: .dependency))
        #expect(ending.end == .finished(by: .client))
        #expect(ending.isAnnounced)
        // An answer to the other's plain end announces nothing.
        tunnel = WatchedTunnel.withTickets13()
        tunnel.sideEnded(.dependency)
        tunnel.client(19)
        let other = tunnel.end(.finished(by: .dependency))
        #expect(other.end == .finished(by: .dependency))
        #expect(!other.isAnnounced)
    }

    @Test("in TLS 1.2 begin at once, without tickets")
    func tls12() {
        var tunnel = WatchedTunnel.established12()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(200)
        tunnel.wait(10)
        tunnel.client(TLSBytes.record(21, 26))
        let ending = tunnel.end(.broken(by: .client))
        // Announced: what comes after is no error.
        #expect(ending.end == .finished(by: .client))
        #expect(ending.isAnnounced)
        #expect(tunnel.exchanges.map(times) == [[25, 10, 10]])
    }

    @Test(
        "that are cut off before an answer say by whom",
        arguments: [
            (TunnelEnd.finished(by: .dependency), CallEnd(.unknown, .connectionTerminated)),
            (.finished(by: .client), CallEnd.failed(.callerTimeout)),
            (.idle, CallEnd(.unknown, .connectionReadTimeout)), (.stopped, CallEnd(.cancelled)),
        ])
    func cutOff(end: TunnelEnd, expected: CallEnd) {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(1_000)
        tunnel.end(end)
        #expect(tunnel.exchanges.map(\.outcome) == [expected])
        #expect(tunnel.exchanges.map(times) == [[30, -1, 1_000]])
    }

    @Test("that the client leaves soon are cancelled, answered ones count as they are")
    func left() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(999)
        tunnel.end(.broken(by: .client))
        #expect(tunnel.exchanges.map(\.outcome) == [CallEnd(.cancelled)])
        tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(800)
        tunnel.end(.broken(by: .dependency))
        #expect(tunnel.exchanges.map(\.outcome) == [CallEnd(.unknown)])
    }

    @Test("end with either side: the client has left then, whatever still comes, and the dependency has answered")
    func sideEnds() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(1_500)
        tunnel.sideEnded(.client)
        #expect(tunnel.exchanges.map(\.outcome) == [.failed(.callerTimeout)])
        tunnel.wait(1_500)
        tunnel.server(800)
        tunnel.end(.finished(by: .client))
        #expect(tunnel.exchanges.map(times) == [[30, -1, 1_500]])

        tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(800)
        tunnel.sideEnded(.dependency)
        #expect(tunnel.exchanges.map(times) == [[30, 10, 10]])
        #expect(tunnel.exchanges.map(\.outcome) == [CallEnd(.unknown)])
    }

    @Test("a server that refuses the client's certificate says so first of all")
    func refusedCertificate() {
        var tunnel = WatchedTunnel.established13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(19)
        #expect(tunnel.end(.finished(by: .dependency)).end.errorType == .tlsAlertReceived)
        // Much later it is only the end of an idle connection.
        tunnel = WatchedTunnel.withTickets13()
        tunnel.wait(60_000)
        tunnel.server(19)
        let ending = tunnel.end(.finished(by: .dependency))
        #expect(ending.end.errorType == nil)
        #expect(ending.isAnnounced)
    }

    @Test("are followed through bulk that goes by unseen")
    func bulk() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(16_401, 16_401, 16_401, 16_401)
        tunnel.wait(5)
        tunnel.unseen(10_000_000, from: .dependency)
        tunnel.wait(5)
        tunnel.server([UInt8](repeating: 0xC7, count: 300))
        tunnel.wait(500)
        tunnel.client(150)
        #expect(tunnel.exchanges.map(times) == [[30, 10, 20]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [10_065_924])
        // In step again with the next response, whose end is an alert.
        tunnel.wait(10)
        tunnel.server(300)
        tunnel.wait(10)
        tunnel.server(19)
        #expect(tunnel.end(.finished(by: .dependency)).isAnnounced)
        #expect(tunnel.exchanges.map(times).last == [550, 10, 10])
    }

    @Test("are told from uploads that go by unseen")
    func upload() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150, 16_401, 16_401, 16_401)
        tunnel.wait(10)
        tunnel.unseen(5_000_000, from: .client)
        tunnel.wait(10)
        tunnel.client([UInt8](repeating: 0xC7, count: 5_000))
        tunnel.wait(30)
        tunnel.server(200)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[30, 30, 50]])
        #expect(tunnel.exchanges.map(\.bytes.sent) == [5_054_373])
    }

    @Test("are not made of what a server sends without being asked")
    func unasked() {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(180)
        for _ in 0..<3 {
            #expect(tunnel.observer.makesExchanges)
            tunnel.wait(3_000)
            tunnel.server(60)
        }
        #expect(!tunnel.observer.makesExchanges)
        tunnel.client(40)
        tunnel.wait(5)
        tunnel.server(40)
        tunnel.wait(5_000)
        #expect(tunnel.exchanges.count == 1)
    }
}
