import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// Happy Eyeballs (RFC 8305), with a name server and addresses that say nothing.
    @Suite("Names with addresses of both families")
    struct BothFamiliesTests {
        @Test("IPv6 that hangs costs 250 ms once; then IPv4 is begun with")
        func hanging() async throws {
            let origin = try Origin()
            let silent = try SilentPort(host: "::1", port: origin.port)
            let names = try DNSServer { _ in .addresses(["127.0.0.1", "::1"]) }
            let proxy = try await Proxy(names)
            let first = try await proxy.connect(port: origin.port)
            #expect(first >= .milliseconds(250) && first < .seconds(5), "\(first)")
            // One of three, since the machine may be busy.
            var others: [Duration] = []
            for _ in 0..<3 { others.append(try await proxy.connect(port: origin.port)) }
            #expect(try #require(others.min()) < .milliseconds(250), "\(others)")
            try await eventually("a connection each") { origin.connectionsAccepted == 4 }
            withExtendedLifetime(silent) {}
            try await proxy.stop()
        }

        @Test(
            "a family that the name server says nothing of is waited for a moment: IPv6 for 50 ms, IPv4 for 250 ms",
            arguments: [("127.0.0.1", 50), ("::1", 250)])
        func silence(host: String, delay: Int) async throws {
            let origin = try Origin(host: host)
            let names = try DNSServer { $0.isIPv6 == host.contains(":") ? .addresses([host]) : .silence }
            let proxy = try await Proxy(names)
            let time = try await proxy.connect(port: origin.port)
            // The name server has five seconds in all.
            #expect(time >= .milliseconds(delay) && time < .seconds(4), "\(time)")
            try await proxy.stop()
        }
    }
}

/// A `venus proxy` that asks a name server of the test.
private struct Proxy {
    private let directory: TemporaryDirectory
    private let process: ChildProcess
    private let port: Int

    init(_ names: DNSServer) async throws {
        let port = try freePort()
        let directory = try TemporaryDirectory("venus-names")
        process = try VenusBinary.start(
            ["proxy"],
            environment: [
                "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
                "VENUS_PROXY_THREADS": "1", "VENUS_PROXY_DNS_SERVER": names.authority,
            ], directory: directory.path)
        self.port = port
        self.directory = directory
        try await process.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(port)") }
    }

    /// How long a tunnel to the name takes, which has a connection of its own.
    func connect(port origin: Int) async throws -> Duration {
        let client = try HTTPClient(port: port)
        defer { client.close() }
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await client.connect("both.test:\(origin)").status == 200)
        return clock.now - start
    }

    func stop() async throws {
        let status = try await process.stop(SIGTERM, within: .seconds(20))
        #expect(status == .exited(0), "\(process.transcript)")
    }
}
