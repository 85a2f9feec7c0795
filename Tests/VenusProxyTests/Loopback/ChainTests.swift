import Foundation
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Calls through upstream proxies")
struct ChainTests {
    private final class Heads: Sendable {
        let all = Mutex<[String]>([])
        func add(_ head: String) { all.withLock { $0.append(head) } }
        var joined: String { all.withLock { $0.joined() } }
    }

    private func through(
        _ url: String, for destinations: String = "", direct: String = "", connectTimeout: Duration = .seconds(10)
    ) throws -> (inout ProxyConfiguration) -> Void {
        var routes = UpstreamRoutes()
        routes.rules = [
            .init(try UpstreamProxy(url: url), destinations: try UpstreamRoutes.patterns(destinations))
        ]
        routes.direct = try UpstreamRoutes.patterns(direct)
        return { [routes] configuration in
            configuration.upstreams = routes
            configuration.connectTimeout = connectTimeout
        }
    }

    @Test("in plain HTTP through another of ours: in absolute form, recorded as calls to the origin")
    func plain() async throws {
        let second = try RunningProxy()
        try await withProxy(configuring: through("http://127.0.0.1:\(second.port)")) { proxy, origin in
            let client = try proxy.client()
            let seen = try await client.get(origin.url("/headers"))
            #expect(seen.status == 200)
            #expect(seen.text.hasPrefix("GET /headers HTTP/1.1\r\n"))
            #expect(seen.text.contains("Via: 1.1 venus-") && seen.text.components(separatedBy: "Via: ").count == 3)
            let echoed = try await client.request("POST", origin.url("/hash"), bodySize: 100_000)
            #expect(echoed.status == 200)
            for proxy in [proxy, second] {
                let calls = try await proxy.calls(2)
                #expect(calls.allSatisfy { $0.operation.port == UInt16(origin.port) && $0.operation.scheme == "http" })
                #expect(calls[1].call.bytesSent == 100_000)
            }
        }
        await second.stop()
    }

    @Test("calls to several dependencies share the connections to their parent; its refusals are the caller's")
    func shared() async throws {
        let heads = Heads()
        let parent = try ScriptedOrigin { connection in
            while case let head = connection.readHead(), !head.isEmpty {
                heads.add(head)
                connection.write("HTTP/1.1 \(head.contains("/gone") ? 404 : 200) x\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let url = "http://me:p%40ss@127.0.0.1:\(parent.port)"
        try await withProxy(configuring: through(url, direct: "127.0.0.1")) { proxy, origin in
            let client = try proxy.client()
            for target in ["http://a.test/one?x=1", "http://b.test:8080", "http://a.test/gone"] {
                #expect(try await client.get(target).status == (target.hasSuffix("gone") ? 404 : 200))
            }
            #expect(try await client.request("OPTIONS", "http://a.test").status == 200)
            #expect(parent.accepted == 1)
            // Straight there.
            #expect(try await client.get(origin.url()).status == 200)
            let calls = try await proxy.calls(5)
            #expect(calls.map(\.operation.host) == ["a.test", "b.test", "a.test", "a.test", "127.0.0.1"])
            #expect(calls[2].call.outcome == .clientError)
            #expect(calls[1].call.flags.contains(.reused))
            // No name was resolved here.
            #expect(calls[0].call.phases[.dns] == nil)
        }
        let seen = heads.joined
        #expect(seen.contains("GET http://a.test/one?x=1 HTTP/1.1\r\nHost: a.test\r\n"))
        #expect(seen.contains("GET http://b.test:8080/ HTTP/1.1\r\nHost: b.test:8080\r\n"))
        #expect(seen.contains("OPTIONS http://a.test HTTP/1.1\r\n"))
        #expect(seen.components(separatedBy: "Proxy-Authorization: Basic bWU6cEBzcw==\r\n").count == 5)
    }

    @Test("a tunnel through another of ours")
    func tunnel() async throws {
        let second = try RunningProxy()
        try await withProxy(configuring: through("http://127.0.0.1:\(second.port)")) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 200)
            let inside = try await client.request("POST", "/hash", bodySize: 3_000_000)
            #expect(inside.status == 200)
            let large = try await client.get("/bytes/3000000")
            #expect(large.bodyLength == 3_000_000 && large.bodyChecksum == BodyPattern.checksum(3_000_000))
            client.close()
            for proxy in [proxy, second] {
                _ = try await proxy.ends(1)
                let tunnel = try #require(proxy.tunnels.first)
                #expect(tunnel.operation.host == "127.0.0.1" && tunnel.operation.port == UInt16(origin.port))
                #expect(tunnel.call.outcome == .success && tunnel.call.phases[.connect] != nil)
            }
        }
        await second.stop()
    }

    @Test("what the destination says at once arrives, though it comes with the parent's answer")
    func early() async throws {
        let heads = Heads()
        let parent = try ScriptedOrigin { connection in
            heads.add(connection.readHead())
            connection.write("HTTP/1.1 200 OK\r\nProxy-Agent: x\r\n\r\n220 hello\r\n")
            connection.write(connection.read(4))
        }
        try await withProxy(configuring: through("http://127.0.0.1:\(parent.port)")) { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                // The client does not wait either.
                try connection.write("CONNECT mail.test:25 HTTP/1.1\r\nHost: mail.test:25\r\nUser-Agent: u\r\n\r\nQUIT")
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            connection.close()
            #expect(answer == "HTTP/1.1 200 Connection Established\r\n\r\n220 hello\r\nQUIT")
            #expect(heads.joined.hasPrefix("CONNECT mail.test:25 HTTP/1.1\r\nHost: mail.test:25\r\nUser-Agent: u\r\n"))
            let end = try await proxy.ends(1)[0]
            #expect(end.flags.contains(.tunnel))
            #expect(proxy.bytesReceived == 15 && proxy.bytesSent == 4)
        }
    }

    @Test("wrong credentials are a 502 that names the proxy, and its challenge is not the caller's")
    func credentials() async throws {
        let parent = try ScriptedOrigin { connection in
            _ = connection.readHead()
            connection.write(
                "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n")
        }
        let authority = "127.0.0.1:\(parent.port)"
        try await withProxy(configuring: through("http://me:wrong@\(authority)")) { proxy, _ in
            for (method, target) in [("GET", "http://a.test/"), ("CONNECT", "a.test:443")] {
                let response = try await proxy.client().request(method, target)
                #expect(response.status == 502)
                #expect(
                    response["proxy-status"]
                        == "venus; error=proxy_configuration_error; next-hop=\"\(authority)\"; details=\"upstream proxy\""
                )
                #expect(response["proxy-authenticate"] == nil)
                #expect(response.text.contains("(upstream proxy: \(authority))") && !response.text.contains("wrong"))
            }
            let calls = try await proxy.calls(2)
            #expect(calls.allSatisfy { $0.call.errorType == .proxyConfigurationError })
            #expect(calls.allSatisfy { $0.call.outcome == .transportError && $0.operation.host == "a.test" })
        }
    }

