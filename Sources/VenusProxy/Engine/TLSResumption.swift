import COpenSSL

/// What a session with a server can be resumed from: less to compute, and for TLS 1.2 a round trip less.
///
/// Confined to its loop's thread.
final class TLSResumption {
    /// OpenSSL's `SSL_SESSION *`; as long as this object lives.
    let handle: OpaquePointer

    /// Takes over the caller's reference.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { SSL_SESSION_free(handle) }
}
