import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A loop with many events at a time", .timeLimit(.minutes(2)))
struct BusyTests {
    @Test("answers every client with its own response, and records each call once", arguments: [true, false])
    func everybody(usesRing: Bool) async throws {
        try await withProxy(configuring: { $0.usesRing = usesRing }) { proxy, origin in
            let (clients, rounds) = (48, 25)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<clients {
                    let client = try proxy.client()
                    group.addTask {
                        for round in 0..<rounds {
                            // Those that can be sent twice, those that cannot, and those that are not short.
                            let size = (number * rounds + round) % 7 == 0 ? 20_000 : number + 1
                            if round % 3 == 0 {
                                let sent = try await client.request("POST", origin.url("/hash"), bodySize: size)
                                #expect(sent.text == BodyPattern.checksum(size))
                            } else {
                                let received = try await client.get(origin.url("/bytes/\(size)"))
                                #expect(received.bodyChecksum == BodyPattern.checksum(size))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let calls = try await proxy.calls(clients * rounds)
            #expect(calls.count == clients * rounds)
            #expect(calls.allSatisfy { $0.call.outcome == .success })
            #expect(calls.allSatisfy { ($0.call.phases[.ttfb] ?? 0) <= $0.call.duration })
        }
    }

    @Test("tries again where connections to the dependency are over", arguments: [true, false])
    func closing(usesRing: Bool) async throws {
        try await withProxy(configuring: { $0.usesRing = usesRing }) { proxy, origin in
            let (clients, rounds) = (32, 12)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<clients {
                    group.addTask {
                        var client = try proxy.client()
                        for round in 0..<rounds {
                            // Every third ends the connection behind its response.
                            let path = round % 3 == 2 ? "/close/100" : "/bytes/100"
                            let received = try await client.get(origin.url(path))
                            #expect(received.bodyChecksum == BodyPattern.checksum(100))
                            if path == "/close/100" { client = try proxy.client() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let calls = try await proxy.calls(clients * rounds)
            #expect(calls.count == clients * rounds)
            #expect(calls.allSatisfy { $0.call.outcome == .success })
        }
    }
}
