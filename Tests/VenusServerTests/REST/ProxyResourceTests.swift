import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("The resources of proxies, policy and pins")
struct ProxyResourceTests {
    /// Has the store know proxies, with what they said and how long ago, in milliseconds.
    private func commit(
        _ proxies: [(id: String, silent: Int64, hasEnded: Bool, state: ProxyState?)], to server: RunningServer
    ) async throws {
        let now = Int64(Date.now) * 1_000
        let marks = proxies.map { proxy in
            ProducerMark(
                producer: Producer(
                    id: proxy.id, environment: "production", service: "shop", instance: "one", host: "box-\(proxy.id)"),
                shard: 0, highest: 9, lastSeen: now - proxy.silent, callsInFlight: 1, callsQueued: 2, callsDropped: 3,
                version: "0.1.0", hasEnded: proxy.hasEnded)
        }
        let lease = try #require(
            try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
        try await server.store.commit(
            ShardCommit(
                shard: 0, cursor: "1-0", openSince: 0, producers: marks, proxies: proxies.compactMap(\.state)),
            under: lease)
    }

    @Test("proxies tell who runs, who is silent, and who ended how")
    func proxies() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let state = { (id: String, isUnclean: Bool) in
                ProxyState(
                    producer: id, shard: 0, saidAt: 1, callsSpooled: 4, hasEndedUncleanly: isUnclean,
                    report: ProxyReport(startedAt: 1_000, pinCount: 5))
            }
            try await commit(
                [
                    ("a", 0, false, state("a", false)), ("b", 60_000, false, nil), ("c", 120_000, true, nil),
                    ("d", 180_000, true, state("d", true)), ("e", 7_200_000, false, nil),
                ], to: server)
            try await publish(upTo: Int64(Date.now) * 1_000, by: server)
            let answer = try await server.get("/api/v1/proxies", token: token)
            #expect(answer["is_complete"].bool == true)
            let items = answer["items"].array
            #expect(items.map { $0["producer"].string } == ["a", "b", "c", "d", "e"])
            #expect(
                items.map { $0["state"].string } == [
                    "running", "silent", "ended", "ended_uncleanly", "ended_uncleanly",
                ])
            #expect(items[0]["started_at"].string == "1970-01-01T00:00:01.000Z" && items[0]["pins"].int == 5)
            #expect(
                items[0]["calls"].description
                    == "{\"dropped\":3,\"in_flight\":1,\"queued\":2,\"recorded\":9,\"spooled\":4,\"unknown\":0}")
            #expect(items[0]["silent_ms"].int ?? -1 < 15_000 && items[1]["silent_ms"].int ?? 0 >= 59_000)
            // Nothing is under way where nobody is.
            #expect(items.map { $0["calls"]["unknown"].int } == [0, 0, 0, 1, 1], "under way when it was killed")
            #expect(items[2]["calls"]["in_flight"].int == 0 && items[2]["silent_ms"].int == 0)
            let picked = try await server.get("/api/v1/proxies?state=ended_uncleanly&host=box-d", token: token)
            #expect(picked["items"].array.map { $0["producer"].string } == ["d"])
            #expect(
                try await server.get("/api/v1/proxies?service=other", token: token)["items"].array.isEmpty)
            let refused = try await server.request("GET", "/api/v1/proxies?state=gone", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }

    /// Has the server know that the log of shard 0 is read up to then, or that it is not.
    private func publish(upTo instant: Int64, isBehind: Bool = false, by server: RunningServer) async throws {
        var newest = frame([], at: instant)
        newest.coveredSince = isBehind ? instant / 1_000 : 0
        try await eventually("the frame") {
            server.feed.publish(newest)
            return try JSONValue(try await server.request("GET", "/readyz").text)["checks"]["feed"].string != "absent"
        }
    }

    @Test("of a proxy whose words nobody reads nothing is said, but of those that have ended, or were silent before")
    func unread() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now) * 1_000
            try await commit(
                [
                    ("a", 0, false, nil), ("b", 60_000, false, nil), ("c", 60_000, true, nil),
                    ("d", 200_000, false, nil), ("e", 7_200_000, false, nil),
                ], to: server)
            let states = { (query: String) in
                try await server.get("/api/v1/proxies" + query, token: token)["items"].array.map {
                    "\($0["producer"].string ?? "") \($0["state"].string ?? "")"
                }
            }
            #expect(try await states("") == ["a running", "b unknown", "c ended", "d unknown", "e unknown"])
            #expect(try await states("?state=unknown") == ["b unknown", "d unknown", "e unknown"])
            // It has begun, but not read all that there is.
            try await publish(upTo: now - 130_000, isBehind: true, by: server)
            #expect(try await states("?state=unknown") == ["b unknown", "d unknown", "e unknown"])
            // It had read all, and then stopped.
            server.feed.publish(frame([], at: now - 120_000))
            try await eventually("who was silent by then") {
                try await states("") == ["a running", "b unknown", "c ended", "d silent", "e ended_uncleanly"]
            }
            server.feed.publish(frame([], at: now))
            try await eventually("who is silent now") {
                try await states("") == ["a running", "b silent", "c ended", "d silent", "e ended_uncleanly"]
            }
        }
    }

    @Test("the policy tells what each running proxy goes by, and what is wrong with its file")
    func policy() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let state = { (id: String, report: PolicyReport?) in
                ProxyState(producer: id, shard: 0, saidAt: 1, report: ProxyReport(policy: report))
            }
            let broken = PolicyReport(
                mode: .enforce, digest: "9f86d081884c7d65", rules: 3, since: 2_000, denied: 4, wouldBeDenied: 5,
                fault: PolicyReport.Fault(reason: "line 3: host", since: 3_000))
            try await commit(
                [
                    ("a", 0, false, state("a", broken)),
                    ("b", 1_000, false, state("b", PolicyReport(mode: .none, since: 1_000))),
                    ("c", 2_000, true, state("c", broken)), ("d", 3_000, false, state("d", nil)),
                ], to: server)
            let items = try await server.get("/api/v1/policy", token: token)["items"].array
            #expect(items.map { $0["producer"].string } == ["a", "b"])
            #expect(items.map { $0["mode"].string } == ["enforce", "none"])
            #expect(items[0]["digest"].string == "9f86d081884c7d65" && items[0]["rules"].int == 3)
            #expect(items[0]["since"].string == "1970-01-01T00:00:02.000Z")
            #expect(items[0]["denied"].int == 4 && items[0]["would_be_denied"].int == 5)
            #expect(items[0]["fault"]["reason"].string == "line 3: host")
            #expect(items[0]["fault"]["since"].string == "1970-01-01T00:00:03.000Z")
            #expect(items[1]["digest"].isNull && items[1]["fault"].isNull)
        }
    }

    @Test("pins are those of this machine and of all running proxies, each once")
    func pinsOfAll() async throws {
        let now = Int64(Date.now)
        let own = [ListedPin(host: "pay.example", client: "cart", learned: now, expires: now + 60)]
        try await withServer(configure: { $0.pins = { own } }) { server in
            let token = try await server.signIn()
            let state = { (id: String, host: String, expires: Int64, count: Int) in
                ProxyState(
                    producer: id, shard: 0, saidAt: 1,
                    report: ProxyReport(
                        pins: [PinnedClient(client: "cart", host: host, learned: now, expires: expires)],
                        pinCount: count))
            }
            try await commit(
                [
                    ("a", 0, false, state("a", "pay.example", now + 90, 1)),
                    ("b", 0, false, state("b", "bank.example", now + 70, 1)),
                    ("c", 0, false, state("c", "bank.example", now + 50, 1)),
                    ("d", 0, true, state("d", "ended.example", now + 50, 1)),
                    ("e", 0, false, state("e", "over.example", now - 1, 1)),
                ], to: server)
            let answer = try await server.get("/api/v1/pins", token: token)
            #expect(answer["is_complete"].bool == true)
            let items = answer["items"].array
            #expect(items.map { $0["host"].string } == ["bank.example", "pay.example"])
            #expect(items[0]["proxies"].array.map(\.string) == ["box-b", "box-c"])
            #expect(items[1]["proxies"].array.map(\.string) == ["box-a"])
            #expect(items[0]["expires_at"].string == Timestamp.text(seconds: now + 70))
            #expect(items[1]["expires_at"].string == Timestamp.text(seconds: now + 90))
            try await commit([("f", 0, false, state("f", "pay.example", now + 90, 150))], to: server)
            #expect(try await server.get("/api/v1/pins", token: token)["is_complete"].bool == false)
        }
    }

    @Test("pins tell which clients are passed through, by host")
    func pins() async throws {
        let pins = [
            ListedPin(host: "pay.example", client: "cart", learned: 0, expires: 60),
            ListedPin(host: "bank.example", client: "10.0.0.7", learned: 1, expires: 61),
        ]
        try await withServer(configure: { $0.pins = { pins } }) { server in
            let token = try await server.signIn()
            let items = try await server.get("/api/v1/pins", token: token)["items"].array
            #expect(items.map { $0["host"].string } == ["bank.example", "pay.example"])
            #expect(items.map { $0["client"].string } == ["10.0.0.7", "cart"])
            #expect(items[0]["expires_at"].string == "1970-01-01T00:01:01.000Z")
        }
    }
}

extension Int64 {
    fileprivate init(_ date: Date) { self = Int64(date.timeIntervalSince1970) }
}
