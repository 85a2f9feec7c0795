import Foundation
import TestSupport
import Testing
import VenusProxy

@Suite("The certificate authority and its leaves")
struct CertificateAuthorityTests {
    private let directory: TemporaryDirectory
    private let authority: CertificateAuthority
    private let key: PrivateKey
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        directory = try TemporaryDirectory("venus-authority")
        authority = try .make(label: "test machine", now: now)
        key = try .make()
        try directory.write(text(try authority.certificate.pem()), to: "ca.pem")
    }

    @Test("the authority is one for leaves alone, on P-256, for ten years")
    func properties() async throws {
        let shown = try await openSSL("x509", "-in", directory.file("ca.pem"), "-noout", "-text")
        #expect(shown.contains("ASN1 OID: prime256v1"))
        #expect(shown.contains("ecdsa-with-SHA256"))
        #expect(shown.contains("X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0"))
        #expect(shown.contains("X509v3 Key Usage: critical\n                Certificate Sign\n"))
        #expect(shown.contains("X509v3 Subject Key Identifier"))
        #expect(shown.contains("Venus CA of test machine"))
        #expect(authority.certificate.validFrom < now - CertificateAuthority.leafBackdating)
        #expect(authority.certificate.validUntil == now + 10 * 365 * 86_400)
        #expect(authority.certificate.isAuthority)
    }

    @Test("two authorities have nothing in common")
    func unique() throws {
        let other = try CertificateAuthority.make(label: "test machine", now: now)
        #expect(try other.key.pem() != authority.key.pem())
        #expect(other.certificate.fingerprint != authority.certificate.fingerprint)
        #expect(throws: CertificateError.self) {
            try CertificateAuthority(certificate: other.certificate, key: authority.key)
        }
    }

    @Test(
        "OpenSSL takes a leaf for its names, and for no other",
        arguments: ["api.example.com", "10.1.2.3", "2001:db8::7"])
    func verifies(host: String) async throws {
        let leaf = try authority.issue(for: names(host), key: key, now: now)
        let file = try directory.write(text(try leaf.pem()), to: "leaf-\(UUID().uuidString).pem")
        let isAddress = host != "api.example.com"
        let check = isAddress ? "-verify_ip" : "-verify_hostname"
        let common = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", directory.file("ca.pem")]
        #expect(try await openSSL(common + [check, host, file]).contains("OK"))
        let other = try await ChildProcess.output(
            of: "openssl", common + [check, isAddress ? "10.9.9.9" : "other.example.com", file])
        #expect(other.status != .exited(0))
        #expect(try leaf.names(most: 10) == names(host).names)
        #expect(!leaf.isAuthority)
        #expect(throws: CertificateError.self) { try CertificateAuthority(certificate: leaf, key: key) }
    }

    @Test("a leaf lasts at most 199 days, two of them before now, and never longer than its authority")
    func validity() async throws {
        let leaf = try authority.issue(for: names("api.example.com"), key: key, now: now)
        #expect(leaf.validFrom == now - 2 * 86_400)
        #expect(leaf.validUntil - leaf.validFrom + 1 == 199 * 86_400)
        let late = authority.certificate.validUntil - 86_400
        #expect(try authority.issue(for: names("a.example"), key: key, now: late).validUntil == late + 86_400)
    }

    @Test("a leaf is for a server, has a serial number of 20 random bytes, and names its authority's key")
    func extensions() async throws {
        let leaf = try authority.issue(for: names("api.example.com"), key: key, now: now)
        let file = try directory.write(text(try leaf.pem()), to: "leaf.pem")
        let shown = try await openSSL("x509", "-in", file, "-noout", "-text")
        #expect(shown.contains("X509v3 Basic Constraints: critical\n                CA:FALSE"))
        #expect(shown.contains("TLS Web Server Authentication"))
        #expect(!shown.contains("TLS Web Client Authentication"))
        #expect(shown.contains("X509v3 Authority Key Identifier"))
        #expect(shown.contains("DNS:api.example.com"))
        let serial = try await openSSL("x509", "-in", file, "-noout", "-serial")
        #expect(serial.trimmingCharacters(in: .newlines).count == "serial=".count + 40)
        let other = try authority.issue(for: names("api.example.com"), key: key, now: now)
        #expect(other.fingerprint != leaf.fingerprint)
    }

    @Test("a name that is longer than a common name may be is in the names alone")
    func longName() async throws {
        let host = String(repeating: "a", count: 60) + "." + String(repeating: "b", count: 60) + ".example"
        let leaf = try authority.issue(for: names(host), key: key, now: now)
        let file = try directory.write(text(try leaf.pem()), to: "long.pem")
        #expect(try await openSSL("x509", "-in", file, "-noout", "-subject") == "subject=O = Venus\n")
        #expect(
            try await openSSL("verify", "-verify_hostname", host, "-CAfile", directory.file("ca.pem"), file)
                .contains("OK"))
    }

    @Test("keys and certificates are read as they were written, and nothing else is")
    func reading() throws {
        let pem = try authority.key.pem()
        #expect(try PrivateKey(pem: pem).pem() == pem)
        #expect(text(pem).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let der = try authority.certificate.der()
        #expect(try Certificate(der: der).fingerprint == authority.certificate.fingerprint)
        let both = try pem + authority.certificate.pem() + authority.certificate.pem()
        #expect(Certificate.all(pem: both, most: 10).count == 2)
        #expect(Certificate.all(pem: both, most: 1).count == 1)
        for bytes in [[], Array("nonsense".utf8), Array(pem.dropLast(60))] {
            #expect(throws: CertificateError.self) { try PrivateKey(pem: bytes) }
            #expect(Certificate.all(pem: bytes, most: 10).isEmpty)
        }
        for count in 0..<der.count {
            #expect(throws: CertificateError.self) { try Certificate(der: Array(der.prefix(count))) }
        }
    }

    @Test("a key of another kind, or with a password, is none")
    func otherKeys() async throws {
        let other = directory.file("other.pem")
        try await openSSL("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", other)
        #expect(throws: CertificateError.self) { try PrivateKey(pem: bytes(other)) }
        try await openSSL(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:x", "-out",
            other)
        #expect(throws: CertificateError.self) { try PrivateKey(pem: bytes(other)) }
    }

    @discardableResult
    private func openSSL(_ arguments: String...) async throws -> String { try await openSSL(arguments) }

    private func openSSL(_ arguments: [String]) async throws -> String {
        try await ChildProcess.run("openssl", arguments)
    }

    private func names(_ host: String) throws -> LeafNames {
        LeafNames(host: try #require(SubjectName(host: Array(host.utf8))))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    private func bytes(_ path: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: path)))
    }
}
