import NIOSSL

/// TLS with a server of Redis: version 1.2 or later, the server's certificate verified, for the name or address that we
/// connect to (RFC 9525). We show no certificate of our own.
struct RedisTLS: Sendable {
    private let context: NIOSSLContext
    /// Whose certificates are trusted, in words.
    private let trusted: String

    /// Reads files.
    ///
    /// - Parameter trustFile: certificates of the only authorities that are trusted, in PEM; `nil`: those of the
    ///   system.
    init(trustFile: String?) throws(CallLogError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        if let trustFile { configuration.trustRoots = .file(trustFile) }
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw CallLogError(
                .refused,
                trustFile.map { "stream.trust_file: there are no certificates in PEM that can be read in \($0)" }
                    ?? "the certificates that the system trusts cannot be read: \(error)")
        }
        trusted = trustFile.map { "one in \($0)" } ?? "one that the system trusts; name your own by stream.trust_file"
    }

    /// What encrypts a connection to this address.
    func handler(to address: RedisAddress) throws -> NIOSSLClientHandler {
        // An address is not asked for (RFC 6066, section 3), but verified all the same.
        try NIOSSLClientHandler(context: context, serverHostname: address.isNamed ? address.host : nil)
    }

    /// What an error of TLS means, and what to do; `nil` for any other.
    func failure(_ error: any Error, at address: RedisAddress) -> CallLogError? {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else { return nil }
        let text = "\(error)"
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return Self.refused(address, "the certificate is not for \(address.host); connect by what it is for")
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return Self.refused(
                address,
                "the certificate cannot be verified; it has to be in date, for a server, and from an authority: \(trusted)"
            )
        }
        if text.contains("WRONG_VERSION_NUMBER") {
            return Self.refused(
                address, "the port does not speak TLS; name the one that does (tls-port), or write redis://")
        }
        if text.contains("CERTIFICATE_REQUIRED") || text.contains("ALERT_HANDSHAKE_FAILURE") {
            return Self.refused(
                address,
                "it wants a certificate of its clients, and Venus has none; set tls-auth-clients to no or optional")
        }
        return CallLogError(.unavailable, "TLS with Redis at \(address) broke: \(text.prefix(200))")
    }

    /// For a handshake that does not end.
    static func noHandshake(at address: RedisAddress) -> CallLogError {
        CallLogError(
            .unavailable, "Redis at \(address) did not finish the TLS handshake in time; does the port speak TLS?")
    }

    private static func refused(_ address: RedisAddress, _ why: String) -> CallLogError {
        CallLogError(.refused, "TLS with Redis at \(address) failed: \(why)")
    }
}
