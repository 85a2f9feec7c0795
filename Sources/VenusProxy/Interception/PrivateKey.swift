import COpenSSL

/// A private key on the curve P-256.
///
/// Sendable: the handle counts its references atomically, and nothing changes the key once it is made.
package final class PrivateKey: @unchecked Sendable {
    /// OpenSSL's `EVP_PKEY *`; as long as this object lives.
    package let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { EVP_PKEY_free(handle) }

    /// Makes one from the system's randomness.
    package static func make() throws(CertificateError) -> PrivateKey {
        guard let handle = copenssl_make_p256_key() else { throw .openSSL("making a key") }
        return PrivateKey(handle)
    }

    /// Reads PKCS #8 or SEC 1 in PEM, without a password.
    package convenience init(pem: [UInt8]) throws(CertificateError) {
        let handle = Certificate.withMemory(pem) { copenssl_read_key($0) }
        guard let handle else {
            ERR_clear_error()
            throw CertificateError(.content, "it holds no private key in PEM without a password")
        }
        guard copenssl_is_p256_key(handle) else {
            EVP_PKEY_free(handle)
            throw CertificateError(.content, "its key is none on the curve P-256")
        }
        self.init(handle)
    }

    /// PKCS #8 in PEM, without a password: for a file that nobody else can read.
    package func pem() throws(CertificateError) -> [UInt8] {
        guard let memory = BIO_new(BIO_s_mem()) else { throw .openSSL("writing a key") }
        defer { BIO_free(memory) }
        guard copenssl_write_key(memory, handle) else { throw .openSSL("writing a key") }
        return Certificate.bytes(of: memory)
    }
}
