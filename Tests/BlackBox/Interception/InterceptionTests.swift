import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Interception", .timeLimit(.minutes(5)))
    struct InterceptionTests {
        @Test("shows status and route of HTTPS calls; an origin with a bad certificate is 502 with the reason")
        func statusAndRoute() async throws {
            let origin = try await TLSOrigin()
            let stranger = try await TLSOrigin()
            let interception = [
                "VENUS_INTERCEPTION_HOSTS": "127.0.0.1", "VENUS_INTERCEPTION_TRUST": origin.certificate,
            ]
            let venus = try await VenusUp(environment: interception)
            let api = try await venus.signIn()
            let urls = [origin.url("/v1/charges/4711"), origin.url("/v1/charges/4712"), origin.url("/status/503")]
            let run = try await venus.run(
                service: "checkout", ["curl", "-sS", "--http1.1"] + urls, environment: interception)
            #expect(run.status == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput == "ok\nok\nok\n")
            let edge = try await eventually(within: .seconds(10), "the calls") { () -> JSONValue? in
                let edge = try await api.edge("checkout", origin.authority)
                return edge?["kpis"]["calls"].int == 3 ? edge : nil
            }
            #expect(edge["kpis"]["basis"].string == "status")
            #expect(try #require(edge["kpis"]["availability"].double) < 0.7)
            #expect(edge["phases"]["tls"]["mean_ms"].double != nil)
            let operations = try await api.get("/kpis?by=operation&service=checkout")["items"].array
            #expect(
                Set(operations.compactMap { $0["operation"].string }) == ["GET /v1/charges/*", "GET /status/*"])

            let refused = try await venus.run(
                service: "checkout", ["curl", "-sSi", "--http1.1", stranger.url("/v1/charges/1")],
                environment: interception)
            #expect(refused.standardOutput.contains("HTTP/1.1 502 "), "\(refused.standardError)")
            #expect(
                refused.standardOutput.contains(
                    "Proxy-Status: venus; error=tls_certificate_error; details=\"the host's certificate is self-signed")
            )
            let failed = try await eventually(within: .seconds(10), "the failed call") {
                try await api.edge("checkout", stranger.authority)?["kpis"]
            }
            #expect(failed["transport_error_rate"].double == 1)
        }
    }
}
