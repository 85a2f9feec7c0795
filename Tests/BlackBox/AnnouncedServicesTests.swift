import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Chains of services")
    struct AnnouncedServicesTests {
        @Test("a dependency that a service announces is that service in the graph, and the chain goes on behind it")
        func chain() async throws {
            let checkout = try Origin()
            let payments = try Origin()
            // The proxy of `checkout` says where others call it; upper case, as people write names.
            let fleet = try await Fleet(environment: ["VENUS_ANNOUNCE": "CHECKOUT.internal:80, \(checkout.authority)"])
            let port = try freePort()
            var environment = fleet.environment(of: "shop")
            environment["VENUS_SERVICE"] = "shop"
            environment["VENUS_ANNOUNCE"] = nil
            environment["VENUS_PROXY_LISTEN"] = "127.0.0.1:\(port)"
            let shop = try VenusBinary.start(["proxy"], environment: environment, directory: fleet.directory.path)
            defer { withExtendedLifetime(shop) {} }
            try await shop.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(port)") }
            for _ in 0..<3 {
                #expect(try await HTTPClient(port: port).get(checkout.url("/orders")).status == 200)
                #expect(try await HTTPClient(port: fleet.proxyPort).get(payments.url("/pay")).status == 200)
            }
            let api = try await fleet.signIn()
            try await eventually(within: .seconds(20), "the chain") {
                let graph = try await api.graph()
                let edges = graph["edges"].array.map {
                    "\($0["source"].string ?? "") \($0["target"].string ?? "") \($0["dependency"].string ?? "")"
                }
                guard
                    edges == [
                        "service:checkout dependency:\(payments.authority) \(payments.authority)",
                        "service:shop service:checkout \(checkout.authority)",
                    ], graph["edges"].array.allSatisfy({ $0["kpis"]["calls"].int == 3 })
                else { throw TestFailure("\(edges)") }
                return true
            }
            let ids = try await api.graph()["nodes"].array.compactMap { $0["id"].string }
            #expect(ids == ["dependency:\(payments.authority)", "service:checkout", "service:shop"])

            try await eventually(within: .seconds(30), "three heartbeats of each proxy") {
                let proxies = try await api.get("/proxies")["items"].array
                let announced = Dictionary(
                    proxies.map { ($0["service"].string ?? "", $0["announced"].array.compactMap(\.string)) },
                    uniquingKeysWith: { first, _ in first })
                guard announced == ["checkout": ["checkout.internal:80", checkout.authority], "shop": []] else {
                    throw TestFailure("\(announced)")
                }
                // One machine, one clock.
                return proxies.allSatisfy { abs($0["clock_skew_ms"].int ?? .max) < 1_000 }
            }
        }
    }
}
