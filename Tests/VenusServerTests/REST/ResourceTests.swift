import Foundation
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer
import VenusStore

@Suite("Resources")
struct ResourceTests {
    @Test("graph and KPIs show what the feed brought")
    func live() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            server.feed.publish(frame([(edge("shop", "db:1"), totals(success: 3))]))
            let graph = try await eventually { () -> JSONValue? in
                let graph = try await server.get("/api/v1/graph?window=1m", token: token)
                return graph["edges"].array.isEmpty ? nil : graph
            }
            #expect(graph["window"].string == "1m")
            #expect(graph["edges"][0]["id"].string == "service:shop->dependency:db:1")
            let kpis = try await server.get("/api/v1/kpis?by=service&service=shop", token: token)
            #expect(kpis["items"][0]["kpis"]["calls"].int == 3)
        }
    }

    @Test("a graph beside that of another time: what was, what has changed, what is gone")
    func comparedGraph() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let hour = Tier.twoHours.bucket(of: Int64(Date.now)) - 3_600
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let rows = [("db:1", 4), ("gone:1", 2)].map { dependency, calls in
                RollupRow(
                    tier: .minute, bucket: hour, shard: 0, key: edge("shop", dependency),
                    totals: totals(success: calls))
            }
            try await server.store.commit(
                ShardCommit(shard: 0, cursor: "1-0", openSince: hour + 60, closed: rows), under: lease)
            server.feed.publish(
                frame([
                    (edge("shop", "db:1"), totals(success: 3, serverErrors: 1)),
                    (edge("shop", "new:1"), totals(success: 1)),
                ]))
            let then = Timestamp.text(seconds: hour + 60)
            let graph = try await eventually { () -> JSONValue? in
                let graph = try await server.get("/api/v1/graph?window=1m&compare=\(then)", token: token)
                return graph["edges"].array.count == 3 ? graph : nil
            }
            #expect(graph["compare"]["at"].string == then && graph["compare"]["span"]["tier"].string == "1m")
            let edges = graph["edges"].array
            #expect(
                edges.map { $0["id"].string } == [
                    "service:shop->dependency:db:1", "service:shop->dependency:gone:1",
                    "service:shop->dependency:new:1",
                ])
            #expect(edges.map { $0["kpis"]["calls"].int } == [4, 0, 1])
            #expect(edges.map { $0["compared"]["kpis"]["calls"].int } == [4, 2, nil])
            #expect(edges[0]["compared"]["change"]["availability"].double == -0.25)
            #expect(edges[0]["compared"]["change"]["response_time_ms"]["p95"].double == 0)
            #expect(edges[1]["grade"].string == "idle" && edges[1]["compared"]["change"]["availability"].isNull)
            #expect(edges[2]["compared"]["change"].isNull)
            #expect(graph["nodes"].array.count == 4)
            let cytoscape = try await server.get(
                "/api/v1/graph?window=1m&format=cytoscape&at=\(then)&compare=\(then)", token: token)
            let data = cytoscape["elements"]["edges"][0]["data"]
            #expect(data["compared"]["change"]["error_rate"].double == 0 && data["kpis"]["calls"].int == 4)
            for query in ["compare=\(then)&format=dot", "compare=2100-01-01T00:00:00Z", "compare=x"] {
                let refused = try await server.request("GET", "/api/v1/graph?\(query)", [server.bearer(token)])
                #expect(
                    try refused.status == 400 && JSONValue(refused.text)["parameter"].string == "compare", "\(query)")
            }
        }
    }

    @Test("what is wrong in a query is named, with what is right")
    func parameters() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            for (query, parameter) in [
                ("graph?window=99999999999999999999", "window"), ("graph?window=", "window"), ("graph?at=now", "at"),
                ("graph?by=edge", "by"), ("kpis?by=everything", "by"), ("kpis?window=5m&window=1m", "window"),
                ("history?range=century", "range"), ("history?range=", "range"), ("history?from=yesterday", "from"),
                ("history?to=2026-01-01T00:00:00Z", "from"), ("history?range=hour&from=2026-01-01T00:00:00Z", "range"),
                ("history?from=2100-01-01T00:00:00Z", "from"), ("history?from=1990-01-01T00:00:00Z", "from"),
                ("graph?%ff=1", "%ff"), ("graph?service=%zz", "service"),
            ] {
                let response = try await server.request("GET", "/api/v1/" + query, [server.bearer(token)])
                #expect(response.status == 400, "\(query)")
                #expect(response["content-type"] == "application/problem+json")
                #expect(try JSONValue(response.text)["parameter"].string == parameter, "\(query): \(response.text)")
            }
            let unknown = try await server.request("GET", "/api/v1/graph?windw=5m", [server.bearer(token)])
            #expect(
                try JSONValue(unknown.text)["allowed"].array.compactMap(\.string)
                    == ["at", "compare", "dependency", "environment", "format", "group", "service", "window"])
        }
    }

    @Test("unknown paths are 404, wrong methods 405 with Allow, long targets 414")
    func paths() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            #expect(try await server.request("GET", "/api/v1/nothing", [server.bearer(token)]).status == 404)
            #expect(try await server.request("GET", "/nothing").status == 404)
            let post = try await server.request("POST", "/api/v1/graph", [server.bearer(token)], body: "{}")
            #expect(post.status == 405)
            #expect(post["allow"] == "GET, HEAD")
            let get = try await server.request("GET", "/api/v1/logout", [server.bearer(token)])
            #expect(get.status == 405)
            #expect(get["allow"] == "POST")
            let long = "/api/v1/graph?service=" + String(repeating: "a", count: 9_000)
            #expect(try await server.request("GET", long, [server.bearer(token)]).status == 414)
            #expect(try await server.request("GET", "/api/v1/live", [server.bearer(token)]).status == 426)
        }
    }

    @Test("a request that wants another protocol is answered without it")
    func otherProtocol() async throws {
        try await withServer { server in
            let response = try await server.request(
                "GET", "/healthz",
                [("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c"), ("http2-settings", "")])
            #expect(response.status == 200)
            #expect(response["connection"] == "close")
        }
    }

    @Test("bytes that are no request, and too large a head, are answered and end the connection")
    func malformed() async throws {
        try await withServer { server in
            for (bytes, status) in [
                ("garbage\r\n\r\n", 400), ("GET / HTTP/1.1\r\nbroken\r\n\r\n", 400),
                ("GET / HTTP/1.1\r\nhost: localhost\r\nx: \(String(repeating: "a", count: 100_000))\r\n\r\n", 431),
                ("GET / HTTP/1.1\r\n\r\n", 400),
            ] {
                let client = try HTTPClient(port: server.port)
                let response = try await client.raw(Array(bytes.utf8))
                #expect(response.status == status)
                #expect(response["content-type"] == "application/problem+json")
            }
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
    }

    @Test("an HTTP/1.0 request is answered, and the connection ends")
    func oldVersion() async throws {
        try await withServer { server in
            let client = try HTTPClient(port: server.port)
            try client.connection.write("GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")
            let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(text.hasSuffix(#"{"status":"ok"}"#))
        }
    }

    @Test("a connection that asks nothing is closed")
    func silence() async throws {
        try await withServer {
            $0.firstRequestTimeout = .milliseconds(200)
        } _: { server in
            let client = try HTTPClient(port: server.port)
            let start = ContinuousClock.now
            #expect(try await client.readToEnd().isEmpty)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test("a kept-alive connection that asks nothing more is closed")
    func idle() async throws {
        try await withServer {
            $0.idleTimeout = .seconds(2)
        } _: { server in
            let client = try HTTPClient(port: server.port)
            #expect(try await client.request("GET", "/healthz", [server.host]).status == 200)
            #expect(try await client.request("GET", "/healthz", [server.host]).status == 200)
            #expect(try await client.readToEnd().isEmpty)
        }
    }
}

extension Int64 {
    fileprivate init(_ date: Date) { self = Int64(date.timeIntervalSince1970) }
}
