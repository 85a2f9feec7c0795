import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// Nothing that comes over the network steers a terminal, a page, or whoever reads logs by machine.
    @Suite("Harmless output")
    struct HarmlessOutputTests {
        private static let hostile: [AbuseClass] = [
            .fields, .otherProtocols, .targets, .authorities, .connect, .statusLines, .responseFields,
        ]

        @Test("logs are lines of plain text, whatever they tell of", arguments: ["text", "json"])
        func logs(format: String) async throws {
            let bench = try await AbuseBench(environment: ["VENUS_LOG_LEVEL": "trace", "VENUS_LOG_FORMAT": format])
            try await play(bench)
            for name in Self.serverNames { try await greet(bench.origin.authority, through: bench.proxyPort, as: name) }
            try await bench.stop()
            expectPlain(bench.log)
            #expect(!bench.log.contains("DROP TABLE"))
            let lines = bench.log.split(separator: "\n").filter { $0.contains("refused a request") }
            #expect(!lines.isEmpty)
            if format == "json" { for line in lines { #expect(throws: Never.self) { try JSONValue(String(line)) } } }
        }

        @Test("the stream is text in Redis and in venus tail")
        func stream() async throws {
            let redis = try await RedisServer()
            let bench = try await AbuseBench(environment: ["VENUS_STREAM_URL": redis.url])
            let tail = try VenusBinary.start(["tail"], environment: bench.environment)
            try await eventually("venus tail") {
                for problem in try await bench.play(.passed("a call", .get(), as: .get()), at: 999) {
                    Issue.record("\(problem)")
                }
                return tail.standardOutput.text.contains("GET /good")
            }
            try await play(bench)
            for name in Self.serverNames { try await greet(bench.origin.authority, through: bench.proxyPort, as: name) }
            let last = "/case" + "mmm"
            _ = try await bench.play(.passed("the last call", .get(), as: .get()), at: 999)
            try await eventually("the last call in venus tail") { tail.standardOutput.text.contains(last) }
            try await bench.stop()
            try await tail.stop()
            expectPlain(tail.standardOutput.text, allowing: "→–≈")
            let stream = try await redis.cli("XRANGE", "venus:calls:{0}", "-", "+")
            #expect(stream.contains("CONNECT") && stream.contains("\tGET\t"))
            for word in ["script", "[31m", "\u{202e}", "DROP TABLE"] { #expect(!stream.contains(word), "\(word)") }
            expectPlain(stream.replacingOccurrences(of: "\t", with: " "))
        }

        @Test("API, terminal and dashboard show a name of markup as it is, and do not obey it")
        func names() async throws {
            let name = "<img src=x onerror=window.pwned=1>\u{202e}</script>"
            let origin = try LoggingOrigin()
            origin.answer(
                "/<script>window.pwned=1</script>",
                with: .init("HTTP/1.1 503 <script>window.pwned=1</script>\r\nContent-Length: 2\r\n\r\nok"))
            let venus = try await VenusUp(environment: ["VENUS_SERVICE": name])
            let client = try HTTPClient(port: venus.proxyPort)
            #expect(try await client.get("http://\(origin.authority)/<script>window.pwned=1</script>").status == 503)

            let api = try await venus.signIn()
            let graph = try await eventually(within: .seconds(5), "the edge") { () -> JSONValue? in
                let graph = try await api.graph()
                return graph.edge(name, origin.authority) == nil ? nil : graph
            }
            #expect(graph.edge(name, origin.authority)?["kpis"]["calls"].int == 1)
            let operations = try await api.get("/kpis?window=5m&by=operation").description
            for text in [graph.description, operations] { #expect(!text.contains("<script>")) }
            #expect(operations.contains("GET /*/*"))

            let shown = try await VenusBinary.output(
                ["graph"],
                environment: venus.runEnvironment.merging([
                    "VENUS_SERVER_LISTEN": "127.0.0.1:\(venus.serverPort)", "VENUS_SERVER_SECRET": venus.secret,
                ]) { $1 })
            #expect(shown.status == .exited(0), "\(shown.standardError)")
            #expect(shown.standardOutput.contains("<img src=x onerror=window.pwned=1>\u{fffd}</script>"))

            let browser = try await Browser()
            do { try await look(at: venus, in: browser, for: origin.authority) } catch {
                try? await browser.close()
                throw error
            }
            try await browser.close()
            expectPlain(venus.process.standardError.text)
        }

        private func look(at venus: VenusUp, in browser: Browser, for dependency: String) async throws {
            let token = try #require(venus.signInToken)
            try await browser.open("http://127.0.0.1:\(venus.serverPort)/sign-in#\(token)")
            let row = try await browser.wait(for: "#table tbody tr") { $0.contains(dependency) }
            #expect(row.contains("<img src=x onerror=window.pwned=1>"))
            try await browser.wait(for: ".node .name")
            try await browser.click("#table tbody .link")
            try await browser.wait(for: "#details")
            #expect(try await browser.run("return typeof window.pwned").string == "undefined")
            #expect(
                try await browser.run("return document.querySelectorAll('img[src=x], main script').length").int == 0)
            #expect(try await browser.consoleErrors() == [])
        }

        @Test(
            "a name that steers a terminal is no name, and the error that says so is plain",
            arguments: ["a\u{1b}[31mb", "a\nb", "a\u{9b}b"])
        func steeringNames(name: String) async throws {
            let output = try await VenusBinary.output(["proxy"], environment: ["VENUS_SERVICE": name])
            #expect(output.status == .exited(78))
            #expect(output.standardError.contains("service"))
            expectPlain(output.standardError + output.standardOutput, allowing: "…\u{fffd}")
        }

        @Test("what a server answers to venus login is shown, and not obeyed")
        func login() async throws {
            let origin = try LoggingOrigin()
            let directory = try TemporaryDirectory()
            for (status, answer, expected) in [
                (
                    "200 OK",
                    #"{"token":"t","account":"a\u001b[31mda","role":"adm\nin","expires_at":"\u009b2J\u202enow"}"#,
                    ExitStatus.exited(0)
                ),
                ("401 No", #"{"detail":"no\u001b]0;x\u0007\nvenus: welcome"}"#, .exited(1)),
                ("401 No", #"{"title":"no\u001b[2J\u202e"}"#, .exited(1)),
            ] {
                origin.answer(
                    "/api/v1/login",
                    with: .init("HTTP/1.1 \(status)\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"))
                let output = try await VenusBinary.output(
                    ["login", "http://\(origin.authority)"], environment: ["VENUS_DATA": directory.file("data")],
                    standardInput: "a secret\n")
                #expect(output.status == expected, "\(output.standardError)")
                let text = output.standardOutput + output.standardError
                #expect(text.contains("\u{fffd}"), "\(text)")
                #expect(!text.split(separator: "\n").contains { $0.hasPrefix("venus: welcome") || $0.hasPrefix("in,") })
                expectPlain(text, allowing: "\u{fffd}")
            }
        }

        /// What a client may call its server in TLS; none of these is a host.
        private static let serverNames = [
            "<script>alert(1)</script>", "a\u{1b}[31mb.example", "a\u{0}b", "a\tb\nc\rd",
            "\u{e2}\u{80}\u{ae}moc.elpmaxe",
            "a b", "", many(400), "'; DROP TABLE calls; --", "%n%s", "..", "\u{ff}\u{fe}",
        ]

        @Test("what a client calls its server in TLS is shown where it is a host's name, and nowhere else")
        func greetings() async throws {
            let origin = try RawServer(.silent)
            let venus = try await VenusUp()
            for name in ["good.example"] + Self.serverNames {
                try await greet(origin.authority, through: venus.proxyPort, as: name)
            }
            let api = try await venus.signIn()
            let operations = try await eventually(within: .seconds(10), "all tunnels") { () -> [String: Int]? in
                let items = try await api.get("/kpis?window=5m&by=operation")["items"].array
                let calls = Dictionary(
                    items.map { ($0["operation"].string ?? "", $0["kpis"]["calls"].int ?? 0) }, uniquingKeysWith: +)
                return calls.values.reduce(0, +) == Self.serverNames.count + 1 ? calls : nil
            }
            #expect(operations == ["CONNECT good.example tls": 1, "CONNECT tls": Self.serverNames.count])
            let graph = try await VenusBinary.output(
                ["graph"],
                environment: venus.runEnvironment.merging([
                    "VENUS_SERVER_LISTEN": "127.0.0.1:\(venus.serverPort)", "VENUS_SERVER_SECRET": venus.secret,
                ]) { $1 })
            #expect(graph.status == .exited(0), "\(graph.standardError)")
            for text in [try await api.graph().description, graph.standardOutput, venus.process.transcript] {
                for word in ["<script", "[31m", "\u{202e}", "DROP TABLE"] { #expect(!text.contains(word), "\(word)") }
            }
            expectPlain(venus.process.standardError.text)
        }

        /// Opens a tunnel, greets in TLS with this server name, and leaves.
        private func greet(_ authority: String, through port: Int, as name: String) async throws {
            try await blocking {
                let connection = try TCPConnection(port: port, timeout: .seconds(5))
                defer { connection.close() }
                try connection.write("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
                #expect(try connection.read(upTo: "\r\n\r\n")?.starts(with: Array("HTTP/1.1 200".utf8)) == true)
                try connection.write(ClientGreeting.bytes(serverName: [UInt8](oneByteAScalar: name)))
            }
        }

        private func play(_ bench: AbuseBench) async throws {
            for abuse in Self.hostile {
                for (place, each) in abuse.cases.enumerated() {
                    for problem in try await bench.play(each, at: place) { Issue.record("\(problem)") }
                }
            }
        }

        /// Printable ASCII in lines, and what is allowed beside it.
        private func expectPlain(
            _ text: String, allowing others: String = "", sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let odd = lines.filter { line in
                !line.unicodeScalars.allSatisfy {
                    (0x20...0x7E).contains($0.value) || others.unicodeScalars.contains($0)
                }
            }
            #expect(odd.isEmpty, sourceLocation: sourceLocation)
        }
    }
}
