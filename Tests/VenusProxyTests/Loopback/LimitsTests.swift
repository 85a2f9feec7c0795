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
        try await withProxy(configuring: { $0.maximumClientsPerAddress = 2 }) { proxy, origin in
            let clients = [try proxy.client(), try proxy.client()]
            for client in clients { #expect(try await client.get(origin.url()).status == 200) }
            expectRefused(try await proxy.client().get(origin.url()))
            let other = try HTTPClient(port: proxy.port, from: "127.0.0.9")
            #expect(try await other.get(origin.url()).status == 200)
            // However many there are.
            let many = try (0..<100).map { _ in try proxy.connection() }
            #expect(try await HTTPClient(port: proxy.port, from: "127.0.0.8").get(origin.url()).status == 200)
            withExtendedLifetime((clients, many)) {}
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
