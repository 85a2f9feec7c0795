import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Through other proxies")
    struct ChainsTests {
        /// Our proxy, with other proxies before it.
        private static func proxy(
            _ upstreams: String, _ more: [String: String] = [:], directory: TemporaryDirectory
        ) async throws -> (process: ChildProcess, port: Int) {
            let port = try freePort()
            let environment = [
                "VENUS_DATA": directory.file("data-\(port)"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
                "VENUS_PROXY_UPSTREAMS": upstreams,
            ]
            let process = try VenusBinary.start(
                ["proxy"], environment: environment.merging(more) { $1 }, directory: directory.path)
            do {
                try await eventually(within: .seconds(15), "the proxy") {
                    if !process.isRunning { throw TestFailure("it ended") }
                    try TCPConnection(port: port).close()
                    return true
                }
            } catch { throw TestFailure("\(error)\n\(process.transcript)") }
            return (process, port)
        }

        /// Runs curl through a proxy: its head and body as they came.
        private static func curl(_ port: Int, _ arguments: String...) async throws -> ChildProcess.Output {
            try await ChildProcess.output(
                of: "curl", ["-sS", "-i", "-m", "20", "-x", "http://127.0.0.1:\(port)"] + arguments)
        }

        @Test(
            "ours, then tinyproxy or microsocks, then the origin: plain, large, uploaded, and within TLS",
            arguments: ["tinyproxy", "microsocks"], [false, true])
        func chain(program: String, authenticates: Bool) async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let user = authenticates ? "venus" : nil
            let other =
                program == "tinyproxy"
                ? try await UpstreamProxyProcess.tinyproxy(user: user, password: "s3cret")
                : try await UpstreamProxyProcess.microsocks(user: user, password: "s3cret")
            let scheme = program == "tinyproxy" ? "http" : "socks5"
            let credentials = authenticates ? "venus:s3cret@" : ""
            let directory = try TemporaryDirectory()
            let (process, port) = try await Self.proxy(
                "\(scheme)://\(credentials)\(other.authority)", directory: directory)

            let headers = try await Self.curl(port, origin.url("/headers"))
            #expect(headers.standardOutput.hasPrefix("HTTP/1.1 200 "), "\(headers.standardOutput)")
            #expect(headers.standardOutput.contains("GET /headers HTTP/1."))
            #expect(headers.standardOutput.lowercased().contains("via: 1.1 venus-"))
            // Only tinyproxy speaks HTTP.
            #expect(headers.standardOutput.contains("tinyproxy") == (program == "tinyproxy"))
            #expect(!headers.standardOutput.contains("s3cret"))

            let client = try HTTPClient(port: port)
            let direct = try await HTTPClient(port: origin.port).get("/bytes/2000000")
            let large = try await client.get(origin.url("/bytes/2000000"))
            #expect(large.bodyChecksum == direct.bodyChecksum && large.bodyLength == 2_000_000)
            let sent = try await client.request("POST", origin.url("/hash"), bodySize: 1_000_000)
            let expected = try await HTTPClient(port: origin.port).request("POST", "/hash", bodySize: 1_000_000)
            #expect(sent.text == expected.text)

            let inside = try await Self.curl(port, "--cacert", secure.certificate, secure.url("/bytes/300000"))
            #expect(inside.status == .exited(0), "\(inside.standardError)")
            #expect(inside.standardOutput.hasSuffix(String(repeating: "x", count: 1_000)))

            #expect(try await process.stop(SIGTERM, within: .seconds(20)) == .exited(0))
            #expect(!process.transcript.contains("s3cret"))
            try await other.stop()
        }

        @Test("ours, then ours, then the origin: no loop, and each records the call as one to the origin")
        func ours() async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let venus = try await VenusUp()
            let run = try await venus.run(
                service: "checkout",
                [
                    "curl", "-sS", "-k", origin.url("/headers"), secure.url("/"), "-H", "Expect:", "-d", "body",
                ], environment: ["http_proxy": "http://127.0.0.1:\(venus.proxyPort)"])
            #expect(run.status == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput.components(separatedBy: "Via: ").count == 3, "\(run.standardOutput)")
            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "both services' edges") {
                let graph = try await api.graph()
                return graph.edge("checkout", origin.authority) != nil
                    && graph.edge("unknown_service", origin.authority) != nil
                    && graph.edge("checkout", secure.authority) != nil
                    // Without https_proxy, tunnels go straight there.
                    && graph.edge("unknown_service", secure.authority) == nil
            }
        }

        @Test("wrong credentials and dead proxies: the answer says which hop it was", arguments: ["http", "socks5"])
        func failures(scheme: String) async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let other =
                scheme == "http"
                ? try await UpstreamProxyProcess.tinyproxy(user: "venus", password: "s3cret")
                : try await UpstreamProxyProcess.microsocks(user: "venus", password: "s3cret")
            let directory = try TemporaryDirectory()
            let (process, port) = try await Self.proxy(
                "\(scheme)://venus:wr0ng@\(other.authority)", ["VENUS_PROXY_NO_PROXY": "localhost"],
                directory: directory)
            func failure(_ answer: ChildProcess.Output, _ error: String) -> Bool {
                let head = answer.standardOutput
                return head.hasPrefix("HTTP/1.1 502 ") && !head.lowercased().contains("proxy-authenticate")
                    && head.contains(
                        "Proxy-Status: venus; error=\(error); next-hop=\"\(other.authority)\"; details=\"upstream proxy\""
                    )
            }
            if scheme == "socks5" {
                let plain = try await Self.curl(port, origin.url())
                #expect(failure(plain, "proxy_configuration_error"), "\(plain.standardOutput)")
            } else {
                // Wrong ones it answers by 401 (not by 407), which could be the origin's as well.
                let (without, port) = try await Self.proxy("http://\(other.authority)", directory: directory)
                defer { withExtendedLifetime(without) {} }
                let plain = try await Self.curl(port, origin.url())
                #expect(failure(plain, "proxy_configuration_error"), "\(plain.standardOutput)")
            }
            let tunnel = try await Self.curl(port, "-k", secure.url())
            #expect(tunnel.status == .exited(56) || tunnel.status == .exited(7), "\(tunnel.standardError)")
            #expect(failure(tunnel, "proxy_configuration_error"), "\(tunnel.standardOutput)")
            #expect(origin.requests() == 0)

            try await other.stop()
            for url in [origin.url(), secure.url()] {
                let dead = try await Self.curl(port, "-k", url)
                #expect(failure(dead, "connection_refused"), "\(dead.standardOutput)")
            }
            // What goes straight there is as well as ever.
            let direct = try await Self.curl(port, "http://localhost:\(origin.port)/")
            #expect(direct.standardOutput.hasPrefix("HTTP/1.1 200 "))
            try await process.stop(SIGTERM, within: .seconds(20))
            #expect(!process.transcript.contains("wr0ng"))
        }

        @Test("TLS to the proxy, which has to prove its name")
        func sealed() async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let other = try await UpstreamProxyProcess.tinyproxy(user: "venus", password: "s3cret")
            let relay = try await TLSRelay(to: other.port)
            let upstream = "https://venus:s3cret@\(relay.authority)"
            let directory = try TemporaryDirectory()
            let (sealing, port) = try await Self.proxy(
                upstream, ["VENUS_PROXY_UPSTREAMS_TRUST_FILE": relay.certificate], directory: directory)
            defer { withExtendedLifetime(sealing) {} }
            let headers = try await Self.curl(port, origin.url("/headers")).standardOutput
            #expect(headers.hasPrefix("HTTP/1.1 200 ") && headers.contains("tinyproxy"), "\(headers)")
            let client = try HTTPClient(port: port)
            let large = try await client.get(origin.url("/bytes/2000000"))
            #expect(large.bodyChecksum == BodyPattern.checksum(2_000_000))
            let inside = try await Self.curl(port, "--cacert", secure.certificate, secure.url("/bytes/300000"))
            #expect(inside.status == .exited(0), "\(inside.standardError)")
            #expect(inside.standardOutput.hasSuffix(String(repeating: "x", count: 1_000)))

            // Not trusted, trusted under another name, and not TLS at all.
            let plain = try RawServer(
                .script { connection in
                    try? connection.write("220 this is something else\r\n")
                    _ = try? connection.read(upTo: "\r\n\r\n\r\n")
                })
            let misnamed = try await TLSRelay(to: other.port, name: "DNS:proxy.test")
            let cases = [
                (upstream, "", "tls_certificate_error"),
                ("https://venus:s3cret@\(misnamed.authority)", misnamed.certificate, "tls_certificate_error"),
                ("https://venus:s3cret@\(plain.authority)", relay.certificate, "tls_protocol_error"),
            ]
            for (url, trust, error) in cases {
                let (refusing, port) = try await Self.proxy(
                    url, ["VENUS_PROXY_UPSTREAMS_TRUST_FILE": trust], directory: directory)
                defer { withExtendedLifetime(refusing) {} }
                for target in [origin.url(), secure.url()] {
                    let answer = try await Self.curl(port, "-k", target).standardOutput
                    #expect(answer.hasPrefix("HTTP/1.1 502 "))
                    #expect(answer.contains("Proxy-Status: venus; error=\(error); next-hop="), "\(answer)")
                }
            }
        }

        @Test("a dead origin behind a proxy is told apart from a dead proxy")
        func deadOrigin() async throws {
            let dead = try freePort()
            let directory = try TemporaryDirectory()
            let (last, second) = try await Self.proxy("", directory: directory)
            let (first, port) = try await Self.proxy("http://127.0.0.1:\(second)", directory: directory)
            defer { withExtendedLifetime((first, last)) {} }
            let tunnel = try await Self.curl(port, "-p", "http://127.0.0.1:\(dead)/").standardOutput
            #expect(
                tunnel.contains(
                    "Proxy-Status: venus; error=connection_refused, "
                        + "venus; error=connection_refused; next-hop=\"127.0.0.1:\(second)\""), "\(tunnel)")
            let plain = try await Self.curl(port, "http://127.0.0.1:\(dead)/").standardOutput
            #expect(plain.hasPrefix("HTTP/1.1 502 ") && plain.contains("Proxy-Status: venus; error=connection_refused"))
            let socks = try await UpstreamProxyProcess.microsocks()
            let (third, other) = try await Self.proxy("socks5://\(socks.authority)", directory: directory)
            defer { withExtendedLifetime(third) {} }
            let answer = try await Self.curl(other, "http://127.0.0.1:\(dead)/").standardOutput
            #expect(answer.contains("error=connection_refused; next-hop=\"\(socks.authority)\""), "\(answer)")
        }

        @Test(
            "venus run goes through the proxy that it inherits, but for what NO_PROXY names; one within another as well"
        )
        func inherited() async throws {
            let origin = try Origin()
            let other = try await UpstreamProxyProcess.tinyproxy(user: "venus", password: "s3cret")
            let directory = try TemporaryDirectory()
            let environment = [
                "VENUS_DATA": directory.file("data"), "HTTP_PROXY": "http://venus:s3cret@\(other.authority)",
                "NO_PROXY": "localhost, 10.0.0.0/8",
            ]
            let script = "curl -sS $0/headers; curl -sS $1/headers; env"
            let direct = "http://localhost:\(origin.port)"
            let run = try await VenusBinary.output(
                ["run", "--", "sh", "-c", script, "http://\(origin.authority)", direct], environment: environment,
                directory: directory.path)
            let answers = run.standardOutput.components(separatedBy: "GET /headers")
            #expect(answers.count == 3, "\(run.standardOutput)\(run.standardError)")
            guard answers.count == 3 else { return }
            #expect(answers[1].contains("tinyproxy") && !answers[2].contains("tinyproxy"))
            #expect(answers[1].contains("venus-") && answers[2].contains("venus-"))
            // The command knows nothing of the other proxy.
            #expect(!run.standardOutput.contains("s3cret") && !run.standardError.contains("s3cret"))

            let nested = try await VenusBinary.output(
                [
                    "run", "--", VenusBinary.path(), "run", "--", "curl", "-sS", "http://\(origin.authority)/headers",
                ],
                environment: ["VENUS_DATA": directory.file("data")], directory: directory.path)
            #expect(nested.standardOutput.components(separatedBy: "Via: ").count == 3, "\(nested.standardOutput)")
        }

        @Test("the configuration's proxies are shown without their passwords, and what is wrong is told without them")
        func configuration() async throws {
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                """
                proxy:
                  upstreams:
                    - url: http://me:s3cret@proxy.example.com:3128
                      for: [example.com, 10.0.0.0/8, "*:443"]
                    - { url: "socks5://127.0.0.1", for: "*.internal" }
                  no_proxy: [localhost, .test]
                  dns_server: 127.0.0.1
                  dns_overrides: [api.example.com=127.0.0.1 ::1]

                """, to: "venus.yaml")
            let check = try await VenusBinary.output(["config", "check", "--config", file], directory: directory.path)
            #expect(check.status == .exited(0), "\(check.standardError)")
            for part in [
                "http://***@proxy.example.com:3128 for example.com 10.0.0.0/8 *:443; socks5",
                "localhost, test", "127.0.0.1:53", "api.example.com=127.0.0.1 ::1",
            ] { #expect(check.standardOutput.contains(part), "\(part): \(check.standardOutput)") }
            #expect(!check.standardOutput.contains("s3cret"))

            for bad in ["http://me:s3cret@", "ftp://me:s3cret@h", "http://me:s3cret@h for", "http://me:s3cret@h to x"] {
                let wrong = try await VenusBinary.output(
                    ["config", "check"], environment: ["VENUS_PROXY_UPSTREAMS": bad], directory: directory.path)
                #expect(wrong.status == .exited(78))
                #expect(wrong.standardError.contains("proxy.upstreams") && !wrong.standardError.contains("s3cret"))
            }
            let secret = try directory.write(
                "http://me:s3cret@h:1 for a.test\nsocks5://h:2\n", to: "upstreams")
            let fromFile = try await VenusBinary.output(
                ["config", "check"],
                environment: [
                    "VENUS_PROXY_UPSTREAMS_FILE": secret, "VENUS_CONFIG": try directory.write("", to: "none"),
                ],
                directory: directory.path)
            #expect(
                fromFile.standardOutput.contains("http://***@h:1 for a.test; socks5://h:2"), "\(fromFile.standardError)"
            )
        }
    }
}
