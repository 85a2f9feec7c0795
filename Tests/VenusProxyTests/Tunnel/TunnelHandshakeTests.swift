import Testing
import TestSupport
import VenusCore
import VenusProxy

@Suite("A TLS handshake through a tunnel")
struct TunnelHandshakeTests {
    @Test("of TLS 1.3 ends with the client's Finished")
    func tls13() throws {
        let tunnel = WatchedTunnel.established13()
        let call = try #require(tunnel.calls.first)
        #expect(call.end == CallEnd(.success))
        #expect(call.handshake == 20_000)
        #expect(WatchedTunnel.milliseconds(call.time) == 20)
        #expect(call.networkProtocol == .tls13HTTP11)
        #expect(tunnel.serverName == "localhost")
        #expect(tunnel.calls.count == 1)
        #expect(tunnel.exchanges.isEmpty)
    }

    @Test("of TLS 1.2 ends with the later Finished", arguments: [[], ["http/1.1"], ["h2"]])
    func tls12(protocols: [String]) throws {
        let tunnel = WatchedTunnel.established12(protocols)
        let call = try #require(tunnel.calls.first)
        #expect(call.handshake == 25_000)
        let expected: NetworkProtocol =
            protocols.isEmpty ? .tls12 : protocols == ["h2"] ? .tls12HTTP2 : .tls12HTTP11
        #expect(call.networkProtocol == expected)
        #expect(tunnel.observer.makesExchanges == (protocols != ["h2"]))
    }

