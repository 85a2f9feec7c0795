import COpenSSL

/// What sessions of TLS have in common: versions, certificates, what is trusted.
///
/// Sendable: made ready before anybody shares it, and OpenSSL counts the references to it atomically.
package final class TLSContext: @unchecked Sendable {
    /// OpenSSL's `SSL_CTX *`; as long as this object lives.
    let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { SSL_CTX_free(handle) }

    /// For sessions in which we are the server; each is given its certificate. `nil` without memory.
    package static func server() -> TLSContext? { copenssl_make_context(true).map { TLSContext($0) } }

    /// For sessions in which we are the client: the system's authorities are trusted, and those in `trust`; a server
    /// has to prove its name. Reads files: never on a loop.
    ///
    /// - Parameters:
    ///   - trust: files with certificates in PEM.
    ///   - identity: files in PEM with the certificates to show to servers that ask for one, our own first, and its
    ///     key.
    package static func client(
        trust: [String] = [], identity: (certificate: String, key: String)? = nil
    ) throws(ProxyError) -> TLSContext {
        guard let handle = copenssl_make_context(false) else {
            throw ProxyError(.resources, "OpenSSL gives no context for TLS")
        }
        let context = TLSContext(handle)
        SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
        // Without a store of its own, the system trusts nobody: then the files are what there is.
        SSL_CTX_set_default_verify_paths(handle)
        for file in trust where SSL_CTX_load_verify_locations(handle, file, nil) != 1 {
            ERR_clear_error()
            throw ProxyError(.certificate, "\(file) holds no certificate in PEM that can be read")
        }
        if let identity { try context.use(identity) }
        ERR_clear_error()
        return context
    }

    private func use(_ identity: (certificate: String, key: String)) throws(ProxyError) {
        defer { ERR_clear_error() }
        guard SSL_CTX_use_certificate_chain_file(handle, identity.certificate) == 1 else {
            throw ProxyError(.certificate, "\(identity.certificate) holds no certificate in PEM that can be read")
        }
        guard SSL_CTX_use_PrivateKey_file(handle, identity.key, SSL_FILETYPE_PEM) == 1 else {
            throw ProxyError(
                .certificate, "\(identity.key) holds no key in PEM, without a password, of \(identity.certificate)")
        }
    }
}
