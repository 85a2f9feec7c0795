import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

/// A minute of a machine, which ends at the second.
private func reading(endingAt end: Int64, seconds: Int64 = 60, busy: Double = 0.25) -> HostReading {
    var reading = HostReading(start: (end - seconds) * 1_000, end: end * 1_000)
    let length = Double(seconds)
    reading.add(HostSeries(.cpuUtilization), busy, seconds: length)
    reading.add(HostSeries(.cpuUtilization, "0"), busy, seconds: length)
    reading.add(HostSeries(.memoryUtilization, state: "used"), 0.5, seconds: length)
    reading.add(HostSeries(.networkIO, "eth0", state: "receive"), 1_000, seconds: length)
    reading.add(HostSeries(.networkIO, "eth1", state: "receive"), 500, seconds: length)
    reading.add(HostSeries(.filesystemUtilization, "/", state: "used"), 0.4, seconds: length)
    reading.add(HostSeries(.filesystemUtilization, "/var", state: "used"), 0.9, seconds: length)
    return reading
}

private func json(_ batch: ReadingsBatch) throws -> String {
    String(decoding: try JSONEncoder().encode(batch), as: UTF8.self)
}

@Suite("Hosts in REST")
struct HostsResourceTests {
    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    private static func batch(_ readings: [(UInt64, HostReading)], latest: HostReading? = nil) -> ReadingsBatch {
        ReadingsBatch(
            producer: "p1", agentVersion: "1.0", environment: "test",
            readings: readings.map { ReadingsBatch.Item(sequence: $0.0, reading: $0.1) }, latest: latest)
    }

    private func post(
        _ server: RunningServer, _ body: String, host: String = "web-1", token: String
    ) async throws -> HTTPResponse {
        try await server.request(
            "POST", "/api/v1/hosts/\(host)/readings", [server.bearer(token), ("content-type", "application/json")],
            body: body)
    }

    @Test(
        "an agent's readings are taken once, and the host is listed with its figures and, by name, all of its metrics")
    func list() async throws {
        try await withServer { server in
            let key = try await server.key([.writeHosts]).text
            let body = try json(
                Self.batch([(1, reading(endingAt: Self.now - 60))], latest: reading(endingAt: Self.now, seconds: 10)))
            let first = try await post(server, body, token: key)
            #expect(first.status == 200)
            #expect(try JSONValue(first.text)["taken"].int == 1)
            let second = try JSONValue(try await post(server, body, token: key).text)
            #expect(second["taken"].int == 0 && second["known"].int == 1 && second["watched_for_ms"].int == 0)
            _ = try await post(server, body, host: "web-2", token: key)

            let token = try await server.signIn()
            let all = try await server.get("/api/v1/hosts", token: token)
            #expect(all["items"].array.compactMap { $0["name"].string } == ["web-1", "web-2"])
            #expect(all["metrics"].array.isEmpty)
            let figures = all["items"][0]["figures"]
            #expect(figures["cpu_utilization"].double == 0.25 && figures["memory_utilization"].double == 0.5)
            #expect(figures["filesystem"].string == "/var" && figures["filesystem_utilization"].double == 0.9)
            #expect(figures["network_receive_bytes_per_second"].double == 1_500)
            #expect(figures["load_average"].isNull)
            #expect(all["items"][0]["is_silent"].bool == false)
            let one = try await server.get("/api/v1/hosts?host=web-1", token: token)
            #expect(one["items"].array.count == 1)
            let received = one["metrics"].array.first { $0["attributes"]["network.interface.name"].string == "eth1" }
            #expect(received?["value"].double == 500 && received?["unit"].string == "By/s")
            #expect(received?["kind"].string == "counter")
            #expect(try await server.get("/api/v1/hosts?environment=other", token: token)["items"].array.isEmpty)
            // The key writes, and nothing else.
            let refused = try await server.request("GET", "/api/v1/hosts", [server.bearer(key)])
            #expect(refused.status == 403)
        }
    }

