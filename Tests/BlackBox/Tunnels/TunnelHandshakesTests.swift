import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Handshakes through a tunnel", .timeLimit(.minutes(5)))
    struct TunnelHandshakesTests {
        /// Clients with a TLS of their own: OpenSSL and, as Debian builds it, GnuTLS.
        enum Client: CaseIterable {
            case curl
            case wget

            func command(_ origin: TLSOrigin, _ urls: [String]) -> [String] {
                switch self {
                case .curl:
                    ["curl", "-sS", "--http1.1", "--cacert", origin.certificate, "--cert", origin.certificate, "--key"]
                        + [origin.key] + urls
                case .wget:
                    ["wget", "-q", "-O", "-", "--ca-certificate", origin.certificate, "--certificate"]
                        + [origin.certificate, "--private-key", origin.key] + urls
                }
            }
        }

        @Test(
            "with a second hello or a client's certificate end where the first request begins, which is seen",
            arguments: TLSOrigin.Demand.allCases, Client.allCases)
        func demands(demand: TLSOrigin.Demand, client: Client) async throws {
            for version in TLSOrigin.Version.allCases {
                let origin = try await TLSOrigin(version, demand: demand)
                let venus = try await VenusUp()
                let urls = Array(repeating: origin.url("/delay/40/bytes/1000"), count: 4)
                let lines = try await venus.tail {
                    let run = try await venus.run(service: "checkout", client.command(origin, urls))
                    #expect(run.status == .exited(0), "\(run.standardError)")
                    #expect(run.standardOutput.count == 4_000)
                } until: {
                    $0.contains { $0["kind"].string == "end" }
                }
                #expect(
                    lines.compactMap { $0["kind"].string } == ["tunnel"] + Array(repeating: "exchange", count: 4) + [
                        "end"
                    ])
                #expect(lines.first?["outcome"].string == "success")
                #expect(lines.first?["protocol"].string?.hasPrefix(version == .tls12 ? "tls/1.2" : "tls/1.3") == true)
                for exchange in lines.dropFirst().prefix(4) {
                    #expect(try #require(exchange["phases_ms"]["ttfb"].double) > 38)
                    #expect((1_000..<3_000).contains(try #require(exchange["bytes_received"].int)))
                }
            }
        }
    }
}
