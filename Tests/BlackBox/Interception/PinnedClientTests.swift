import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Clients that do not take our certificate")
    struct PinnedClientTests {
        @Test("a pinned client works again after two refusals, is listed, and fails again once it is forgotten")
        func learned() async throws {
            let origin = try await TLSOrigin()
            let venus = try await VenusUp(environment: [
                "VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_TRUST": origin.certificate,
                // One loop, so that what a client made of a certificate is known when its next connection comes.
                "VENUS_PROXY_THREADS": "1",
            ])
            // It trusts the origin's certificate, and no other.
            let pinned = { try await Self.curl(origin.url("/bytes/10"), trusting: origin.certificate, venus) }
            for _ in 0..<2 { #expect(try await pinned() == .exited(60)) }
            #expect(try await pinned() == .exited(0))

            let api = try await venus.signIn()
            let item = try await eventually("the pin in the API") {
                let items = try await api.get("/pins")["items"].array
                return items.isEmpty ? nil : items[0]
            }
            #expect(item["host"].string == "127.0.0.1")
            #expect(item["client"].string == "127.0.0.1")
            // The proxy's heartbeat tells of it as well.
            try await eventually("the pin in a heartbeat") {
                try await api.get("/pins")["items"][0]["proxies"].array.count == 1
            }
            #expect(try await api.get("/proxies?state=running")["items"].array.contains { $0["pins"].int == 1 })
            #expect(try await Self.ca(["pinned"], venus).contains("127.0.0.1"))
            // It outlives the proxy.
            try await venus.stop()
            try await venus.start()
            #expect(try await pinned() == .exited(0))

            _ = try await Self.ca(["pinned", "--forget", "127.0.0.1"], venus)
            try await eventually("interception again") { try await pinned() == .exited(60) }
            // Another client, which trusts ours, is intercepted all the same.
            let authority = venus.directory.file("ca.pem")
            _ = try await Self.ca(["export", "-o", authority], venus)
            #expect(try await Self.curl(origin.url("/bytes/10"), trusting: authority, venus) == .exited(0))
        }

        private static func curl(_ url: String, trusting file: String, _ venus: VenusUp) async throws
            -> TestSupport.ExitStatus
        {
            try await ChildProcess.output(
                of: "curl",
                [
                    "--silent", "--show-error", "--max-time", "20", "--proxy", "http://127.0.0.1:\(venus.proxyPort)",
                    "--noproxy", "", "--cacert", file, "--output", "/dev/null", url,
                ]
            ).status
        }

        private static func ca(_ arguments: [String], _ venus: VenusUp) async throws -> String {
            let output = try await VenusBinary.output(["ca"] + arguments, environment: venus.runEnvironment)
            guard output.status == .exited(0) else { throw TestFailure("\(arguments): \(output)") }
            return output.standardOutput
        }
    }
}
