import COpenSSL

/// A certificate that a client sees in the place of an origin's, with the key that goes with it.
package final class LeafCertificate: Sendable {
    package let certificate: Certificate
    /// Shared by all leaves.
    package let key: PrivateKey
    package let names: LeafNames
    /// Seconds since the epoch from which on another one is made in its place, long before it ends.
    package let renewAt: Int64

    package init(certificate: Certificate, key: PrivateKey, names: LeafNames, renewAt: Int64) {
        self.certificate = certificate
        self.key = key
        self.names = names
        self.renewAt = renewAt
    }

    /// Has a server's session (OpenSSL's `SSL *`) show it; before the handshake gets to its certificates. The session
    /// holds references of its own. Whether it worked: it fails for want of memory only.
    package func install(on session: OpaquePointer) -> Bool {
        guard SSL_use_cert_and_key(session, certificate.handle, key.handle, nil, 1) == 1 else {
            ERR_clear_error()
            return false
        }
        return true
    }

    /// What it takes in memory, about: OpenSSL keeps a certificate parsed, and its DER beside.
    var bytes: Int { 4_096 + 3 * names.bytes }
}
