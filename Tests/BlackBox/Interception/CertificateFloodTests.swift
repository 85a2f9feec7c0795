import TestSupport
import Testing

extension TheBinary {
    @Suite("A flood of certificates", .timeLimit(.minutes(3)))
    struct CertificateFloodTests {
        /// More than is remembered of certificates, and of origins.
        private static let half = 2_000

        @Test("4,000 hosts get one each; what is remembered and the memory for it are bounded, and others are served")
        func flood() async throws {
            let origin = try await HTTP2Origin()
            let plain = try Origin()
            let venus = try await VenusUp(environment: [
                "VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_TRUST": origin.certificate,
                "VENUS_PROXY_DNS_OVERRIDES": "*.flood.test=127.0.0.1",
                // One loop: that of the flood is everybody's.
                "VENUS_PROXY_THREADS": "1",
            ])
            let authority = venus.directory.file("ca.pem")
            _ = try await VenusBinary.output(["ca", "export", "-o", authority], environment: venus.runEnvironment)
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, plain)
            #expect(try await status(origin, venus, trusting: authority) == "200")

            let before = try #require(OwnedProcesses.residentBytes(proxy))
            try await flood(from: 0, origin, plain, venus, trusting: authority)
            let between = try #require(OwnedProcesses.residentBytes(proxy))
            #expect(between - before < 24 << 20, "\((between - before) >> 10) KB for all that is remembered")
            try await flood(from: Self.half, origin, plain, venus, trusting: authority)
            // A certificate takes more than 4 KB: those of this half alone would be 8 MB.
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - between
            #expect(growth < 4 << 20, "\(growth >> 10) KB beyond what is remembered")
            #expect(venus.proxyProcess == proxy)
            #expect(try await status(origin, venus, trusting: authority) == "200")
        }

        /// A half of it, beside calls of others.
        private func flood(
            from first: Int, _ origin: HTTP2Origin, _ plain: Origin, _ venus: VenusUp, trusting authority: String
        ) async throws {
            let script = VenusBinary.packageRoot + "/Tests/BlackBox/Interception/Clients/flood.py"
            async let statuses = ChildProcess.run(
                "python3",
                ["-B", script, "\(venus.proxyPort)", "\(origin.port)", authority, "\(first)", "\(Self.half)"],
                within: .seconds(60))
            try await expectOthersAreServed(venus, plain, calls: 800)
            // Each has seen a certificate for its own name, and learns by it that the origin's is for another.
            #expect(try await JSONValue(statuses) == .object(["502": .number(Double(Self.half))]))
        }

        /// What a client of the origin itself gets.
        private func status(
            _ origin: HTTP2Origin, _ venus: VenusUp, trusting authority: String
        ) async throws -> String {
            try await ChildProcess.run(
                "curl",
                [
                    "-sS", "--noproxy", "", "--proxy", "http://127.0.0.1:\(venus.proxyPort)", "--cacert", authority,
                    "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", origin.url("/bytes/1000"),
                ])
        }
    }
}