    @Test("history has the ranges and the formats of calls")
    func history() async throws {
        try await withServer { server in
            let key = try await server.key([.writeHosts]).text
            let minute = Self.now / 60 * 60
            let readings = (0..<5).map {
                (UInt64($0 + 1), reading(endingAt: minute - 60 * (5 - Int64($0)), busy: Double($0) / 10))
            }
            #expect(try await post(server, try json(Self.batch(readings)), token: key).status == 200)
            let token = try await server.signIn()
            let hour = try await server.get("/api/v1/hosts/web-1/history", token: token)
            #expect(hour["tier"].string == "1m" && hour["range"].string == "hour" && hour["is_complete"].bool == true)
            let names = hour["series"].array.compactMap { $0["name"].string }
            #expect(
                Set(names).contains("system.cpu.utilization") && names.filter { $0 == "system.network.io" }.count == 2)
            let busy = try #require(hour["series"].array.first { $0["name"].string == "system.cpu.utilization" })
            #expect(busy["points"].array.count == 5)
            #expect(busy["points"][3]["mean"].double == 0.3 && busy["points"][3]["coverage"].double == 1)
            #expect(busy["totals"]["mean"].double == 0.2 && busy["totals"]["max"].double == 0.4)
            let cores = try await server.get(
                "/api/v1/hosts/web-1/history?metric=system.cpu.utilization&subject=0&range=day", token: token)
            #expect(cores["series"].array.count == 1 && cores["tier"].string == "15m")
            let columns = try await server.get(
                "/api/v1/hosts/web-1/history?format=columns&metric=system.memory.utilization", token: token)
            #expect(columns["data"].array.count == 2 && columns["data"][1].array.count == 5)
            let csv = try await server.request(
                "GET", "/api/v1/hosts/web-1/history?format=csv&metric=system.network.io&subject=eth0",
                [server.bearer(token)])
            #expect(csv.text.split(separator: "\r\n").count == 6)
            #expect(csv.text.contains(",system.network.io,eth0,receive,1,1000,1000,1000,1000"))
            for target in ["none/history", "web-1/history?metric=none", "web-1/history?range=century"] {
                let response = try await server.request("GET", "/api/v1/hosts/\(target)", [server.bearer(token)])
                #expect([400, 404].contains(response.status))
            }
        }
    }

    @Test("what is no batch, or too large, is refused, and so is a host of no name")
    func refusals() async throws {
        try await withServer { server in
            let key = try await server.key([.writeHosts]).text
            var backwards = Self.batch([(1, reading(endingAt: 60)), (1, reading(endingAt: 120))])
            for body in ["", "{}", "[]", try json(backwards), "{\"producer\":\"\"}"] {
                #expect(try await post(server, body, token: key).status == 400, "\(body.prefix(20))")
            }
            backwards.readings = []
            for host in ["%20", "a%2Fb", "%C3%A4", "a%00"] {
                #expect(try await post(server, try json(backwards), host: host, token: key).status == 400, "\(host)")
            }
            let large = "{\"producer\":\"" + String(repeating: "x", count: ReadingsBatch.maximumBytes) + "\"}"
            #expect(try await post(server, large, token: key).status == 413)
            // Larger than other paths take.
            let some = "{\"producer\":\"" + String(repeating: "x", count: 100_000) + "\"}"
            #expect(try await post(server, some, token: key).status == 400)
        }
    }

    @Test("a host is forgotten by operators, which is noted")
    func removal() async throws {
        try await withServer { server in
            let key = try await server.key([.writeHosts]).text
            _ = try await post(server, try json(Self.batch([(1, reading(endingAt: Self.now))])), token: key)
            let operator_ = try await server.session(.operator)
            let target = "/api/v1/hosts/web-1"
            #expect(
                try await server.request("DELETE", target, [server.bearer(try await server.session(.viewer))]).status
                    == 403)
            #expect(try await server.request("DELETE", target, [server.bearer(operator_)]).status == 204)
            #expect(try await server.request("DELETE", target, [server.bearer(operator_)]).status == 404)
            let admin = try await server.session(.admin)
            let audit = try await server.get("/api/v1/audit?event=host_removed", token: admin)
            #expect(audit["items"][0]["subject"].string == "host:web-1")
            #expect(try await server.get("/api/v1/hosts", token: admin)["items"].array.isEmpty)
        }
    }

    @Test("a host knows which services' proxies run on it")
    func services() async throws {
        try await withServer { server in
            let key = try await server.key([.writeHosts]).text
            for host in ["web-1", "web-2"] {
                _ = try await post(server, try json(Self.batch([], latest: nil)), host: host, token: key)
            }
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(60)))
            let now = Self.now * 1_000
            let marks = [("a", "shop", "web-1"), ("b", "shop", "web-1"), ("c", "mail", "web-1"), ("d", "old", "web-2")]
                .map {
                    ProducerMark(
                        producer: Producer(
                            id: $0.0, environment: "test", service: $0.1, instance: "i", host: $0.2),
                        shard: 0, highest: 1, lastSeen: now, hasEnded: $0.1 == "old",
                        clockSkew: ["a": -2_345, "b": 120, "c": -99][$0.0] ?? 0)
                }
            try await server.store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: Self.now, producers: marks), under: lease)
            let token = try await server.signIn()
            let items = try await server.get("/api/v1/hosts", token: token)["items"]
            let services = items[0]["services"].array.map { ($0["service"].string, $0["proxies"].int) }
            #expect(services.map(\.0) == ["mail", "shop"] && services.map(\.1) == [1, 2])
            #expect(items[0]["services"].array.map { $0["clock_skew_ms"].int } == [0, -2_300], "the furthest off")
            #expect(items[1]["services"].array.isEmpty)
            let shop = try await server.get("/api/v1/hosts?service=shop", token: token)
            #expect(shop["items"].array.compactMap { $0["name"].string } == ["web-1"])
        }
    }
}

