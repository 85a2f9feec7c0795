import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Bad input")
    struct BadInputTests {
        @Test("what is no proper request gets the documented answer, and the proxy lives")
        func badRequests() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            let host = origin.authority
            let cases: [(name: String, request: String, status: Int)] = [
                ("garbage", "\u{1}\u{2}\u{3} garbage that is no HTTP\r\n\r\n", 400),
                ("an empty target", "GET  HTTP/1.1\r\nhost: \(host)\r\n\r\n", 400),
                ("CONNECT without a port", "CONNECT localhost HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
                ("CONNECT with an empty port", "CONNECT localhost: HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
                ("CONNECT to port 0", "CONNECT localhost:0 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
                ("CONNECT to port 65536", "CONNECT localhost:65536 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
                (
                    "both framings",
                    "POST http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                    400
                ),
                (
                    "two lengths",
                    "POST http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
                    400
                ),
                (
                    "a negative length", "POST http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\ncontent-length: -1\r\n\r\n",
                    400
                ),
                (
                    "a coding that is not chunked",
                    "POST http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\ntransfer-encoding: gzip\r\n\r\n",
                    400
                ),
                ("a space before the colon", "GET http://\(host)/ HTTP/1.1\r\nhost : \(host)\r\n\r\n", 400),
                ("a folded field", "GET http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\nx: a\r\n b\r\n\r\n", 400),
                ("no Host", "GET http://\(host)/ HTTP/1.1\r\n\r\n", 400),
                ("two Hosts", "GET http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\nhost: \(host)\r\n\r\n", 400),
                ("another version", "GET http://\(host)/ HTTP/3.7\r\nhost: \(host)\r\n\r\n", 505),
            ]
            for (name, request, status) in cases {
                let client = try HTTPClient(port: venus.proxyPort, timeout: .seconds(5))
                let response = try await client.raw(Array(request.utf8))
                #expect(response.status == status, "\(name)")
                #expect(!response.text.isEmpty, "\(name): a line that says what is wrong")
            }
            #expect(origin.requests() == 0, "nothing ambiguous is passed on")

            let fields = (0..<1_000).map { ("x-\($0)", String(repeating: "a", count: 100)) }
            let large = try await HTTPClient(port: venus.proxyPort).get(origin.url(), fields)
            #expect(large.status == 431)
            let long = try await HTTPClient(port: venus.proxyPort).get(
                origin.url("/" + String(repeating: "a", count: 100_000)))
            #expect(long.status == 414 || long.status == 431)

            #expect(try await HTTPClient(port: venus.proxyPort).get(origin.url()).status == 200)
            #expect(venus.proxyProcess == proxy, "the same process still serves")
        }

        @Test("bytes at random do not hurt the proxy")
        func randomBytes() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            var generator = SeededGenerator(seed: 2_247)
            let starts = [
                "", "GET ", "GET http://\(origin.authority)/ HTTP/1.1\r\n",
                "CONNECT \(origin.authority) HTTP/1.1\r\n\r\n",
            ]
            for round in 0..<200 {
                let connection = try TCPConnection(port: venus.proxyPort, timeout: .milliseconds(50))
                let bytes = (0..<Int.random(in: 1...3_000, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                // The proxy may well close while we write.
                try? connection.write(starts[round % starts.count])
                try? connection.write(bytes)
                if round % 2 == 0 { _ = try? connection.read() }
                round % 3 == 0 ? connection.reset() : connection.close()
            }
            #expect(try await HTTPClient(port: venus.proxyPort).get(origin.url()).status == 200)
            #expect(venus.proxyProcess == proxy, "the same process still serves")
        }

        @Test("half a request and silence is closed, and others are served meanwhile")
        func halfRequest() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let halves = try (0..<50).map { _ in try HTTPClient(port: venus.proxyPort, timeout: .seconds(45)) }
            for half in halves {
                try half.connection.write("GET \(origin.url()) HTTP/1.1\r\nhost: \(origin.authority)\r\nx-")
            }
            let start = ContinuousClock.now
            let others = try await LoadGenerator(proxyPort: venus.proxyPort, url: origin.url(), calls: 200).finish()
            #expect(others.failed == 0)
            for half in halves {
                let answer = String(decoding: try await half.readToEnd(), as: UTF8.self)
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
            }
            #expect(ContinuousClock.now - start < .seconds(40))
        }

        @Test("without a right token every route answers 401, the live socket too, and nothing of the token is logged")
        func wrongTokens() async throws {
            let venus = try await VenusUp()
            let wrong = "wrong-token-that-must-not-be-logged"
            let credentials: [[(String, String)]] = [
                [], [("authorization", "Bearer \(wrong)")], [("authorization", "Basic \(wrong)")],
                [("authorization", "Bearer")],
                [("cookie", "venus_session=\(wrong); session=\(wrong); venus=\(wrong)")],
                [("authorization", "Bearer " + String(repeating: "a", count: 6_000))],
            ]
            let routes = [
                ("GET", "/api/v1/graph"), ("GET", "/api/v1/kpis"), ("GET", "/api/v1/history"),
                ("POST", "/api/v1/logout"),
                ("GET", "/api/v1/live"), ("GET", "/api/v1/nothing-here"), ("DELETE", "/api/v1/services/checkout"),
                ("GET", "/api/v1/graph?window=\(wrong)"), ("GET", "/metrics"),
            ]
            for credential in credentials {
                for (method, path) in routes {
                    let response = try await HTTPClient(port: venus.serverPort).request(
                        method, path, [("host", "127.0.0.1:\(venus.serverPort)")] + credential)
                    // What is not there may say so, to anybody; what is there says nothing.
                    let isAbsent = ["/metrics", "/api/v1/nothing-here", "/api/v1/services/checkout"].contains(path)
                    #expect(
                        response.status == 401 || (isAbsent && response.status == 404),
                        "\(method) \(path) \(credential)")
                    #expect(!response.text.contains(wrong))
                }
                let socket = try await WebSocketClient(port: venus.serverPort, path: "/api/v1/live", fields: credential)
                #expect(socket.response.status == 401)
            }
            let socket = try await WebSocketClient(
                port: venus.serverPort, path: "/api/v1/live", subprotocols: ["venus.v1", "bearer.\(wrong)"])
            #expect(socket.response.status == 401)

            for body in [
                "{\"secret\":\"\(wrong)\"}", "{\"token\":\"\(wrong)\"}", "{\"secret\":5}", "{", "", "[]",
                "{\"secret\":\"\"}",
            ] {
                let response = try await VenusAPI.login(port: venus.serverPort, body: body)
                #expect([400, 401, 422, 429].contains(response.status), "\(body): \(response.status)")
                #expect(response["content-type"]?.hasPrefix("application/problem+json") == true)
                #expect(response["set-cookie"] == nil)
            }
            for path in ["/healthz", "/readyz"] {
                #expect(try await HTTPClient(port: venus.serverPort).get(path).status == 200)
            }
            let log = venus.process.standardError.text + venus.process.standardOutput.text
            #expect(!log.contains(wrong))
            #expect(!log.contains(venus.secret))
            #expect(log.lowercased().contains("sign-in"), "a refused sign-in is logged: \(log)")
            #expect(venus.process.isRunning)
        }

        @Test("a browser page of another site gets no live socket with the cookie")
        func foreignOrigin() async throws {
            let venus = try await VenusUp()
            let login = try await VenusAPI.login(port: venus.serverPort, body: "{\"secret\":\"\(venus.secret)\"}")
            let cookie = try #require(login["set-cookie"]?.split(separator: ";").first.map(String.init))
            let own = "http://127.0.0.1:\(venus.serverPort)"
            let good = try await WebSocketClient(
                port: venus.serverPort, path: "/api/v1/live", fields: [("cookie", cookie), ("origin", own)])
            #expect(good.response.status == 101)
            for origin in ["http://evil.example", "null", own + "0", "https://127.0.0.1:\(venus.serverPort)"] {
                let socket = try await WebSocketClient(
                    port: venus.serverPort, path: "/api/v1/live", fields: [("cookie", cookie), ("origin", origin)])
                #expect(socket.response.status == 403, "\(origin)")
            }
            let rebound = try await HTTPClient(port: venus.serverPort).get(
                "/api/v1/graph", [("host", "evil.example"), ("cookie", cookie)])
            #expect((400..<500).contains(rebound.status))
        }

        @Test("a signed-out session is gone at once, its sockets too")
        func signOut() async throws {
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            let live = try await api.live(subscribingTo: ["graph"])
            let out = try await HTTPClient(port: venus.serverPort).request(
                "POST", "/api/v1/logout", [("authorization", "Bearer \(api.token)")], body: [])
            #expect((200..<300).contains(out.status))
            await #expect(throws: TestFailure.self) { try await api.graph() }
            try await eventually(within: .seconds(10), "the end of the socket", holds: { !live.isOpen })
        }

        @Test("absurd parameters are problems, not crashes")
        func absurdParameters() async throws {
            let venus = try await VenusUp()
            let api = try await venus.signIn()
            for query in [
                "/graph?window=99999999999999999999", "/graph?window=-1", "/graph?window=", "/kpis?by=everything",
                "/history?range=century", "/history?range=", "/history?from=yesterday",
            ] {
                let response = try await HTTPClient(port: venus.serverPort).get(
                    "/api/v1" + query,
                    [("host", "127.0.0.1:\(venus.serverPort)"), ("authorization", "Bearer \(api.token)")])
                #expect(response.status == 400 || response.status == 422, "\(query): \(response.status)")
                #expect(response["content-type"]?.hasPrefix("application/problem+json") == true, "\(query)")
            }
            let live = try await api.live()
            for frame in [
                "garbage", "{}", "[]", "{\"type\":\"subscribe\"}", "{\"type\":\"subscribe\",\"topic\":\"nothing\"}",
                "{\"type\":\"subscribe\",\"topic\":\"graph\",\"filter\":{\"window\":\"5y\"}}",
            ] {
                try live.send(frame)
                _ = try await live.next("an error for \(frame)") { $0["type"].string == "error" }
            }
            #expect(live.isOpen)
            #expect(venus.process.isRunning)
        }

        @Test("secrets in URLs and fields land nowhere: not in logs, answers, the graph or on disk")
        func secretsInTraffic() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let secrets = ["hush-query", "hush-user", "hush-password", "hush-field", "hush-body"]
            let target = "http://hush-user:hush-password@\(origin.authority)/users/4711?key=hush-query"
            let client = try HTTPClient(port: venus.proxyPort)
            _ = try await client.request(
                "POST", target, [("host", origin.authority), ("authorization", "Bearer hush-field")],
                body: Array("hush-body".utf8))
            _ = try await HTTPClient(port: venus.proxyPort).get("http://127.0.0.1:\(try freePort())/?key=hush-query")
            _ = try await HTTPClient(port: venus.proxyPort).raw(
                Array("BAD http://hush-user@/hush-query \r\n\r\n".utf8))
            let plain = try await HTTPClient(port: venus.proxyPort).get(origin.url("/users/4711?key=hush-query"))
            #expect(plain.status == 200)
            let api = try await venus.signIn()
            let graph = try await eventually(within: .seconds(5), "the edge") { () -> String? in
                let graph = try await api.graph()
                return graph["edges"].array.isEmpty ? nil : graph.description
            }
            let operations = try await api.get("/kpis?by=operation").description
            #expect(try await venus.stop() == .exited(0))
            let files = try FileManager.default.subpathsOfDirectory(atPath: venus.directory.path)
            let disk = files.compactMap { FileManager.default.contents(atPath: venus.directory.file($0)) }
            for secret in secrets {
                #expect(
                    !venus.process.standardError.text.contains(secret)
                        && !venus.process.standardOutput.text.contains(secret))
                #expect(!graph.contains(secret) && !operations.contains(secret))
                #expect(!disk.contains { $0.range(of: Data(secret.utf8)) != nil })
            }
        }
    }
}
