import TestSupport
import Testing
import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("The topic alerts of the live socket")
struct LiveAlertsTests {
    /// What is kept for whoever is behind: docs/live.md.
    private static let keptTransitions = 1_024
    private static let keptBytes = 1_048_576

    private struct Told: Encodable {
        var rule: AlertRule
        var kind: AlertTransition.Kind
    }

    private static func name(_ number: Int) -> String { "rule \(number)" }

    /// - Parameter padding: bytes that make it larger.
    private static func transition(_ number: Int, padding: Int) throws -> TransitionRecord {
        let rule = AlertRule(
            id: name(number) + String(repeating: "x", count: padding), subject: .series(edge("shop", "db:1")),
            condition: .threshold(metric: .availability, direction: .below))
        let content = try JSONOutput.encode(Told(rule: rule, kind: number.isMultiple(of: 2) ? .firing : .pending))
        return TransitionRecord(
            id: "t\(number)", alert: rule.alertID, at: 1_000_000 + Int64(number),
            content: String(decoding: content, as: UTF8.self))
    }

    /// Stores the transitions of these numbers at once, as an evaluator does.
    private static func store(_ numbers: ClosedRange<Int>, padding: Int = 0, at server: RunningServer) async throws {
        let lease = try #require(server.alertsLease)
        let records = try numbers.map { try transition($0, padding: padding) }
        let position = try await server.store.commit(AlertCommit(transitions: records, content: ""), under: lease)
        #expect(position.newest == Int64(numbers.upperBound))
    }

