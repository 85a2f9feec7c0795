import Foundation
import TestSupport

/// Certificates for origins on 127.0.0.1, good ones and bad ones, of authorities that `openssl` makes.
struct OriginCertificates {
    /// What a certificate says of itself.
    enum Kind: String, Sendable {
        case server, elsewhere, client
        case authority, constrained
    }

    struct Files: Sendable {
        var certificate: String
        var key: String
    }

    let directory: TemporaryDirectory
    /// The authority that is trusted.
    let root: Files

    init() async throws {
        directory = try TemporaryDirectory("venus-certificates")
        try directory.write(Self.configuration, to: "openssl.cnf")
        try directory.write("", to: "index.txt")
        root = try await Self.issue("root", .authority, by: nil, in: directory)
    }

    /// Issues one. `issuer`: `nil`, for one that signs itself.
    ///
    /// - Parameters:
    ///   - key: as `openssl req -newkey` takes it.
    ///   - options: of `openssl ca`.
    func issue(
        _ name: String, _ kind: Kind = .server, by issuer: Files?, key: [String] = Self.curve, options: [String] = []
    ) async throws -> Files {
        try await Self.issue(name, kind, by: issuer, key: key, options: options, in: directory)
    }

    static let curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

    private static func issue(
        _ name: String, _ kind: Kind, by issuer: Files?, key: [String] = curve, options: [String] = [],
        in directory: TemporaryDirectory
    ) async throws -> Files {
        let files = Files(certificate: directory.file(name + ".pem"), key: directory.file(name + ".key"))
        let (request, configuration) = (directory.file(name + ".csr"), directory.file("openssl.cnf"))
        try await ChildProcess.run(
            "openssl",
            ["req", "-new", "-newkey"] + key
                + [
                    "-nodes", "-config", configuration, "-subj", "/CN=" + name, "-keyout", files.key, "-out", request,
                ])
        let signer =
            issuer.map { ["-cert", $0.certificate, "-keyfile", $0.key] } ?? ["-selfsign", "-keyfile", files.key]
        try await ChildProcess.run(
            "openssl",
            [
                "ca", "-batch", "-notext", "-config", configuration, "-extensions", kind.rawValue, "-in", request,
                "-out", files.certificate,
            ] + signer + options, directory: directory.path)
        return files
    }

    private static let configuration = """
        [ca]
        default_ca = issuing
        [issuing]
        database = index.txt
        new_certs_dir = .
        rand_serial = yes
        default_md = sha256
        default_days = 30
        policy = any
        unique_subject = no
        [any]
        commonName = optional
        [req]
        distinguished_name = name
        [name]
        [authority]
        basicConstraints = critical, CA:true
        keyUsage = critical, keyCertSign
        [constrained]
        basicConstraints = critical, CA:true
        keyUsage = critical, keyCertSign
        nameConstraints = critical, permitted;DNS:allowed.example, permitted;IP:10.0.0.0/255.0.0.0
        [server]
        subjectAltName = IP:127.0.0.1
        extendedKeyUsage = serverAuth
        [elsewhere]
        subjectAltName = DNS:other.example, IP:127.0.0.2
        extendedKeyUsage = serverAuth
        [client]
        subjectAltName = IP:127.0.0.1
        extendedKeyUsage = clientAuth

        """
}

/// An HTTPS origin on 127.0.0.1 that shows any certificate, also one that others would not load: `openssl s_server`.
/// It answers every request with 200 and a page of its own.
struct CertifiedOrigin {
    let port: Int
    private let process: ChildProcess

    /// - Parameters:
    ///   - chain: the authorities that it sends along.
    ///   - options: of `openssl s_server`.
    init(_ files: OriginCertificates.Files, chain: OriginCertificates.Files? = nil, options: [String] = []) async throws
    {
        port = try freePort()
        process = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", files.certificate, "-key", files.key, "-www",
                // What is weak is for the proxy to find.
                "-cipher", "ALL:@SECLEVEL=0",
            ] + (chain.map { ["-cert_chain", $0.certificate] } ?? []) + options)
        try await process.waitForLine { $0.contains("ACCEPT") }
    }

    var authority: String { "127.0.0.1:\(port)" }
}
