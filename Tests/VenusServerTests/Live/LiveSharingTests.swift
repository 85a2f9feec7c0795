import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

/// Each encoding of a view of calls that begins anew draws an epoch at random: who has the same epoch has the same one.
@Suite("What subscribers of one view share")
struct LiveSharingTests {
    private static func call(_ number: Int) -> RecentCall {
        RecentCall(
            key: .operation("GET /", service: "shop", dependency: "db:1", environment: "production"), instance: "one",
            call: Call(
                operation: 0, start: 1_000_000_000_000 + Int64(number) * 1_000, duration: 500, outcome: .success,
                status: 200))
    }

    private static func subscribe(_ sockets: [WebSocketClient], limit: Int) throws {
        for socket in sockets {
            try socket.send(#"{"type":"subscribe","topic":"calls","filter":{"limit":"\#(limit)"}}"#)
        }
    }

    /// The next message of this type, as it came, of each.
    private static func texts(_ type: String, _ sockets: [WebSocketClient]) async throws -> [String] {
        var texts: [String] = []
        for socket in sockets {
            var text = try await socket.next()
            while try JSONValue(text)["type"].string != type { text = try await socket.next() }
            texts.append(text)
        }
        return texts
    }

    @Test("all subscribers of a view get one encoding, however they come; those of another view get another")
    func shared() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            var sockets: [WebSocketClient] = []
            for _ in 0..<60 { sockets.append(try await server.live(token: token)) }
            let others = Array(sockets.suffix(10))
            sockets.removeLast(10)
            // At once, so that many ask for what nobody has encoded yet.
            try Self.subscribe(sockets, limit: 10)
            try Self.subscribe(others, limit: 20)
            let first = Set(try await Self.texts("snapshot", sockets))
            let other = Set(try await Self.texts("snapshot", others))
            #expect(first.count == 1 && other.count == 1)
            let epoch = try JSONValue(try #require(first.first))["epoch"]
            let otherEpoch = try JSONValue(try #require(other.first))["epoch"]
            #expect(epoch.int != nil && otherEpoch != epoch)
            for number in 1...5 {
                var tick = frame([(edge("shop", "db:1"), totals(success: number))], at: 1_000_000 + Int64(number))
                tick.recentCalls.last = [Self.call(number)]
                server.feed.publish(tick)
                let updates = Set(try await Self.texts("update", sockets))
                #expect(updates.count == 1)
                let update = try JSONValue(try #require(updates.first))
                #expect(update["epoch"] == epoch && update["seq"].int == number)
            }
        }
    }
}
