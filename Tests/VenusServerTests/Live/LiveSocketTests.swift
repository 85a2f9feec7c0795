import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("The live socket")
struct LiveSocketTests {
    private static func subscribe(_ topic: String, _ filter: String = "{}", more: String = "") -> String {
        "{\"type\":\"subscribe\",\"topic\":\"\(topic)\",\"filter\":\(filter)\(more)}"
    }

    @Test("hello, a snapshot, and an update for what changes")
    func pushes() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let socket = try await server.live(token: token)
            #expect(socket.response["sec-websocket-protocol"] == "venus.v1")
            let hello = try await socket.next { $0["type"].string == "hello" }
            #expect(hello["version"].string == Version.current)
            try socket.send(Self.subscribe("graph", #"{"window":"1m"}"#))
            let snapshot = try await socket.next { $0["type"].string == "snapshot" }
            #expect(snapshot.names == ["data", "epoch", "filter", "seq", "topic", "type"])
            #expect(snapshot["topic"].string == "graph")
            #expect(snapshot["filter"]["window"].string == "1m")
            #expect(snapshot["epoch"].int == hello["epoch"].int)
            #expect(snapshot["data"]["edges"].array.isEmpty)

            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 3))]))
            let update = try await socket.next { $0["type"].string == "update" }
            #expect(update["data"]["edges"][0]["kpis"]["calls"].int == 3)
            #expect(update["seq"].int! > snapshot["seq"].int!)
            let asked = try await server.get("/api/v1/graph?window=1m", token: token)
            var view = LiveView()
            try view.receive(snapshot)
            try view.receive(update)
            #expect(asked == view.data)

            // Nothing new: nothing sent, until something is.
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 3))], at: 1_001_000))
            try await eventually(holds: {
                try await server.get("/api/v1/graph", token: token)["at"].string == "1970-01-01T00:16:41.000Z"
            })
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 4))], at: 1_002_000))
            let next = try await socket.next { _ in true }
            #expect(next["type"].string == "update")
            #expect(next["data"]["edges"][0]["kpis"]["calls"].int == 4)
        }
    }

    @Test("an update holds only what changed, and builds on the message before it")
    func changesOnly() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            server.feed.publish(
                frame([(edge("shop", "db:1"), totals(success: 3)), (edge("shop", "mail:25"), totals(success: 1))]))
            try await eventually(holds: {
                try await server.get("/api/v1/graph", token: token)["edges"].array.count == 2
            })
            let socket = try await server.live(token: token)
            // Each second of this window is a cell, so that its length and with it the loads stand still.
            try socket.send(Self.subscribe("graph", #"{"window":"1m"}"#))
            let snapshot = try await socket.next { $0["data"]["edges"].array.count == 2 }
            server.feed.publish(
                frame(
                    [(edge("shop", "db:1"), totals(success: 4)), (edge("shop", "mail:25"), totals(success: 1))],
                    at: 1_001_000))
            let update = try await socket.next { $0["type"].string == "update" }
            #expect(update["from"].int == snapshot["seq"].int)
            #expect(update["data"]["edges"].array.map { $0["id"].string } == ["service:shop->dependency:db:1"])
            #expect(update["data"]["edges"][0]["kpis"]["calls"].int == 4)
            #expect(update["data"]["edges"][0]["target"].isNull)
            #expect(
                update["data"]["nodes"].array.compactMap { $0["id"].string } == ["dependency:db:1", "service:shop"])
            #expect(update["data"].names == ["at", "edges", "nodes"])
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 4))], at: 1_002_000))
            let without = try await socket.next { $0["type"].string == "update" }
            #expect(without["from"].int == update["seq"].int)
            #expect(
                without["data"]["removed"]["edges"].array.compactMap(\.string) == ["service:shop->dependency:mail:25"])
            #expect(without["data"]["removed"]["nodes"].array.compactMap(\.string) == ["dependency:mail:25"])
            #expect(without["data"]["edges"].isNull)
        }
    }

    @Test("each subscriber gets its own view; who unsubscribed gets none")
    func views() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let first = try await server.live(token: token)
            let second = try await server.live(token: token)
            try first.send(Self.subscribe("kpis", #"{"by":"service","service":"shop"}"#))
            try second.send(Self.subscribe("graph", #"{"service":"checkout"}"#))
            try second.send(Self.subscribe("kpis"))
            try second.send(#"{"type":"unsubscribe","topic":"kpis","filter":{}}"#)
            _ = try await first.next { $0["type"].string == "snapshot" }
            _ = try await second.next { $0["type"].string == "snapshot" && $0["topic"].string == "graph" }
            server.feed.publish(
                frame([(edge("shop", "db:1"), totals(success: 3)), (edge("checkout", "db:1"), totals(success: 2))]))
            let one = try await first.next { $0["type"].string == "update" }
            #expect(one["data"]["items"].array.count == 1)
            #expect(one["data"]["items"][0]["service"].string == "shop")
            let two = try await second.next { $0["type"].string == "update" }
            #expect(two["topic"].string == "graph")
            #expect(two["data"]["edges"].array.count == 1)
        }
    }

    @Test("since: who missed nothing gets the next update, who did gets those, who was elsewhere a snapshot")
    func since() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            // Next to what does not change, updates are small.
            let others = (0..<20).map { (edge("mail", "db:\($0)"), totals(success: 1)) }
            let publish = { (calls: Int, at: Int64) in
                server.feed.publish(frame(others + [(edge("shop", "db:1"), totals(success: calls))], at: at))
            }
            publish(2, 1_000_000)
            try await eventually(holds: {
                try await server.get("/api/v1/graph", token: token)["edges"].array.count == 21
            })
            let stays = try await server.live(token: token)
            try stays.send(Self.subscribe("graph", #"{"window":"1m"}"#))
            let snapshot = try await stays.next("a snapshot") { $0["type"].string == "snapshot" }
            let known = ",\"since\":{\"epoch\":\(snapshot["epoch"].int!),\"seq\":\(snapshot["seq"].int!)}"
            let returns = try await server.live(token: token)
            try returns.send(Self.subscribe("graph", #"{"window":"1m"}"#, more: known))
            try returns.send(Self.subscribe("kpis"))
            _ = try await returns.next("the other topic") { $0["topic"].string == "kpis" }
            publish(3, 1_001_000)
            let update = try await returns.next("the next update") { $0["topic"].string == "graph" }
            #expect(update["type"].string == "update")
            _ = try await stays.next("the same update") { $0["type"].string == "update" }
            let late = try await server.live(token: token)
            try late.send(Self.subscribe("graph", #"{"window":"1m"}"#, more: known))
            let missed = try await late.next("what late missed") { $0["topic"].string == "graph" }
            #expect(missed == update)

            // Nobody looks any more, and the view goes on for those who return soon.
            for socket in [stays, returns, late] { socket.close() }
            publish(4, 1_002_000)
            let back = try await server.live(token: token)
            try back.send(Self.subscribe("graph", #"{"window":"1m"}"#, more: known))
            let first = try await back.next("what back missed first") { $0["topic"].string == "graph" }
            #expect(first == update)
            let second = try await back.next("what back missed then") { $0["topic"].string == "graph" }
            #expect(second["from"].int == update["seq"].int)
            #expect(second["data"]["edges"][0]["kpis"]["calls"].int == 4)

            let stranger = try await server.live(token: token)
            try stranger.send(Self.subscribe("graph", #"{"window":"1m"}"#, more: #","since":{"epoch":1,"seq":1}"#))
            let whole = try await stranger.next("all for a stranger") { $0["topic"].string == "graph" }
            #expect(whole["type"].string == "snapshot")
            #expect(whole["seq"].int == second["seq"].int)
        }
    }

    @Test("nobody gets a socket without a session, from another site, or under another name")
    func refused() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let cookie = ("cookie", "venus_session=\(token)")
            let wrong = Token.random().text
            let open = { (fields: [(String, String)], subprotocols: [String]) in
                try await WebSocketClient(
                    port: server.port, path: "/api/v1/live", subprotocols: subprotocols, fields: fields
                ).response
            }
            for (fields, subprotocols, status) in [
                ([], [], 401), ([], ["venus.v1"], 401), ([], ["venus.v1", "bearer.\(wrong)"], 401),
                ([server.bearer(wrong)], [], 401), ([server.bearer("nonsense")], [], 401), ([cookie], [], 403),
                ([cookie, ("origin", "http://evil.example")], [], 403), ([cookie, ("origin", "null")], [], 403),
                ([cookie, server.origin], [], 101), ([server.bearer(token)], [], 101),
                ([], ["venus.v1", "bearer.\(token)"], 101),
            ] as [([(String, String)], [String], Int)] {
                let response = try await open(fields, subprotocols)
                #expect(response.status == status, "\(fields) \(subprotocols)")
                if status != 101 {
                    #expect(response["content-type"] == "application/problem+json")
                    #expect(response["connection"] == "close")
                }
            }
            let client = try HTTPClient(port: server.port)
            let rebound = try await client.raw(
                Array(
                    ("GET /api/v1/live HTTP/1.1\r\nhost: evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                        + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "authorization: Bearer \(token)\r\n\r\n").utf8))
            #expect(rebound.status == 421)
            #expect(!server.log.text.contains(token) && !server.log.text.contains(wrong))
        }
    }

    @Test("signing out closes the session's sockets at once, and no others")
    func signOut() async throws {
        try await withServer {
            $0.sessionRecheckInterval = .seconds(600)
        } _: { server in
            let token = try await server.signIn()
            let socket = try await server.live(token: token)
            let other = try await server.live(token: try await server.signIn())
            #expect(try await server.request("POST", "/api/v1/logout", [server.bearer(token)], body: "").status == 204)
            try await eventually(holds: { !socket.isOpen })
            #expect(socket.closeCode == 4401)
            #expect(other.isOpen)
        }
    }

    @Test("a session that ended elsewhere loses its sockets soon")
    func endedElsewhere() async throws {
        try await withServer {
            $0.sessionRecheckInterval = .milliseconds(100)
        } _: { server in
            let token = try await server.signIn()
            let socket = try await server.live(token: token)
            try await server.store.removeSession(tokenHash: try #require(Token(token)).hash)
            try await eventually(holds: { !socket.isOpen })
            #expect(socket.closeCode == 4401)
        }
    }

    @Test("the server says goodbye with 1001 when it stops, and stops soon")
    func goingAway() async throws {
        let server = try await RunningServer()
        let token = try await server.signIn()
        let socket = try await server.live(token: token)
        let idle = try HTTPClient(port: server.port)
        #expect(try await idle.request("GET", "/healthz", [server.host]).status == 200)
        let untouched = try HTTPClient(port: server.port)
        let start = ContinuousClock.now
        try await server.stop()
        #expect(ContinuousClock.now - start < .seconds(15))
        try await eventually(holds: { !socket.isOpen })
        #expect(socket.closeCode == 1_001)
        untouched.close()
    }

    @Test("mistakes are told and end nothing")
    func mistakes() async throws {
        try await withServer { server in
            let socket = try await server.live(token: try await server.signIn())
            for (text, code) in [
                ("garbage", "bad_message"), ("{}", "bad_message"), (#"{"type":"x"}"#, "unknown_type"),
                (Self.subscribe("nothing"), "unknown_topic"),
                (Self.subscribe("graph", #"{"window":"5y"}"#), "bad_filter"),
                (Self.subscribe("graph", #"{"colour":"red"}"#), "bad_filter"),
            ] {
                try socket.send(text)
                let error = try await socket.next { $0["type"].string == "error" }
                #expect(error["code"].string == code)
                #expect(error["message"].string?.isEmpty == false)
            }
            #expect(socket.isOpen)
        }
    }

    @Test("a client that reads nothing is skipped without a queue, and gets the newest whole when it reads again")
    func slow() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let quick = try await server.live(token: token)
            try quick.send(Self.subscribe("graph"))
            _ = try await quick.next { $0["type"].string == "snapshot" }
            let slow = try await RawWebSocket(port: server.port, token: token)
            try slow.send(Self.subscribe("graph"))
            // Long names make a frame of some 300 kB: a few dozen are more than the sockets' buffers hold.
            let name = String(repeating: "x", count: 20_000)
            let last: UInt64 = 60
            var most = 0
            for tick in 1...last {
                let series = (0..<3).map { (edge("shop", "\(name)\($0):1"), totals(success: Int(tick))) }
                server.feed.publish(frame(series, at: 1_000_000 + Int64(tick)))
                _ = try await quick.next { $0["data"]["edges"][0]["kpis"]["calls"].int == Int(tick) }
                most = max(most, await server.server.hub.waitingBytes().max() ?? 0)
            }
            // What may wait already, and one delivery, which is never more than the whole and its envelope.
            let whole = try await server.request("GET", "/api/v1/graph", [server.bearer(token)]).body.count
            #expect((1...65_536 + whole + 4_096).contains(most), "\(most) bytes waited; the whole has \(whole)")
            var seen: [JSONValue] = []
            while seen.last?["data"]["edges"][0]["kpis"]["calls"].int != Int(last) {
                seen.append(try await slow.next())
            }
            #expect(seen.count < Int(last))
            #expect(seen.last?["type"].string == "snapshot")
        }
    }
}
