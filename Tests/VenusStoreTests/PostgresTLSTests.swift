import Foundation
import Logging
import TestSupport
import Testing
import VenusStore

@Suite("TLS to PostgreSQL")
struct PostgresTLSTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A certificate that signs itself, valid for one name.
    private func makeCertificate(_ directory: TemporaryDirectory, _ name: String, for subject: String) async throws {
        try await ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(subject)",
                "-keyout", directory.file("\(name).key"), "-out", directory.file("\(name).crt"),
            ])
    }

    @Test("the URL's sslmode holds: verify-full takes the right certificate for the right name, and nothing else")
    func modes() async throws {
        let directory = try TemporaryDirectory("venus-postgres-tls")
        try await makeCertificate(directory, "server", for: "DNS:localhost")
        try await makeCertificate(directory, "stranger", for: "DNS:localhost")
        let server = try await PostgresServer(
            settings: ["ssl=on"],
            files: ["server.crt": directory.file("server.crt"), "server.key": directory.file("server.key")])
        let url = try await server.makeDatabase()
        let named = url.replacing("127.0.0.1", with: "localhost")
        let (own, other) = (directory.file("server.crt"), directory.file("stranger.crt"))

        let store = try await PostgresStore(url: "\(named)?sslmode=verify-full&sslrootcert=\(own)", logger: logger)
        let version = try await PostgresServer.query(
            """
            SELECT DISTINCT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'venus' AND ssl
            """, url: url)
        #expect(version == [["TLSv1.3"]])
        await store.close()
        for (place, allowed) in [
            ("\(url)?sslmode=verify-ca&sslrootcert=\(own)", true),
            // 127.0.0.1 is not what the certificate is for.
            ("\(url)?sslmode=verify-full&sslrootcert=\(own)", false),
            ("\(named)?sslmode=verify-full&sslrootcert=\(other)", false),
            ("\(named)?sslmode=verify-ca&sslrootcert=\(other)", false),
            ("\(named)?sslmode=require", true),
            ("\(named)?sslmode=disable", true),
        ] {
            let code = try await storeErrorCode { try await PostgresStore(url: place, logger: logger).close() }
            #expect(code == (allowed ? nil : .refused), "\(place)")
        }
        try await server.stop()
    }

    @Test("a server without TLS is refused where the URL asks for it, not spoken to in the clear")
    func clear() async throws {
        let url = try await PostgresServer.shared().makeDatabase()
        for mode in ["require", "verify-ca&sslrootcert=/dev/null", "verify-full&sslrootcert=/dev/null"] {
            #expect(
                try await storeErrorCode {
                    try await PostgresStore(url: "\(url)?sslmode=\(mode)", logger: logger).close()
                } == .refused, "\(mode)")
        }
    }
}