    @Test(
        "a parent that refuses a tunnel, by its status or by what it says in Proxy-Status",
        arguments: [
            ("403 No", "", 502, ErrorType.httpRequestDenied), ("503 No", "", 502, .destinationUnavailable),
            ("504 No", "", 504, .connectionTimeout), ("502 No", "squid; error=dns_timeout", 504, .dnsTimeout),
            ("502 No", "a; error=connection_refused, b; error=http_request_denied", 502, .connectionRefused),
        ])
    func refused(status: String, said: String, expected: Int, type: ErrorType) async throws {
        let parent = try ScriptedOrigin { connection in
            _ = connection.readHead()
            let field = said.isEmpty ? "" : "Proxy-Status: \(said)\r\n"
            connection.write("HTTP/1.1 \(status)\r\n\(field)Content-Length: 4\r\n\r\nbody")
        }
        try await withProxy(configuring: through("http://127.0.0.1:\(parent.port)")) { proxy, _ in
            let client = try proxy.client()
            let response = try await client.connect("a.test:443")
            #expect(response.status == expected)
            let own = "venus; error=\(type.name); next-hop=\"127.0.0.1:\(parent.port)\"; details=\"upstream proxy\""
            #expect(response["proxy-status"] == (said.isEmpty ? own : "\(said), \(own)"))
            #expect(!response.text.contains("body"))
            #expect(try await proxy.calls(1)[0].call.errorType == type)
            // The client's connection goes on.
            #expect(try await client.connect("a.test:443").status == expected)
        }
    }

