import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A limit that is reached", .timeLimit(.minutes(2)))
struct LimitsTests {
    private func expectRefused(_ answer: HTTPResponse) {
        #expect(answer.status == 503)
        #expect(answer["proxy-status"] == "venus; error=connection_limit_reached")
        #expect(answer["connection"] == "close")
    }

    @Test("of clients is answered 503 and recorded; whoever comes after one has left is served")
    func clients() async throws {
        try await withProxy(configuring: { $0.maximumClients = 2 }) { proxy, origin in
            let first = try proxy.client()
            let second = try proxy.client()
            #expect(try await first.get(origin.url()).status == 200)
            #expect(try await second.get(origin.url()).status == 200)
            let third = try proxy.client()
            expectRefused(try await third.get(origin.url("/refused")))
            #expect(try await third.readToEnd().isEmpty)
            #expect(try await first.get(origin.url()).status == 200)
            let refused = try await proxy.calls(4).first { $0.call.outcome != .success }
            #expect(refused?.call.errorType == .connectionLimitReached)
            #expect(refused?.operation.route == "/refused")
            #expect(origin.requests("/refused") == 0)
            first.close()
            try await eventually("a place") { try await proxy.client().get(origin.url()).status == 200 }
        }
    }

    @Test("of clients holds over all loops together")
    func loops() async throws {
        try await withProxy(configuring: {
            $0.loops = 4
            $0.maximumClients = 6
        }) { proxy, origin in
            var clients: [HTTPClient] = []
            var statuses: [Int: Int] = [:]
            for _ in 0..<24 {
                clients.append(try proxy.client())
                statuses[try await clients[clients.count - 1].get(origin.url()).status, default: 0] += 1
            }
            #expect(statuses == [200: 6, 503: 18])
            withExtendedLifetime(clients) {}
        }
    }

    @Test("of clients that send nothing: those too many are closed after a moment, and further ones wait until then")
    func silent() async throws {
        try await withProxy(configuring: {
            $0.maximumClients = 1
            $0.lingerTimeout = .milliseconds(200)
        }) { proxy, origin in
            let only = try proxy.client()
            #expect(try await only.get(origin.url()).status == 200)
            let silent = try (0..<100).map { _ in try proxy.connection() }
            expectRefused(try await proxy.client().get(origin.url()))
            for connection in silent { #expect(try await blocking { try connection.read() }.isEmpty) }
            #expect(try await only.get(origin.url()).status == 200)
        }
    }

    @Test("of one address leaves the others alone")
    func perAddress() async throws {
        try await withProxy(configuring: {
            $0.maximumClientsPerAddress = 2
            // Long enough for what follows, on a busy machine.
            $0.lingerTimeout = .seconds(20)
        }) { proxy, origin in
            let clients = [try proxy.client(), try proxy.client()]
            for client in clients { #expect(try await client.get(origin.url()).status == 200) }
            expectRefused(try await proxy.client().get(origin.url()))
            let other = try HTTPClient(port: proxy.port, from: "127.0.0.9")
            #expect(try await other.get(origin.url()).status == 200)
            // However many there are: 32 wait for their refusal, and the others are closed at once.
            let many = try (0..<100).map { _ in try proxy.client() }
            #expect(try await HTTPClient(port: proxy.port, from: "127.0.0.8").get(origin.url()).status == 200)
            for client in many.dropFirst(32) { #expect(try await client.readToEnd().isEmpty) }
            for client in many.prefix(32) { expectRefused(try await client.get(origin.url())) }
            let refused = try await proxy.calls(37).filter { $0.call.errorType == .connectionLimitReached }
            #expect(refused.count == 33)
            withExtendedLifetime(clients) {}
        }
    }

    private static let offer = "HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    private static let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    @Test("of tunnels holds for upgrades, which are refused before they go out")
    func upgrades() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write(Self.switching)
            _ = connection.readToEnd()
        }
        try await withProxy(configuring: { $0.maximumTunnels = 1 }) { proxy, other in
            let upgraded = try proxy.client()
            let offer = Array("GET \(origin.url()) \(Self.offer)".utf8)
            #expect(try await upgraded.raw(offer).status == 101)
            expectRefused(try await proxy.client().raw(offer))
            expectRefused(try await proxy.client().connect(other.authority))
            #expect(origin.accepted == 1)
            let refused = try await proxy.calls(3).filter { $0.call.outcome == .transportError }
            #expect(refused.map(\.call.errorType) == [.connectionLimitReached, .connectionLimitReached])
            #expect(try await proxy.client().get(other.url()).status == 200)
            upgraded.close()
            try await eventually("room for a tunnel") { try await proxy.client().raw(offer).status == 101 }
        }
    }

    @Test("of tunnels by the first of two upgrades under way refuses the other in the place of its 101")
    func upgradesUnderWay() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 103 Early Hints\r\n\r\n")
            // Until told to go on.
            _ = connection.read(1)
            connection.write(Self.switching)
            _ = connection.readToEnd()
        }
        try await withProxy(configuring: { $0.maximumTunnels = 1 }) { proxy, _ in
            let connections = [try proxy.connection(), try proxy.connection()]
            let heads = try await blocking {
                func head(_ connection: TCPConnection) throws -> String {
                    String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self)
                }
                for connection in connections {
                    try connection.write(
                        "POST \(origin.url()) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Content-Length: 1\r\n\r\n")
                    #expect(try head(connection).hasPrefix("HTTP/1.1 103"))
                }
                return try connections.map { connection in
                    try connection.write("x")
                    return try head(connection)
                }
            }
            #expect(heads[0].hasPrefix("HTTP/1.1 101"))
            #expect(heads[1].hasPrefix("HTTP/1.1 503"))
            #expect(heads[1].contains("error=connection_limit_reached"))
            try await eventually { origin.openConnections == 1 }
            withExtendedLifetime(connections) {}
        }
    }

    @Test("of connections to a dependency holds for the tunnels of all loops together")
    func tunnelsToOneDependency() async throws {
        try await withProxy(configuring: {
            $0.loops = 4
            $0.maximumConnectionsPerDependency = 6
            $0.connectTimeout = .milliseconds(300)
        }) { proxy, origin in
            var tunnels: [HTTPClient] = []
            var statuses: [Int: Int] = [:]
            for _ in 0..<9 {
                tunnels.append(try proxy.client())
                statuses[try await tunnels[tunnels.count - 1].connect(origin.authority).status, default: 0] += 1
            }
            #expect(statuses == [200: 6, 503: 3])
            for tunnel in tunnels { tunnel.close() }
            try await eventually("room for a tunnel") {
                try await proxy.client().connect(origin.authority).status == 200
            }
        }
    }

    @Test("of tunnels is answered 503 and recorded; requests that need none go on")
    func tunnels() async throws {
        try await withProxy(configuring: { $0.maximumTunnels = 1 }) { proxy, origin in
            let tunnel = try proxy.client()
            #expect(try await tunnel.connect(origin.authority).status == 200)
            expectRefused(try await proxy.client().connect(origin.authority))
            #expect(try await proxy.calls(1)[0].call.errorType == .connectionLimitReached)
            #expect(try await proxy.client().get(origin.url()).status == 200)
            tunnel.close()
            try await eventually("room for a tunnel") {
                try await proxy.client().connect(origin.authority).status == 200
            }
        }
    }
}
