import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A proxy that wants keys", .timeLimit(.minutes(2)))
struct AccessTests {
    private static let keys = ["checkout": "key-of-checkout", "shop": "key-of-shop"]

    private func keys(_ keys: [String: String] = Self.keys) throws -> ServiceKeys {
        try ServiceKeys(
            text: keys.map { "\($0) sha256:\(KeyDigest(of: Array($1.utf8)).hexadecimal)" }.joined(separator: "\n"))
    }

    private func field(_ service: String, _ key: String) -> (String, String) {
        ("Proxy-Authorization", "Basic \(base64("\(service):\(key)"))")
    }

    private var checkout: (String, String) { field("checkout", "key-of-checkout") }
    private var shop: (String, String) { field("shop", "key-of-shop") }

    @Test("asks for credentials, lets nothing through to the origin without them, and records no call")
    func asks() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            let answer = try await client.get(origin.url("/headers"))
            #expect(answer.status == 407)
            #expect(answer["proxy-authenticate"] == "Basic realm=\"venus\", charset=\"UTF-8\"")
            #expect(answer["proxy-status"] == "venus; error=http_request_denied")
            #expect(answer["connection"] == nil)
            #expect(answer.text.contains("http_request_denied"))
            let head = try await client.request("HEAD", origin.url("/headers"))
            #expect(head.status == 407 && head.bodyLength == 0)
            #expect(origin.connectionsAccepted == 0)
            #expect(proxy.server.refusedForCredentials == 2)
            // The same connection goes on with credentials.
            let good = try await client.get(origin.url("/headers"), [checkout])
            #expect(good.status == 200)
            #expect(!good.text.lowercased().contains("proxy-authorization"))
            let recorded = try await proxy.calls(1)
            #expect(recorded.count == 1)
            #expect(recorded[0].service == "checkout")
        }
    }

    @Test("refuses credentials that are not exactly those of a service")
    func refuses() async throws {
        let fields: [[(String, String)]] = [
            [field("checkout", "key-of-shop")], [field("shop", "key-of-checkout")], [field("unknown", "key-of-shop")],
            [field("checkout", "")], [field("", "key-of-checkout")], [field("Checkout", "key-of-checkout")],
            [field("checkout", "key-of-checkout ")], [("Proxy-Authorization", "")], [("Proxy-Authorization", "Basic")],
            [("Proxy-Authorization", "Basic !!!!")], [("Proxy-Authorization", "Bearer key-of-checkout")],
            [("Proxy-Authorization", "Basic " + base64("checkout"))], [checkout, checkout], [checkout, shop],
            [("Proxy-Authorization", "Basic " + String(repeating: "A", count: 20_000))],
            [("Authorization", checkout.1)],
        ]
        try await withProxy(keys: try keys()) { proxy, origin in
            // Also on a connection that had good ones before.
            let known = try proxy.client()
            #expect(try await known.get(origin.url(), [checkout]).status == 200)
            let fresh = try proxy.client()
            for client in [known, fresh] {
                for field in fields {
                    #expect(try await client.get(origin.url("/bad"), field).status == 407, "\(field)")
                }
            }
            #expect(origin.requests("/bad") == 0)
            #expect(try await known.get(origin.url(), [checkout]).status == 200)
        }
    }

    @Test("records every call for the service whose key came with it, also on one connection")
    func services() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            for number in 0..<20 {
                #expect(
                    try await client.get(origin.url("/bytes/\(number)"), [number % 3 == 0 ? shop : checkout]).status
                        == 200)
            }
            let calls = try await proxy.calls(20)
            #expect(calls.count { $0.service == "shop" } == 7)
            #expect(calls.count { $0.service == "checkout" } == 13)
            #expect(
                calls.filter { $0.service == "shop" }.map(\.call.bytesReceived).sorted() == [0, 3, 6, 9, 12, 15, 18])
        }
    }

    @Test("opens tunnels with a key only, and takes no byte behind a refused CONNECT for a request")
    func tunnels() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.connect(origin.authority).status == 407)
            #expect(try await client.request("CONNECT", origin.authority, [shop]).status == 200)
            #expect(try await client.get("/bytes/10").bodyLength == 10)
            client.close()
            #expect(try await proxy.calls(1)[0].service == "shop")

            let early = try proxy.client()
            let answer = try await early.raw(
                Array(
                    ("CONNECT \(origin.authority) HTTP/1.1\r\nHost: x\r\n\r\n"
                        + "GET \(origin.url("/early")) HTTP/1.1\r\nHost: x\r\n\(checkout.0): \(checkout.1)\r\n\r\n")
                        .utf8))
            #expect(answer.status == 407)
            #expect(answer["connection"] == "close")
            #expect(try await early.readToEnd().isEmpty)
            #expect(origin.requests("/early") == 0)
        }
    }

    @Test("throws the body of a refused request away, and takes nothing of it for a request")
    func bodies() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            var client = try proxy.client()
            for framing in [HTTPClient.Framing.contentLength, .chunked] {
                let refused = try await client.request("POST", origin.url("/hash"), bodySize: 100_000, framing: framing)
                #expect(refused.status == 407)
                // It ends the connection unless all of the request was here when it was refused.
                if refused["connection"] == "close" { client = try proxy.client() }
                let good = try await client.request(
                    "POST", origin.url("/hash"), [checkout], bodySize: 1_000, framing: framing)
                #expect(good.status == 200)
            }
            #expect(origin.requests("/hash") == 2)
        }
    }

    @Test("asks of each request on a connection for itself, also where they come together")
    func pipelined() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            let request = { (path: String, field: String) in
                "GET \(origin.url(path)) HTTP/1.1\r\nHost: x\r\n\(field)\r\n"
            }
            let good = "\(checkout.0): \(checkout.1)\r\n"
            let together = request("/1", "") + request("/bytes/2", good) + request("/3", "") + request("/bytes/4", good)
            #expect(try await client.raw(Array(together.utf8)).status == 407)
            #expect(try await client.raw([]).bodyLength == 2)
            #expect(try await client.raw([]).status == 407)
            #expect(try await client.raw([]).bodyLength == 4)
            #expect(origin.requests("/1") == 0 && origin.requests("/3") == 0)
        }
    }

    @Test("answers nothing itself to whoever has no key, and shows no key in what it reflects")
    func reflecting() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            let last = ("Max-Forwards", "0")
            #expect(try await client.request("TRACE", origin.url(), [last]).status == 407)
            #expect(try await client.request("OPTIONS", origin.url(), [last]).status == 407)
            let reflected = try await client.request("TRACE", origin.url(), [last, checkout, ("X-Mine", "seen")])
            #expect(reflected.status == 200)
            #expect(reflected.text.contains("seen") && !reflected.text.contains(checkout.1))
        }
    }

    @Test("takes other keys while it runs: the old ones are refused at once, also on open connections; tunnels go on")
    func replaced() async throws {
        try await withProxy(keys: try keys()) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.get(origin.url(), [checkout]).status == 200)
            let tunnel = try proxy.client()
            #expect(try await tunnel.request("CONNECT", origin.authority, [checkout]).status == 200)

            proxy.server.replaceKeys(try keys(["checkout": "another", "new": "key-of-new"]))
            try await eventually("the old key is refused") {
                try await client.get(origin.url(), [checkout]).status == 407
            }
            #expect(try await client.get(origin.url(), [("Proxy-Authorization", "")]).status == 407)
            #expect(try await client.get(origin.url(), [field("checkout", "another")]).status == 200)
            #expect(try await client.get(origin.url(), [field("new", "key-of-new")]).status == 200)
            #expect(try await client.get(origin.url(), [shop]).status == 407)
            #expect(try await tunnel.get("/bytes/5").bodyLength == 5)
        }
    }

    @Test("without keys, lets everybody in as its own service, whatever the credentials, and keeps them to itself")
    func withoutKeys() async throws {
        try await withProxy { proxy, origin in
            let answer = try await proxy.client().get(origin.url("/headers"), [field("checkout", "whatever")])
            #expect(answer.status == 200)
            #expect(!answer.text.lowercased().contains("proxy-authorization"))
            #expect(try await proxy.calls(1)[0].service == "s")
        }
    }

    @Test("with a file that holds no key, refuses everybody")
    func noKeys() async throws {
        try await withProxy(keys: try ServiceKeys(text: "# none\n")) { proxy, origin in
            let client = try proxy.client()
            #expect(try await client.get(origin.url(), [checkout]).status == 407)
            #expect(try await client.get(origin.url()).status == 407)
        }
    }
}