    @Test(
        "a parent that is dead, silent, or something else",
        arguments: [
            ("http", "dead", 502, ErrorType.connectionRefused), ("socks5", "dead", 502, .connectionRefused),
            ("http", "silent", 504, .connectionTimeout), ("socks5", "silent", 504, .connectionTimeout),
            ("http", "closes", 502, .connectionTerminated), ("socks5", "closes", 502, .connectionTerminated),
            ("http", "babbles", 502, .httpProtocolError), ("socks5", "babbles", 502, .httpProtocolError),
        ])
    func dead(scheme: String, manner: String, status: Int, type: ErrorType) async throws {
        let server: RawServer? =
            switch manner {
            case "dead": nil
            case "silent": try RawServer(.silent)
            case "closes": try RawServer(.script { _ = try? $0.read() })
            default:
                try RawServer(
                    .script { connection in
                        try? connection.write("SSH-2.0-x\r\n")
                        _ = try? connection.read(upTo: "\u{0}\u{0}\u{0}")
                    })
            }
        let authority = try server?.authority ?? "127.0.0.1:\(freePort())"
        let change = try through(
            "\(scheme)://\(authority)", connectTimeout: manner == "silent" ? .milliseconds(300) : .seconds(10))
        try await withProxy(configuring: change) { proxy, _ in
            let response = try await proxy.client().connect("a.test:443")
            #expect(response.status == status)
            #expect(
                response["proxy-status"]?.hasPrefix("venus; error=\(type.name); next-hop=\"\(authority)\";") == true,
                "\(response["proxy-status"] ?? "")")
            let call = try await proxy.calls(1)[0]
            #expect(call.call.errorType == type && call.operation.host == "a.test")
        }
    }

    /// A SOCKS5 proxy that leads everything to one port, and notes what it was asked for.
    private func socks(to port: Int, _ heads: Heads, password: String? = nil) throws -> ScriptedOrigin {
        try ScriptedOrigin { connection in
            let greeting = connection.read(2)
            guard greeting.count == 2 else { return }
            _ = connection.read(Int(greeting[1]))
            connection.write([5, password == nil ? 0 : 2])
            if let password {
                // Who has offered no password leaves.
                let start = connection.read(2)
                guard start.count == 2 else { return }
                let user = connection.read(Int(start[1]))
                let given = connection.read(Int(connection.read(1).first ?? 0))
                let isRight = String(decoding: user + [58] + given, as: UTF8.self) == password
                connection.write([1, isRight ? 0 : 1])
                guard isRight else { return }
            }
            let request = connection.read(5)
            guard request.count == 5 else { return }
            let host = connection.read(request[3] == 3 ? Int(request[4]) : request[3] == 1 ? 3 : 15)
            let wanted = connection.read(2)
            let name = request[3] == 3 ? String(decoding: host, as: UTF8.self) : "address"
            heads.add("\(name):\(Int(wanted[0]) << 8 | Int(wanted[1])) ")
            guard name != "refused.test" else { return connection.write([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]) }
            guard let origin = try? TCPConnection(host: "127.0.0.1", port: port, timeout: .seconds(20)) else { return }
            connection.write([5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
            // One request and its answer at a time is enough here.
            while case let head = connection.readHead(), !head.isEmpty {
                guard (try? origin.write(head)) != nil, let answer = try? origin.read(upTo: "ok\n") else { return }
                connection.write(answer)
            }
        }
    }

    @Test("through SOCKS5, with and without a password: names go as they are, connections are used again")
    func socks() async throws {
        for password in [nil, "me:p@ss"] {
            let heads = Heads()
            let origin = try Origin()
            let parent = try socks(to: origin.port, heads, password: password)
            let user = password == nil ? "" : "me:p%40ss@"
            try await withProxy(configuring: through("socks5://\(user)127.0.0.1:\(parent.port)")) { proxy, _ in
                let client = try proxy.client()
                for _ in 0..<3 { #expect(try await client.get("http://a.test/").text == "ok\n") }
                #expect(parent.accepted == 1)
                #expect(try await client.get("http://192.0.2.1:8080/").status == 200)
                #expect(parent.accepted == 2)
                let tunnel = try proxy.client()
                #expect(try await tunnel.connect("b.test:443").status == 200)
                #expect(try await tunnel.get("/").text == "ok\n")
                let refused = try await client.get("http://refused.test/")
                #expect(refused.status == 502)
                #expect(
                    refused["proxy-status"]
                        == "venus; error=connection_refused; next-hop=\"127.0.0.1:\(parent.port)\"; "
                        + "details=\"upstream proxy\"")
                #expect(heads.joined == "a.test:80 address:8080 b.test:443 refused.test:80 ")
                let calls = try await proxy.calls(5)
                #expect(calls[0].operation.host == "a.test" && calls[0].call.phases[.connect] != nil)
                #expect(calls[2].call.flags.contains(.reused))
            }
        }
    }

    @Test("a SOCKS5 proxy that does not take the password")
    func socksCredentials() async throws {
        let origin = try Origin()
        let parent = try socks(to: origin.port, Heads(), password: "me:right")
        for user in ["me:wrong@", ""] {
            try await withProxy(configuring: through("socks5://\(user)127.0.0.1:\(parent.port)")) { proxy, _ in
                let response = try await proxy.client().get("http://a.test/")
                #expect(response.status == 502)
                let type = user.isEmpty ? "http_protocol_error" : "proxy_configuration_error"
                #expect(response["proxy-status"]?.contains("error=\(type)") == true)
            }
        }
        #expect(origin.requests() == 0)
    }

    @Test("two proxies that lead to each other are a loop, and so is one that leads to itself")
    func loops() async throws {
        let ports = try (freePort(), freePort())
        let change = { (own: Int, other: Int) in
            let route = try through("http://127.0.0.1:\(other)")
            return { (configuration: inout ProxyConfiguration) in
                route(&configuration)
                configuration.port = UInt16(own)
            }
        }
        let (first, second) = try (
            RunningProxy(configuring: change(ports.0, ports.1)), RunningProxy(configuring: change(ports.1, ports.0))
        )
        for (method, target) in [("GET", "http://a.test/"), ("CONNECT", "a.test:443")] {
            let response = try await first.client().request(method, target)
            #expect(response.status == 502)
            #expect(response["proxy-status"]?.contains("error=proxy_loop_detected") == true)
        }
        await first.stop()
        await second.stop()
        let own = try freePort()
        let alone = try RunningProxy(configuring: change(own, own))
        let response = try await alone.client().get("http://a.test/")
        #expect(response["proxy-status"]?.contains("error=proxy_loop_detected") == true)
        await alone.stop()
    }
}