    @Test("that goes on with a session of before is shorter")
    func resumed12() throws {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.wait(10)
        tunnel.server(WatchedTunnel.serverHello12([]) + TLSBytes.record(20, 1) + TLSBytes.record(22, 40))
        #expect(tunnel.calls.isEmpty)
        tunnel.wait(10)
        tunnel.client(TLSBytes.record(20, 1) + TLSBytes.record(22, 40) + TLSBytes.record(23, 100))
        #expect(tunnel.calls.map(\.handshake) == [20_000])
        tunnel.wait(5)
        tunnel.server(400)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.count == 1)
    }

    @Test("may need a second ClientHello")
    func retried() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.wait(10)
        let retry = TLSBytes.serverHello(random: TLSBytes.retryRandom, TLSBytes.extensionField(43, [3, 4]))
        tunnel.server(TLSBytes.record(22, TLSBytes.message(2, retry)))
        tunnel.wait(10)
        tunnel.client(TLSBytes.record(20, 1) + WatchedTunnel.clientHello())
        tunnel.wait(10)
        tunnel.server(TLSBytes.record(20, 1) + WatchedTunnel.serverHello13() + TLSBytes.record(23, 42))
        tunnel.server(839, 281, 69)
        tunnel.wait(10)
        tunnel.client(69)
        #expect(tunnel.calls.map(\.handshake) == [40_000])
    }

    @Test("is seen whatever the segments", arguments: [1, 2, 3, 7, 100, 600])
    func segments(size: Int) {
        var tunnel = WatchedTunnel()
        func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
            stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min(bytes.count, $0 + size)]) }
        }
        let flight = [42, 839, 281, 69].flatMap { TLSBytes.record(23, $0) }
        for piece in pieces(WatchedTunnel.clientHello()) { tunnel.client(piece) }
        for piece in pieces(WatchedTunnel.serverHello13() + flight) { tunnel.server(piece) }
        #expect(tunnel.calls.isEmpty)
        tunnel.wait(1)
        for piece in pieces(TLSBytes.record(20, 1) + TLSBytes.record(23, 69)) { tunnel.client(piece) }
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13HTTP11])
        for piece in pieces(TLSBytes.record(23, 100)) { tunnel.client(piece) }
        for piece in pieces(TLSBytes.record(23, 5_000)) { tunnel.server(piece) }
        tunnel.wait(5_000)
        // Of a header that was cut, the first part is not counted with its record.
        #expect(tunnel.exchanges.map { (101...105).contains($0.bytes.sent) } == [true])
        #expect(tunnel.exchanges.map { (5_001...5_005).contains($0.bytes.received) } == [true])
    }

    @Test("with a certificate of the client's ends with its Finished as well")
    func clientCertificate() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 150, 839, 281, 69)
        tunnel.wait(3)
        tunnel.client(820, 281, 69)
        #expect(tunnel.calls.map(\.handshake) == [3_000])
        // Its request is none of it.
        tunnel.client(150)
        tunnel.wait(2)
        tunnel.server(500)
        tunnel.wait(11_000)
        #expect(tunnel.exchanges.count == 1)
        // A signature in one record with the Finished, and a client that has no certificate.
        for flight in [[820, 281 - 17 + 69], [69 + 8], [25, 69]] {
            tunnel = WatchedTunnel()
            tunnel.client(WatchedTunnel.clientHello())
            tunnel.server(WatchedTunnel.serverHello13())
            tunnel.server(42, 150, 839, 281, 69)
            tunnel.wait(3)
            for length in flight { tunnel.client(length) }
            #expect(tunnel.calls.map(\.handshake) == [3_000], "\(flight)")
        }
        // All in one record, what follows shows that it was the last.
        tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 150, 839, 281, 69)
        tunnel.wait(3)
        tunnel.client(1_150)
        tunnel.wait(1)
        tunnel.client(150)
        #expect(tunnel.calls.map(\.handshake) == [3_000])
        tunnel.wait(10)
        tunnel.server(282)
        tunnel.server(282)
        tunnel.wait(10)
        tunnel.server(500)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(\.bytes) == [.init(sent: 155, received: 505)])
        tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 150, 839, 281, 69)
        tunnel.wait(3)
        tunnel.client(1_150)
        #expect(tunnel.calls.isEmpty)
        tunnel.wait(3)
        tunnel.server(282)
        #expect(tunnel.calls.map(\.handshake) == [3_000])
    }

    @Test("ends with the client's Finished though the client pads its records", arguments: [[85], [93], [556, 150]])
    func padded(flight: [Int]) {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 150, 839, 281, 69)
        tunnel.wait(3)
        for length in flight { tunnel.client(length) }
        #expect(tunnel.calls.map(\.handshake) == [3_000])
        if flight.count == 1 { tunnel.client(150) }
        // The ticket of a server that puts the whole session into it.
        tunnel.wait(2)
        tunnel.server(1_119)
        tunnel.wait(40)
        tunnel.server(111, 1_033)
        for _ in 0..<2 {
            tunnel.wait(10)
            tunnel.client(150)
            tunnel.wait(40)
            tunnel.server(1_119)
        }
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(\.bytes.received) == [111 + 1_033 + 10, 1_124, 1_124])
        tunnel.client(flight.count == 1 ? 35 : 19)
        #expect(tunnel.end(.finished(by: .client)).isAnnounced)
        #expect(tunnel.exchanges.count == 3)
    }

    @Test("may be accompanied by early data, whose exchange begins with its end")
    func earlyData() {
        func handshake(_ flight: [Int]) -> WatchedTunnel {
            var tunnel = WatchedTunnel()
            tunnel.client(WatchedTunnel.clientHello(more: TLSBytes.extensionField(42, [])))
            tunnel.client(TLSBytes.record(20, 1) + TLSBytes.record(23, 217))
            tunnel.wait(10)
            tunnel.server(WatchedTunnel.serverHello13(TLSBytes.extensionField(41, [0, 0])))
            for length in flight { tunnel.server(length) }
            tunnel.wait(10)
            tunnel.client(21, 69)
            return tunnel
        }
        // EncryptedExtensions and Finished apart and in one record; then a new ticket, and the answer.
        for flight in [[46, 69], [98]] {
            var tunnel = handshake(flight)
            #expect(tunnel.calls.map(\.handshake) == [20_000])
            tunnel.wait(10)
            tunnel.server(282)
            tunnel.wait(20)
            tunnel.server(900)
            tunnel.wait(1_000)
            tunnel.client(150)
            tunnel.wait(10)
            tunnel.server(900)
            tunnel.wait(3_000)
            #expect(tunnel.exchanges.map { WatchedTunnel.milliseconds($0.start) } == [20, 1_050])
            #expect(tunnel.exchanges.map(\.phases[.ttfb]) == [30_000, 10_000])
            #expect(
                tunnel.exchanges.map(\.bytes) == [.init(sent: 222, received: 905), .init(sent: 155, received: 905)])
        }
        // Answered before the client's Finished: it was over with the handshake.
        var tunnel = handshake([46, 69, 900])
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(900)
        tunnel.wait(11_000)
        #expect(tunnel.exchanges.map(\.bytes.sent) == [155])
        // Sent once more, because the dependency did not take it; or never answered.
        tunnel = handshake([46, 69])
        tunnel.client(150)
        tunnel.wait(10)
        tunnel.server(900)
        tunnel.wait(11_000)
        #expect(tunnel.exchanges.count == 1)
        tunnel = handshake([46, 69])
        tunnel.wait(3_000)
        tunnel.end(.finished(by: .client))
        #expect(tunnel.exchanges.isEmpty)
    }

    @Test(
        "fails with the client's alert about a certificate",
        arguments: [(42, ErrorType.tlsCertificateError), (48, .tlsCertificateError), (40, .tlsProtocolError)])
    func clientAlert(description: Int, errorType: ErrorType) {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 839, 281, 69)
        tunnel.client(TLSBytes.record(21, [2, UInt8(description)]))
        #expect(tunnel.calls.map(\.end) == [.failed(errorType)])
        // Nothing more comes of it.
        tunnel.end(.finished(by: .client))
        #expect(tunnel.calls.count == 1)
    }

    @Test("fails with an encrypted alert in the place of the client's Finished")
    func encryptedAlert() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 839, 281, 69)
        tunnel.client(TLSBytes.record(20, 1) + TLSBytes.record(23, 19))
        #expect(tunnel.calls.map(\.end) == [.failed(.tlsCertificateError)])
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls13])
    }

    @Test("fails with an alert of the server's, but not with a warning")
    func serverAlert() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(TLSBytes.record(21, [1, 112]))
        #expect(tunnel.calls.isEmpty)
        tunnel.server(TLSBytes.record(21, [2, 40]))
        #expect(tunnel.calls.map(\.end) == [.failed(.tlsAlertReceived)])
        #expect(tunnel.calls.map(\.networkProtocol) == [.tls])
    }

    @Test("fails when the dependency answers with something else")
    func notTLS() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.server(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        #expect(tunnel.calls.map(\.end) == [.failed(.tlsProtocolError)])
    }

    @Test(
        "that is broken off says by whom",
        arguments: [
            (TunnelEnd.finished(by: .dependency), 10, CallEnd.failed(.connectionTerminated)),
            (.broken(by: .dependency), 10, .failed(.connectionTerminated)),
            (.finished(by: .client), 10, CallEnd(.cancelled)), (.broken(by: .client), 999, CallEnd(.cancelled)),
            (.finished(by: .client), 1_000, .failed(.callerTimeout)), (.idle, 10, .failed(.connectionReadTimeout)),
            (.stopped, 10, CallEnd(.cancelled)),
        ])
    func brokenOff(end: TunnelEnd, after milliseconds: Int, expected: CallEnd) {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.wait(milliseconds)
        tunnel.end(end)
        #expect(tunnel.calls.map(\.end) == [expected])
    }

    @Test("that the client drops at its own turn was not slow")
    func clientTurn() {
        var tunnel = WatchedTunnel()
        tunnel.client(WatchedTunnel.clientHello())
        tunnel.wait(5)
        tunnel.server(WatchedTunnel.serverHello13())
        tunnel.server(42, 839, 281, 69)
        tunnel.wait(5_000)
        tunnel.end(.finished(by: .client))
        #expect(tunnel.calls.map(\.end) == [CallEnd(.cancelled)])
    }

    @Test("is none where the client or the server begins with something else")
    func opaque() {
        for bytes in ["SSH-2.0-x\r\n", "GET / HTTP/1.1\r\n\r\n", "\u{16}x"] {
            var tunnel = WatchedTunnel()
            tunnel.client(Array(bytes.utf8))
            #expect(tunnel.observer.isOpaque)
            #expect(!tunnel.observer.makesExchanges)
        }
        var tunnel = WatchedTunnel()
        tunnel.server(Array("220 mail\r\n".utf8))
        #expect(tunnel.observer.isOpaque)
        tunnel.end(.finished(by: .client))
        #expect(tunnel.calls.isEmpty)
    }

    @Test("of any bytes is seen or not, and nothing else", arguments: 0..<4)
    func hostile(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            var tunnel = WatchedTunnel()
            var pieces: [(isClient: Bool, bytes: [UInt8])] = [
                (true, WatchedTunnel.clientHello(["h2", "http/1.1"])),
                (false, WatchedTunnel.serverHello13() + TLSBytes.record(23, 42) + TLSBytes.record(23, 69)),
                (true, TLSBytes.record(23, 69) + TLSBytes.record(23, 100)), (false, TLSBytes.record(23, 282)),
                (false, TLSBytes.record(23, 282)), (false, TLSBytes.record(23, 900)), (true, TLSBytes.record(23, 80)),
                (true, TLSBytes.record(23, 19)), (false, TLSBytes.record(21, 2)),
            ]
            for _ in 0..<(random.next() % 4) {
                let piece = Int(random.next() % UInt64(pieces.count))
                let place = Int(random.next() % UInt64(pieces[piece].bytes.count))
                pieces[piece].bytes[place] = UInt8(truncatingIfNeeded: random.next())
                if random.next() % 4 == 0 { pieces.swapAt(piece, 0) }
            }
            for piece in pieces {
                if piece.isClient { tunnel.client(piece.bytes) } else { tunnel.server(piece.bytes) }
                if random.next() % 5 == 0 { tunnel.unseen(Int(random.next() % 70_000), from: .dependency) }
                tunnel.wait(Int(random.next() % 3_000))
            }
            tunnel.end(.finished(by: .client))
            #expect(tunnel.calls.count <= 1)
            #expect(tunnel.exchanges.allSatisfy { $0.end >= $0.start })
        }
    }
}