    private static func subscription(_ topic: String = "alerts", since: JSONValue? = nil) -> String {
        let since = since.map { #","since":{"epoch":\#($0["epoch"].int!),"seq":\#($0["seq"].int!)}"# } ?? ""
        return #"{"type":"subscribe","topic":"\#(topic)"\#(since)}"#
    }

    /// A client that has the snapshot.
    private static func subscriber(
        _ server: RunningServer, token: String
    ) async throws -> (socket: WebSocketClient, snapshot: JSONValue) {
        let socket = try await server.live(token: token)
        try socket.send(subscription())
        return (socket, try await socket.next("the snapshot of alerts") { $0["type"].string == "snapshot" })
    }

    /// That it is the update with this transition alone, after the one before.
    private static func expect(_ update: JSONValue, number: Int, epoch: JSONValue) {
        #expect(update["type"].string == "update" && update["epoch"] == epoch)
        #expect(update["from"].int == number - 1 && update["seq"].int == number)
        let transitions = update["data"]["transitions"]
        #expect(transitions.array.count == 1 && transitions[0]["seq"].int == number)
        #expect(transitions[0]["rule"].string == name(number))
    }

    /// Takes the updates of these transitions, and nothing else of alerts.
    private static func follow(_ socket: WebSocketClient, _ numbers: ClosedRange<Int>, epoch: JSONValue) async throws {
        for number in numbers {
            let update = try await socket.next("transition \(number)") { $0["topic"].string == "alerts" }
            expect(update, number: number, epoch: epoch)
        }
    }

    /// The next message about alerts.
    private static func next(_ socket: RawWebSocket) async throws -> JSONValue {
        while true {
            let message = try await socket.message()
            if message["topic"].string == "alerts" { return message }
        }
    }

    /// A client that has the snapshot of alerts, and has not read for so long that nothing more can be written to it.
    ///
    /// - Parameter quick: one that reads.
    private static func stuck(
        _ server: RunningServer, token: String, beside quick: WebSocketClient
    ) async throws -> (socket: RawWebSocket, snapshot: JSONValue) {
        let slow = try await RawWebSocket(port: server.port, token: token)
        try slow.send(subscription())
        let snapshot = try await next(slow)
        try slow.send(subscription("graph"))
        while try await slow.message()["topic"].string != "graph" {}
        try quick.send(subscription("graph"))
        // Long names make an update of some 240 kB: a few dozen are more than the sockets' buffers hold.
        let name = String(repeating: "x", count: 20_000)
        for tick in 1...60 {
            let series = (0..<6).map { (edge("shop", "\(name)\($0):1"), totals(success: tick)) }
            server.feed.publish(frame(series, at: 1_000_000 + Int64(tick)))
            _ = try await quick.next { $0["data"]["edges"][0]["kpis"]["calls"].int == tick }
        }
        return (slow, snapshot)
    }

    @Test("a client that does not read misses nothing of what is kept: it gets each transition, in order")
    func behind() async throws {
        try await withServer(evaluatesAlerts: false) { server in
            let token = try await server.signIn()
            let (quick, snapshot) = try await Self.subscriber(server, token: token)
            #expect(snapshot["data"].names == ["alerts", "at"] && snapshot["seq"].int == 0)
            let (slow, same) = try await Self.stuck(server, token: token, beside: quick)
            #expect(same["type"].string == "snapshot" && same["seq"] == snapshot["seq"])
            for numbers in [1...500, 501...1_000] {
                try await Self.store(numbers, at: server)
                try await Self.follow(quick, numbers, epoch: snapshot["epoch"])
            }
            for number in 1...1_000 {
                Self.expect(try await Self.next(slow), number: number, epoch: snapshot["epoch"])
            }
        }
    }

    @Test("a client that does not read for longer is told how many transitions it did not get, and goes on after them")
    func gap() async throws {
        try await withServer(evaluatesAlerts: false) { server in
            let token = try await server.signIn()
            let (quick, snapshot) = try await Self.subscriber(server, token: token)
            let (slow, _) = try await Self.stuck(server, token: token, beside: quick)
            for numbers in [1...750, 751...1_500] {
                try await Self.store(numbers, at: server)
                try await Self.follow(quick, numbers, epoch: snapshot["epoch"])
            }
            let dropped = 1_500 - Self.keptTransitions
            let gap = try await Self.next(slow)
            #expect(try SchemaChecker(AsyncAPI.document).fault(gap) == nil)
            #expect(gap.names == ["dropped", "epoch", "filter", "from", "seq", "topic", "type"])
            #expect(gap["type"].string == "gap" && gap["epoch"] == snapshot["epoch"])
            #expect(gap["from"] == snapshot["seq"] && gap["seq"].int == dropped && gap["dropped"].int == dropped)
            for number in dropped + 1...1_500 {
                Self.expect(try await Self.next(slow), number: number, epoch: snapshot["epoch"])
            }
            try await Self.store(1_501...1_501, at: server)
            Self.expect(try await Self.next(slow), number: 1_501, epoch: snapshot["epoch"])
        }
    }

    @Test("of transitions that are large as many are kept as fit into a megabyte, and the others are told as a gap")
    func large() async throws {
        try await withServer(evaluatesAlerts: false) { server in
            let socket = try await RawWebSocket(port: server.port, token: try await server.signIn())
            try socket.send(Self.subscription())
            #expect(try await Self.next(socket)["type"].string == "snapshot")
            try await Self.store(1...400, padding: 5_000, at: server)
            let gap = try await Self.next(socket)
            #expect(try SchemaChecker(AsyncAPI.document).fault(gap) == nil)
            #expect(gap["type"].string == "gap" && gap["from"].int == 0 && gap["dropped"] == gap["seq"])
            var newest = try #require(gap["seq"].int)
            var (bytes, largest) = (0, 0)
            while newest < 400 {
                let (opcode, payload) = try await socket.frame()
                guard opcode == 1 else { continue }
                let update = try JSONValue(String(decoding: payload, as: UTF8.self))
                #expect(update["from"].int == newest && update["seq"].int == newest + 1)
                newest += 1
                // A frame of such a size has a head of four bytes.
                bytes += payload.count + 4
                largest = max(largest, payload.count + 4)
            }
            #expect(bytes <= Self.keptBytes && bytes + largest > Self.keptBytes)
        }
    }

    @Test("a position means the same at every server: who returns at another gets what was missed, in order")
    func elsewhere() async throws {
        try await withServer(evaluatesAlerts: false) { one in
            let two = try await RunningServer(sharing: one)
            let token = try await one.signIn()
            let (socket, snapshot) = try await Self.subscriber(one, token: token)
            try await Self.store(1...3, at: one)
            try await Self.follow(socket, 1...3, epoch: snapshot["epoch"])
            socket.close()
            try await Self.store(4...6, at: one)
            // As soon as the other server has read them.
            let (witness, known) = try await Self.subscriber(two, token: token)
            if known["seq"].int != 6 { _ = try await witness.next { $0["seq"].int == 6 } }
            let returned = try await two.live(token: token)
            let position = JSONValue.object(["epoch": snapshot["epoch"], "seq": .number(3)])
            try returned.send(Self.subscription(since: position))
            try await Self.follow(returned, 4...6, epoch: snapshot["epoch"])
            try await two.stop()
        }
    }
}
