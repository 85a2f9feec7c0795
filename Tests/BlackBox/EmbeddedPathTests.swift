import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("The embedded path: venus up and venus run, nothing else installed")
    struct EmbeddedPathTests {
        @Test("calls to two origins are two edges with the right numbers within two seconds, pushed to a subscriber")
        func twoOrigins() async throws {
            let fast = try Origin()
            let shaky = try Origin()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let live = try await api.live(subscribingTo: ["graph"])
            _ = try await live.next(within: .seconds(5), "hello") { $0["type"].string == "hello" }

            // 18 quick answers and 2 slow ones; 14 refusals by status, 4 answers, and 4 refused connections.
            let quick = Array(repeating: fast.url("/bytes/100"), count: 18)
            let slow = Array(repeating: fast.url("/delay/200"), count: 2)
            let failing = Array(repeating: shaky.url("/status/503"), count: 14)
            let answered = Array(repeating: shaky.url("/orders/4711"), count: 4)
            for urls in [quick + slow, failing + answered] {
                #expect(try await venus.run(service: "checkout", ["curl", "-sS"] + urls).status == .exited(0))
            }
            shaky.refuse()
            let refused = Array(repeating: shaky.url("/orders/4711"), count: 4)
            let last = try await venus.run(
                service: "checkout", ["curl", "-sS", "-w", "%{http_code}\n", "-o", "/dev/null"] + refused)
            #expect(last.standardOutput.hasSuffix("502\n"))
            let done = ContinuousClock.now

            _ = try await live.shown("graph", within: .seconds(2)) { data in
                data.edge("checkout", fast.authority)?["kpis"]["calls"].int == 20
                    && data.edge("checkout", shaky.authority)?["kpis"]["calls"].int == 22
            }
            #expect(ContinuousClock.now - done < .seconds(2))
            let graph = try await api.graph()
            #expect(graph["edges"].array.count == 2)
            #expect(
                graph["nodes"].array.compactMap { $0["kind"].string }.sorted() == [
                    "dependency", "dependency", "service",
                ])

            let good = try #require(graph.edge("checkout", fast.authority))
            #expect(good["grade"].string == "good")
            let goodKPIs = good["kpis"]
            #expect(goodKPIs["calls"].int == 20)
            #expect(goodKPIs["availability"].double == 1)
            #expect(goodKPIs["error_rate"].double == 0)
            #expect(goodKPIs["basis"].string == "status")
            let times = goodKPIs["response_time_ms"]
            #expect((20..<90).contains(try #require(times["mean"].double)))
            #expect(try #require(times["p50"].double) < 60)
            #expect((199..<400).contains(try #require(times["p99"].double)))
            #expect(try #require(times["max"].double) >= 200)
            #expect(good["phases"]["ttfb"]["mean_ms"].double != nil)

            let bad = try #require(graph.edge("checkout", shaky.authority))
            #expect(bad["grade"].string == "poor")
            #expect(!bad["reasons"].array.isEmpty)
            let badKPIs = bad["kpis"]
            #expect(badKPIs["calls"].int == 22)
            expectClose(badKPIs["availability"].double, 4.0 / 22)
            expectClose(badKPIs["error_rate"].double, 18.0 / 22)
            expectClose(badKPIs["server_error_rate"].double, 14.0 / 22)
            expectClose(badKPIs["transport_error_rate"].double, 4.0 / 22)
            #expect(badKPIs["response_time_ms"]["p99"].double != nil)
            #expect(try await venus.stop() == .exited(0))
        }

        @Test("a silent origin with an impatient client is unavailable, not idle")
        func silentOrigin() async throws {
            let silent = try Origin()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let run = try await venus.run(service: "checkout", ["curl", "-sS", "-m", "2", silent.url("/silent")])
            #expect(run.status == .exited(28))
            let edge = try await eventually(within: .seconds(10), "the edge") {
                try await api.edge("checkout", silent.authority)
            }
            #expect(edge["kpis"]["calls"].int == 1)
            #expect(edge["kpis"]["availability"].double == 0)
            #expect(edge["kpis"]["transport_error_rate"].double == 1)
            #expect(edge["kpis"]["cancelled"].int == 0)
            #expect(edge["grade"].string != "idle")
            let item = try await api.get("/kpis?window=5m&by=operation&service=checkout")["items"][0]
            #expect(item["operation"].string == "GET /silent")
        }

        @Test("a TLS origin through CONNECT appears; a dead port is a transport error")
        func tunnels() async throws {
            let secure = try await TLSOrigin()
            let dead = try freePort()
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            for _ in 0..<3 {
                let run = try await venus.run(
                    service: "checkout", ["curl", "-sS", "--cacert", secure.certificate, secure.url("/bytes/5000")])
                #expect(run.status == .exited(0), "\(run.standardError)")
                #expect(run.standardOutput.utf8.count == 5_000)
            }
            let failed = try await venus.run(service: "checkout", ["curl", "-sS", "https://127.0.0.1:\(dead)/"])
            #expect(failed.status == .exited(56))
            #expect(failed.standardError.contains("502"))

            let graph = try await eventually(within: .seconds(10), "both edges") { () -> JSONValue? in
                let graph = try await api.graph()
                let kpis = graph.edge("checkout", secure.authority)?["kpis"]
                // Beside the tunnels there are the exchanges inside.
                let tunnels = (kpis?["calls"].int ?? 0) - (kpis?["estimated"].int ?? 0)
                return tunnels == 3 && graph.edge("checkout", "127.0.0.1:\(dead)") != nil ? graph : nil
            }
            let tunnel = try #require(graph.edge("checkout", secure.authority))["kpis"]
            #expect(tunnel["availability"].double == 1)
            #expect(tunnel["basis"].string == "transport")
            #expect(try #require(tunnel["load"]["bytes_received_per_second"].double) > 0)
            let broken = try #require(graph.edge("checkout", "127.0.0.1:\(dead)"))["kpis"]
            #expect(broken["calls"].int == 1)
            #expect(broken["availability"].double == 0)
            #expect(broken["transport_error_rate"].double == 1)
        }

        @Test("calls survive a restart: history and graph go on where they were")
        func restart() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            #expect(
                try await venus.run(service: "checkout", ["curl", "-sS"] + Array(repeating: origin.url(), count: 25))
                    .status == .exited(0))
            #expect(try await venus.stop() == .exited(0))
            try await venus.start()
            #expect(try await venus.run(service: "checkout", ["curl", "-sS", origin.url()]).status == .exited(0))
            let api = try await venus.signIn()
            try await eventually(within: .seconds(5), "26 calls in the graph") {
                try await api.edge("checkout", origin.authority)?["kpis"]["calls"].int == 26
            }
            let history = try await api.get("/history?range=hour&service=checkout")
            #expect(history["totals"]["calls"].int == 26)
        }

        @Test("the one-time link signs in once")
        func signInLink() async throws {
            let venus = try await VenusUp()
            let token = try #require(venus.signInToken)
            let first = try await VenusAPI.login(port: venus.serverPort, body: "{\"token\":\"\(token)\"}")
            #expect(first.status == 200)
            #expect(first["set-cookie"]?.lowercased().contains("httponly") == true)
            let session = try #require(try JSONValue(first.text)["token"].string)
            #expect(try await VenusAPI(port: venus.serverPort, token: session).graph()["nodes"].array.isEmpty)
            let second = try await VenusAPI.login(port: venus.serverPort, body: "{\"token\":\"\(token)\"}")
            #expect(second.status == 401)
        }
    }
}

func expectClose(_ value: Double?, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(abs((value ?? .infinity) - expected) < 1e-8, sourceLocation: sourceLocation)
}
