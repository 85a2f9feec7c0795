import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("The topic calls of the live socket")
struct LiveCallsTests {
    /// One that ends `number` milliseconds after a fixed time.
    private static func call(_ number: Int, service: String = "shop", operation: String = "GET /a/*") -> RecentCall {
        RecentCall(
            key: .operation(operation, service: service, dependency: "db:1", environment: "production"),
            instance: "one",
            call: Call(
                operation: 0, start: 1_000_000_000_000 + Int64(number) * 1_000, duration: 500, outcome: .success,
                status: 200))
    }

    private static func publish(
        last: [RecentCall], failed: [RecentCall] = [], at: Int64, shard: Int = 0, to server: RunningServer
    ) {
        var one = frame([(edge("shop", "db:1"), totals(success: 3))], shard: shard, at: 1_000_000 + at)
        one.recentCalls.last = last
        one.recentCalls.failed = failed
        server.feed.publish(one)
    }

    private static func subscription(_ filter: String = "{}", since: JSONValue? = nil) -> String {
        let since = since.map { #","since":{"epoch":\#($0["epoch"].int!),"seq":\#($0["seq"].int!)}"# } ?? ""
        return #"{"type":"subscribe","topic":"calls","filter":\#(filter)\#(since)}"#
    }

    /// Milliseconds after the fixed time, of each call.
    private static func numbers(_ calls: JSONValue) -> [Int64] {
        calls.array.map { (Timestamp.milliseconds($0["at"].string ?? "") ?? 0) - 1_000_000_000 }
    }

    @Test("a snapshot of the lists, then each call that comes into any of them, once, the first to end first")
    func follow() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            Self.publish(last: [Self.call(1)], at: 1, to: server)
            try await eventually(holds: {
                try await server.get("/api/v1/calls", token: token)["last"].array.count == 1
            })
            let socket = try await server.live(token: token)
            try socket.send(Self.subscription())
            let snapshot = try await socket.next { $0["type"].string == "snapshot" }
            #expect(snapshot["filter"] == .object([:]))
            #expect(snapshot["data"].names == ["at", "failed", "last", "slowest"])
            #expect(Self.numbers(snapshot["data"]["last"]) == [1])
            // A failed call is in two lists; the first is no news any more.
            Self.publish(last: [3, 2, 1].map { Self.call($0) }, failed: [Self.call(3)], at: 2, to: server)
            let first = try await socket.next { $0["type"].string == "update" }
            #expect(first["data"].names == ["at", "calls"])
            #expect(Self.numbers(first["data"]["calls"]) == [2, 3])
            #expect(first["from"].int == snapshot["seq"].int && first["seq"].int == first["from"].int! + 2)
            // Without a new call there is nothing to tell; what left a list does not come again.
            Self.publish(last: [Self.call(3)], failed: [Self.call(3)], at: 3, to: server)
            Self.publish(last: [4, 3].map { Self.call($0) }, failed: [Self.call(3)], at: 4, to: server)
            let second = try await socket.next { $0["type"].string == "update" }
            #expect(Self.numbers(second["data"]["calls"]) == [4])
            #expect(second["from"] == first["seq"] && second["epoch"] == first["epoch"])
        }
    }

    @Test("only what the filter lets through, of every shard")
    func filters() async throws {
        try await withServer { server in
            let socket = try await server.live(token: try await server.signIn())
            try socket.send(Self.subscription(#"{"service":"cart","operation":"GET /b"}"#))
            let snapshot = try await socket.next { $0["type"].string == "snapshot" }
            #expect(snapshot["filter"] == .object(["service": .string("cart"), "operation": .string("GET /b")]))
            let calls = [
                Self.call(4, service: "cart", operation: "GET /b"), Self.call(3, service: "cart"),
                Self.call(2, operation: "GET /b"), Self.call(1, service: "cart", operation: "GET /b"),
            ]
            Self.publish(last: calls, at: 1, to: server)
            let update = try await socket.next { $0["type"].string == "update" }
            #expect(Self.numbers(update["data"]["calls"]) == [1, 4])
            Self.publish(last: [Self.call(9, service: "cart", operation: "GET /b")], at: 2, shard: 1, to: server)
            let other = try await socket.next { $0["type"].string == "update" }
            #expect(Self.numbers(other["data"]["calls"]) == [9])
            #expect(other["from"] == update["seq"])
        }
    }

    @Test("many at once come in several updates; who returns gets those that were missed, or the whole")
    func since() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let stays = try await server.live(token: token)
            try stays.send(Self.subscription())
            let snapshot = try await stays.next { $0["type"].string == "snapshot" }
            let all = (1...250).map { Self.call($0) }
            Self.publish(last: all.suffix(100), failed: Array(all.prefix(150)), at: 1, to: server)
            var updates: [JSONValue] = []
            for _ in 0..<3 { updates.append(try await stays.next { $0["type"].string == "update" }) }
            #expect(updates.map { $0["data"]["calls"].array.count } == [100, 100, 50])
            #expect(updates.flatMap { Self.numbers($0["data"]["calls"]) } == Array(1...250))
            #expect(updates[2]["seq"].int == snapshot["seq"].int! + 250)

            stays.close()
            let returns = try await server.live(token: token)
            try returns.send(Self.subscription(since: updates[0]))
            for update in updates.dropFirst() {
                #expect(try await returns.next { $0["topic"].string == "calls" } == update)
            }
            try returns.send(Self.subscription(#"{"limit":"1"}"#, since: updates[0]))
            let whole = try await returns.next { $0["filter"]["limit"].string == "1" }
            #expect(whole["type"].string == "snapshot" && whole["epoch"] != snapshot["epoch"])
            #expect(Self.numbers(whole["data"]["last"]) == [250])
        }
    }

    @Test("a client that does not read is told how many calls it did not get, and no call is skipped in silence")
    func gap() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let quick = try await server.live(token: token)
            try quick.send(Self.subscription())
            _ = try await quick.next { $0["type"].string == "snapshot" }
            let slow = try await RawWebSocket(port: server.port, token: token)
            try slow.send(Self.subscription())
            // Once it has its snapshot. A tick is some 300 kB: a few dozen are more than the sockets' buffers hold.
            var position = try await slow.message()
            while position["type"].string != "snapshot" { position = try await slow.message() }
            let name = "GET /" + String(repeating: "x", count: 3_000)
            let (ticks, each) = (60, 100)
            for tick in 0..<ticks {
                let calls = (tick * each..<(tick + 1) * each).map { Self.call($0, operation: name) }
                Self.publish(last: calls, at: Int64(1 + tick), to: server)
                let update = try await quick.next { $0["type"].string == "update" }
                #expect(update["data"]["calls"].array.count == each)
            }
            let checker = try SchemaChecker(AsyncAPI.document)
            var told: [Int64] = []
            var dropped = 0
            while told.count + dropped < ticks * each {
                let message = try await slow.message()
                guard ["gap", "update"].contains(message["type"].string) else { continue }
                #expect(message["from"] == position["seq"] && message["epoch"] == position["epoch"])
                position = message
                if let count = message["dropped"].int {
                    #expect(try checker.fault(message) == nil)
                    #expect(message["topic"].string == "calls" && message["filter"] == .object([:]))
                    #expect(count == message["seq"].int! - message["from"].int!)
                    dropped += count
                } else {
                    // What is told after a gap is what follows it.
                    let numbers = Self.numbers(message["data"]["calls"])
                    #expect(numbers.first == Int64(told.count + dropped))
                    told += numbers
                }
            }
            #expect(dropped > 0)
            #expect(told.last == Int64(ticks * each - 1))
        }
    }
}
