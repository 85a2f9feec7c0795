import COpenSSL

/// The authority of one installation: issues the certificates that intercepted clients see.
///
/// Its key signs leaves for servers and nothing else: no authority below it (path length 0).
package struct CertificateAuthority: Sendable {
    /// Seconds from now in which the authority's certificate ends.
    package static let lifetime: Int64 = 10 * 365 * 86_400
    /// Its start lies before now, further than that of its leaves, for clocks that are behind.
    package static let backdating: Int64 = 3 * 86_400
    /// All of a leaf's validity: browsers and systems take none that is longer.
    package static let leafLifetime: Int64 = 199 * 86_400
    package static let leafBackdating: Int64 = 2 * 86_400

    package let certificate: Certificate
    package let key: PrivateKey

    /// `certificate` and `key` have to belong together.
    package init(certificate: Certificate, key: PrivateKey) throws(CertificateError) {
        guard certificate.isAuthority else {
            throw CertificateError(.content, "its certificate is none of an authority")
        }
        guard X509_check_private_key(certificate.handle, key.handle) == 1 else {
            ERR_clear_error()
            throw CertificateError(.content, "its key is not that of its certificate")
        }
        self.certificate = certificate
        self.key = key
    }

    /// Makes a new one.
    ///
    /// - Parameters:
    ///   - label: tells people whose it is, such as the machine's name; cut to what a name can hold.
    ///   - now: seconds since the epoch.
    package static func make(label: String, now: Int64) throws(CertificateError) -> CertificateAuthority {
        let key = try PrivateKey.make()
        let certificate = try Certificate.empty()
        // RFC 5280 bounds a common name to 64 characters.
        let name = "Venus CA of " + String(label.unicodeScalars.prefix(48))
        guard X509_set_version(certificate.handle, Certificate.version3) == 1,
            copenssl_set_random_serial(certificate.handle),
            copenssl_set_validity(certificate.handle, now - backdating, now + lifetime),
            X509_set_pubkey(certificate.handle, key.handle) == 1,
            certificate.setSubject(organization: "Venus", name: Array(name.utf8)),
            X509_set_issuer_name(certificate.handle, X509_get_subject_name(certificate.handle)) == 1
        else { throw .openSSL("making the authority's certificate") }
        let extensions = [
            (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign"),
            (NID_subject_key_identifier, "hash"),
        ]
        for (kind, value) in extensions
        where !copenssl_append_extension(certificate.handle, certificate.handle, kind, value) {
            throw .openSSL("making the authority's certificate")
        }
        guard X509_sign(certificate.handle, key.handle, EVP_sha256()) > 0 else {
            throw .openSSL("signing the authority's certificate")
        }
        return try CertificateAuthority(certificate: certificate, key: key)
    }

    /// Issues a certificate for a server of these names, with the public half of `key`.
    package func issue(for names: LeafNames, key: PrivateKey, now: Int64) throws(CertificateError) -> Certificate {
        let certificate = try Certificate.empty()
        let start = now - Self.leafBackdating
        // The last second counts as part of the validity (RFC 5280, section 4.1.2.5).
        let end = min(start + Self.leafLifetime - 1, self.certificate.validUntil)
        guard X509_set_version(certificate.handle, Certificate.version3) == 1,
            copenssl_set_random_serial(certificate.handle),
            copenssl_set_validity(certificate.handle, start, end),
            X509_set_pubkey(certificate.handle, key.handle) == 1,
            certificate.setSubject(organization: "Venus", name: Array((names.names.first?.text ?? "").utf8)),
            X509_set_issuer_name(certificate.handle, X509_get_subject_name(self.certificate.handle)) == 1,
            certificate.setNames(names.names)
        else { throw .openSSL("making a certificate") }
        let extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"), (NID_authority_key_identifier, "keyid:always"),
        ]
        for (kind, value) in extensions
        where !copenssl_append_extension(certificate.handle, self.certificate.handle, kind, value) {
            throw .openSSL("making a certificate")
        }
        guard X509_sign(certificate.handle, self.key.handle, EVP_sha256()) > 0 else {
            throw .openSSL("signing a certificate")
        }
        return certificate
    }
}
