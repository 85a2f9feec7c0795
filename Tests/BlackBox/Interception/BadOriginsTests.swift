import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Origins whose certificates are not good", .timeLimit(.minutes(5)))
    struct BadOriginsTests {
        /// What is wrong with an origin, and how the proxy says so.
        private struct Fault {
            var name: String
            var details: String
            var errorTypes: Set<String> = ["tls_certificate_error"]
            var origin: CertifiedOrigin
        }

        @Test("are answered with 502 and the reason, and recorded so; a good one is not")
        func faults() async throws {
            let certificates = try await OriginCertificates()
            let venus = try await VenusUp(environment: [
                "VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_TRUST": certificates.root.certificate,
            ])
            let authority = venus.directory.file("ca.pem")
            _ = try await VenusBinary.output(["ca", "export", "-o", authority], environment: venus.runEnvironment)
            let tail = try VenusBinary.start(["tail", "--json"], environment: venus.runEnvironment)
            defer { withExtendedLifetime(tail) {} }

            let intermediate = try await certificates.issue("intermediate", .authority, by: certificates.root)
            let leaf = try await certificates.issue("leaf", by: intermediate)
            let good = try await CertifiedOrigin(leaf, chain: intermediate)
            // It begins at the end of the journal: once it tells of one call, it will tell of all that follow.
            try await eventually(within: .seconds(20), "a good call in venus tail") {
                let answer = try await Self.curl(good, authority, venus)
                #expect(answer.hasPrefix("HTTP/1.0 200 ") || answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
                return !Self.calls(tail, good).isEmpty
            }
            #expect(Self.calls(tail, good).allSatisfy { $0.outcome == "success" })

            let faults = try await Self.faults(certificates, leaf)
            for fault in faults {
                // A second one shows that nothing was learned from the first.
                for options in [[], ["--http1.1"]] {
                    let answer = try await Self.curl(fault.origin, authority, venus, options)
                    #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"), "\(fault.name): \(answer)")
                    let status = answer.split(separator: "\r\n").first { $0.hasPrefix("Proxy-Status:") } ?? ""
                    #expect(
                        fault.errorTypes.contains { status.hasPrefix("Proxy-Status: venus; error=\($0)") },
                        "\(fault.name): \(status)")
                    #expect(status.contains(fault.details), "\(fault.name): \(status)")
                    #expect(!answer.contains("s_server"), "\(fault.name): the origin's page")
                }
            }
            let api = try await venus.signIn()
            for fault in faults {
                let calls = try await eventually(within: .seconds(15), "the calls of \(fault.name)") {
                    let calls = Self.calls(tail, fault.origin)
                    return calls.count == 2 ? calls : nil
                }
                #expect(calls.allSatisfy { $0.outcome == "transport_error" }, "\(fault.name): \(calls)")
                #expect(
                    calls.allSatisfy { fault.errorTypes.contains($0.errorType ?? "") }, "\(fault.name): \(calls)")
                #expect(calls.allSatisfy { $0.operation == "GET /v1/charges/*" }, "\(fault.name): \(calls)")
                let kpis = try await eventually(within: .seconds(15), "the edge of \(fault.name)") {
                    try await api.edge("unknown_service", fault.origin.authority)?["kpis"]
                }
                #expect(kpis["transport_error_rate"].double == 1, "\(fault.name)")
                #expect(kpis["availability"].double == 0, "\(fault.name)")
            }
        }

        private static func faults(
            _ certificates: OriginCertificates, _ leafOfIntermediate: OriginCertificates.Files
        ) async throws -> [Fault] {
            let root = certificates.root
            let past = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"]
            let future = ["-startdate", "20900101000000Z", "-enddate", "20910101000000Z"]
            let stranger = try await certificates.issue("stranger", .authority, by: nil)
            let constrained = try await certificates.issue("constrained", .constrained, by: root)
            let notAnAuthority = try await certificates.issue("plain", by: root)
            let good = try await certificates.issue("good", by: root)

            func fault(
                _ name: String, _ details: String, _ files: OriginCertificates.Files,
                chain: OriginCertificates.Files? = nil
            ) async throws -> Fault {
                Fault(name: name, details: details, origin: try await CertifiedOrigin(files, chain: chain))
            }
            func demanding(_ version: String, _ errorTypes: Set<String>, details: String) async throws -> Fault {
                let options = ["-Verify", "1", "-verify_return_error", "-CAfile", root.certificate, version]
                return Fault(
                    name: "a client's certificate is wanted, \(version)", details: details, errorTypes: errorTypes,
                    origin: try await CertifiedOrigin(good, options: options))
            }
            return [
                try await fault(
                    "expired", "has expired", certificates.issue("expired", by: root, options: past)),
                try await fault(
                    "not yet valid", "is not valid yet", certificates.issue("future", by: root, options: future)),
                try await fault(
                    "another host's", "is for another host name", certificates.issue("elsewhere", .elsewhere, by: root)),
                try await fault("self-signed", "is self-signed", certificates.issue("alone", by: nil)),
                try await fault(
                    "of a stranger", "is not known", certificates.issue("strange", by: stranger)),
                try await fault(
                    "of a stranger that is sent along", "authority that is not trusted",
                    certificates.issue("stranger-s", by: stranger), chain: stranger),
                try await fault("without its intermediate", "is not known", leafOfIntermediate),
                try await fault(
                    "for clients", "is not for this purpose", certificates.issue("client", .client, by: root)),
                try await fault(
                    "by one that is no authority", "is not for this purpose",
                    certificates.issue("grandchild", by: notAnAuthority), chain: notAnAuthority),
                try await fault(
                    "outside of its authority's names", "may not issue it for this host",
                    certificates.issue("outside", by: constrained), chain: constrained),
                try await fault(
                    "with a short key", "is too weak", certificates.issue("short", by: root, key: ["rsa:1024"])),
                try await fault(
                    "signed by SHA-1", "is too weak", certificates.issue("sha1", by: root, options: ["-md", "sha1"])),
                try await demanding("-tls1_2", ["tls_alert_received"], details: "wants a certificate of its clients"),
                // The alert comes behind the handshake; the reset that follows it can overtake it.
                try await demanding("-tls1_3", ["tls_alert_received", "connection_terminated"], details: "venus"),
            ]
        }

        /// The answer, with its head, of a client that trusts the proxy's authority alone.
        private static func curl(
            _ origin: CertifiedOrigin, _ authority: String, _ venus: VenusUp, _ options: [String] = []
        ) async throws -> String {
            try await ChildProcess.run(
                "curl",
                options + [
                    "-sSi", "--noproxy", "", "--proxy", "http://127.0.0.1:\(venus.proxyPort)",
                    "--suppress-connect-headers",
                    "--cacert", authority, "--max-time", "20", "https://\(origin.authority)/v1/charges/4711",
                ])
        }

        private struct RecordedCall: Decodable {
            var dependency: String
            var operation: String
            var outcome: String
            var errorType: String?

            enum CodingKeys: String, CodingKey {
                case dependency, operation, outcome
                case errorType = "error_type"
            }
        }

        private static func calls(_ tail: ChildProcess, _ origin: CertifiedOrigin) -> [RecordedCall] {
            tail.standardOutput.lines.compactMap {
                try? JSONDecoder().decode(RecordedCall.self, from: Data($0.utf8))
            }.filter { $0.dependency == origin.authority }
        }
    }
}
