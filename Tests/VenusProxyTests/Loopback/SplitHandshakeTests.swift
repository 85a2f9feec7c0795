import Dispatch
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A TLS handshake in pieces", .timeLimit(.minutes(2)))
struct SplitHandshakeTests {
    @Test("has its server name recorded, also behind a key share that fills a segment")
    func clientHello() async throws {
        let keyShare = TLSBytes.extensionField(51, [UInt8](repeating: 5, count: 1_300))
        let hello = WatchedTunnel.clientHello(name: "api.example", more: keyShare)
        let pieces = [hello[..<1], hello[1..<7], hello[7..<90], hello[90..<900], hello[900...]].map(Array.init)
        let arrived = DispatchSemaphore(value: 0)
        let origin = try ScriptedOrigin { connection in
            for piece in pieces where connection.read(piece.count) == piece { arrived.signal() }
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            #expect(try await client.connect("127.0.0.1:\(origin.port)").status == 200)
            try await blocking {
                for piece in pieces {
                    try client.connection.write(piece)
                    guard arrived.wait(timeout: .now() + 10) == .success else { throw TestFailure("no such piece") }
                }
            }
            #expect(try await client.readToEnd().isEmpty)
            client.close()
            _ = try await proxy.ends(1)
            #expect(proxy.tunnels.map(\.operation.route) == ["api.example"])
            #expect(proxy.tunnels.map(\.call.errorType) == [.connectionTerminated])
        }
    }

    @Test("is understood where early data comes between the pieces of the server's hello")
    func serverHello() async throws {
        let hello = WatchedTunnel.clientHello(more: TLSBytes.extensionField(42, []))
        let answer = WatchedTunnel.serverHello13() + [42, 839, 281, 69].flatMap { TLSBytes.record(23, $0) }
        let (first, rest) = (Array(answer[..<30]), Array(answer[30...]))
        let early = TLSBytes.record(23, 200)
        let origin = try ScriptedOrigin { connection in
            connection.read(hello.count)
            connection.write(first)
            connection.read(early.count)
            connection.write(rest)
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            #expect(try await client.connect("127.0.0.1:\(origin.port)").status == 200)
            let returned = try await blocking {
                var returned: [UInt8] = []
                try client.connection.write(hello)
                _ = try client.connection.read(exactly: first.count) { returned += $0 }
                try client.connection.write(early)
                _ = try client.connection.read(exactly: rest.count) { returned += $0 }
                return returned
            }
            #expect(returned == answer)
            client.close()
            _ = try await proxy.ends(1)
            #expect(proxy.tunnels.map(\.operation.networkProtocol) == ["tls/1.3"])
        }
    }
}
