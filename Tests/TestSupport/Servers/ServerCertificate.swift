/// A certificate of a server, of an authority of its own, both made by `openssl` just now.
public struct ServerCertificate: Sendable {
    /// PEM files: the authority's certificate, the server's, and the server's key.
    public let authority: String
    public let certificate: String
    public let key: String
    private let directory: TemporaryDirectory

    /// - Parameters:
    ///   - names: what it is for, as OpenSSL writes it.
    ///   - days: how long it is valid; negative: it has run out.
    public init(for names: String = "DNS:localhost,IP:127.0.0.1", days: Int = 2) async throws {
        directory = try TemporaryDirectory("venus-certificate")
        authority = directory.file("authority.pem")
        certificate = directory.file("server.pem")
        key = directory.file("server.key")
        let (authorityKey, request) = (directory.file("authority.key"), directory.file("server.csr"))
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try await ChildProcess.run(
            "openssl",
            ["req", "-x509"] + curve
                + ["-days", "2", "-subj", "/CN=authority", "-keyout", authorityKey, "-out", authority])
        try await ChildProcess.run(
            "openssl",
            ["req", "-new"] + curve
                + ["-subj", "/CN=server", "-addext", "subjectAltName=" + names, "-keyout", key, "-out", request])
        try await ChildProcess.run(
            "openssl",
            [
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial",
                "-days", "\(days)", "-copy_extensions", "copy", "-out", certificate,
            ])
    }
}