@Suite("Hosts on the live socket")
struct HostsLiveTests {
    private func take(_ server: RunningServer, _ host: String, _ busy: Double) async throws -> ReadingsReceipt? {
        let now = Int64(Date().timeIntervalSince1970)
        let batch = ReadingsBatch(
            producer: "p", agentVersion: "1", environment: "test", latest: reading(endingAt: now, busy: busy))
        return try await server.store.addReadings(batch, of: host, keyID: "", now: now * 1_000)
    }

    @Test("whoever looks at a host gets it as it is, and what changes; its agent is told that somebody looks")
    func pushes() async throws {
        try await withServer { server in
            _ = try await take(server, "web-1", 0.1)
            _ = try await take(server, "web-2", 0.1)
            let token = try await server.signIn()
            let socket = try await server.live(token: token)
            try socket.send(#"{"type":"subscribe","topic":"hosts","filter":{"host":"web-1"}}"#)
            let snapshot = try await socket.next { $0["type"].string == "snapshot" }
            #expect(snapshot["topic"].string == "hosts" && snapshot["filter"]["host"].string == "web-1")
            #expect(snapshot["data"]["items"].array.count == 1)
            #expect(snapshot["data"]["metrics"].array.count == 7)
            try await eventually(holds: {
                try await take(server, "web-1", 0.1)?.watchedFor ?? 0 > 5_000
            })
            // Of others nobody wants to know so soon.
            #expect(try await take(server, "web-2", 0.1)?.watchedFor == 0)
            _ = try await take(server, "web-1", 0.75)
            let update = try await socket.next {
                $0["type"].string == "update" && $0["data"]["items"][0]["figures"]["cpu_utilization"].double == 0.75
            }
            let changed = update["data"]["metrics"].array.compactMap { $0["id"].string }
            #expect(changed == ["system.cpu.utilization||", "system.cpu.utilization|0|"])

            try socket.send(#"{"type":"subscribe","topic":"hosts"}"#)
            let all = try await socket.next { $0["type"].string == "snapshot" }
            #expect(all["data"]["items"].array.count == 2 && all["data"]["metrics"].array.isEmpty)
            try await eventually(holds: { try await take(server, "web-2", 0.1)?.watchedFor ?? 0 > 5_000 })
            #expect(try await server.store.removeHost("web-2"))
            let gone = try await socket.next(within: .seconds(20)) {
                $0["data"]["removed"]["items"].array.compactMap(\.string) == ["host:web-2"]
            }
            #expect(gone["type"].string == "update")
        }
    }
}
